"""Kind `attendances`: who was in which class. An attendance is class and person, posted to the person's team."""

from __future__ import annotations

from collections import Counter, defaultdict

from imports import columns, staging, values
from imports.columns import Column, text
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, Job, Row
from imports.kinds.base import KindResource, refuse_repeated
from imports.locate import Locator
from imports.teambook import TeamBook
from imports.text import tone_key
from members.models import Attendance, Training


class AttendanceResource(KindResource):
    code = "attendances"
    label = "danh sách học viên"
    needs = (("training",), ("person",))
    units = {"members": "rows", "people": "rows", "attendances": "rows", "rows": "rows", "classes": "distinct:training"}

    training = text(
        "Mã lớp", longest=32, required=True, aliases=("mã", "mã lớp học", "mã lớp tập huấn", "lớp"), carried=True
    )
    person = Column(
        "Họ và tên",
        values.person,
        required=True,
        aliases=("họ tên", "họ tên học viên", "họ và tên học viên", "tên học viên", "học viên", "họ, tên"),
    )
    phone = Column(
        "Số điện thoại",
        values.phone,
        aliases=("sđt", "đt", "điện thoại", "số đt", "sdt", "điện thoại liên hệ", "số điện thoại liên hệ", "zalo"),
    )
    birth_year = Column("Năm sinh", values.birth_year, aliases=("ngày sinh", "ngày tháng năm sinh", "sinh năm"))
    district = columns.district()
    commune = columns.commune()
    village = columns.village()
    team = text("Tên tổ", aliases=("tên tổ cnscđ", "tổ cnscđ", "tổ", "thuộc tổ", "tổ công nghệ số cộng đồng"))

    def match(self, job: Job) -> None:
        assert job.places
        assert job.province
        locator = Locator(job, job.places)
        book = TeamBook(job.province.id, job.as_of)
        classes = {
            tone_key(code): (pk, count)
            for code, pk, count in Training.objects.filter(area=job.province.id).values_list("code", "pk", "head_count")
        }
        by_team: dict[int, list[tuple]] = defaultdict(list)
        by_phone: dict[str, list[tuple]] = defaultdict(list)
        for person in staging.fetch(_PEOPLE, {"teams": sorted(book.by_id)}):
            by_team[person[1]].append(person)
            by_phone[person[4]].append(person)
        for row in job.open_rows():
            try:
                if tone_key(row.values["training"]) not in classes:
                    message = "Chưa có lớp mang mã này. Nhập danh sách lớp trước."
                    raise Refusal("training_unknown", message, field="training")
                row.found["training"] = classes[tone_key(row.values["training"])][0]
                placed = any(locator.text(row, name) for name in ("district", "commune", "village")) or row.get("team")
                if placed:
                    place = locator.register(row, create=False)
                    row.area = place.area
                    if row.get("team"):
                        named = book.named(place.area, row.values["team"])
                        teams = [named] if named else []
                    else:
                        teams = book.standing_at(place.area)
                    people = [person for team in teams for person in by_team[team.id]]
                else:
                    people = by_phone.get(row.get("phone") or "", [])
                member, team_id = self._one(row, people)
            except Refusal as refusal:
                job.refuse(row, "person", refusal)
                continue
            if not placed:
                row.area = book.by_id[team_id].area_on(job.as_of) or job.province.id
            row.found |= {"member": member, "team": team_id}
            row.key = (row.found["training"], member)
        refuse_repeated(job, ())
        self._compare_head_counts(job, dict(classes.values()))

    @staticmethod
    def _one(row: Row, people: list[tuple]) -> tuple[int, int]:
        """The member and team of the one person of the row's name and phone (and birth year, where told)."""
        name, phone, year = tone_key(row.values["person"]), row.get("phone"), row.get("birth_year")
        hits = [
            (member, team)
            for member, team, other, other_year, other_phone in people
            if tone_key(other) == name
            and (phone is None or other_phone == phone)
            and (year is None or other_year is None or other_year == year)
        ]
        if len({member for member, _ in hits}) == 1:
            return hits[0]
        if hits:
            raise Refusal("member_ambiguous", f"Có {len(hits)} người tên này. Ghi thêm số điện thoại.", field="phone")
        near = [other for _, _, other, _, other_phone in people if phone and other_phone == phone]
        near = near or [other for _, _, other, _, _ in people if tone_key(other) == name]
        near = near or sorted(other for _, _, other, _, _ in people)[:5]
        message = "Không thấy thành viên có họ tên và số điện thoại này trong tổ. Sửa lại hoặc thêm vào tổ trước."
        raise Refusal("member_unknown", message, near)

    @staticmethod
    def _compare_head_counts(job: Job, counts: dict[int, int | None]) -> None:
        """Warns of each class whose list differs from its head-count (F10)."""
        listed = Counter(row.found["training"] for row in job.rows if "training" in row.found)
        first: dict[int, Row] = {}
        for row in job.rows:
            if "training" in row.found:
                first.setdefault(row.found["training"], row)
        for pk, row in first.items():
            head_count = counts.get(pk)
            if head_count is not None and listed[pk] != head_count:
                message = f"Lớp {row.values['training']} ghi {head_count} lượt, danh sách có {listed[pk]} người."
                job.warn_row(row, "training", "head_count_differs", message)

    def apply(self, job: Job) -> None:
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        trainings = sorted({row.key[0] for row in rows})
        known = set(staging.fetch(_KNOWN, {"trainings": trainings}))
        types = {"row": "int", "is_new": "boolean", "training_id": "bigint", "member_id": "bigint", "team_id": "bigint"}
        staging.load(
            "import_attendances",
            types,
            ((number, row.key not in known, *row.key, row.found["team"]) for number, row in enumerate(rows)),
        )
        staging.insert(
            "import_attendances",
            Attendance,
            {"training_id": "s.training_id", "member_id": "s.member_id", "team_id": "s.team_id"},
        )
        for row in rows:
            row.outcome = UNCHANGED if row.key in known else CREATED


_PEOPLE = """
SELECT m.id, s.team_id, m.name, m.birth_year, m.phone
  FROM members_membership s JOIN members_member m ON m.id = s.member_id
 WHERE s.team_id = ANY(%(teams)s)
 ORDER BY s."left" NULLS FIRST, s.id
"""

_KNOWN = "SELECT training_id, member_id FROM members_attendance WHERE training_id = ANY(%(trainings)s)"
