"""Kind `members`: who is in the teams. A membership is team, name, birth year and phone; across teams two rows are one
person only on name, birth year and phone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from imports import columns, staging, values
from imports.columns import Column, one_of, text
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, UPDATED, Job, Row
from imports.kinds.base import KindResource, refuse_repeated
from imports.locate import Locator, Place
from imports.teambook import KnownTeam, TeamBook
from imports.text import plain_key, tone_key
from imports.villages import make_villages
from members.models import Member, Membership
from teams.models import Team, TeamPlace

_PERSON = ("sex", "smartphone")
_MEMBERSHIP = ("role", "post", "source_body", "joined", "left")
_ROLES = {
    "TV": "member", "Tổ viên": "member", "Ủy viên": "member", "Phó tổ trưởng": "deputy", "Tổ phó": "deputy",
    "Trưởng nhóm": "leader", "Phó": "deputy", "Trưởng": "leader", "TT": "leader", "TP": "deputy",
}  # fmt: skip
_BODIES = {
    "Đoàn": "youth_union", "Đoàn TN": "youth_union", "Đoàn TNCS Hồ Chí Minh": "youth_union", "Đoàn viên": "youth_union",
    "Hội LHPN": "women_union", "Phụ nữ": "women_union", "Mặt trận": "front", "MTTQ": "front", "Ban CTMT": "front",
    "Hội ND": "farmers_union", "Nông dân": "farmers_union", "Hội CCB": "veterans", "Cựu chiến binh": "veterans",
    "Trưởng thôn": "village_head", "Viễn thông": "telecom", "VNPT": "telecom", "Viettel": "telecom",
    "Trường học": "teacher",
}  # fmt: skip


class MemberResource(KindResource):
    code = "members"
    label = "danh sách thành viên"
    needs = (("person",), ("team", "village"))
    units = {
        "teams": "distinct:district,commune,village,team",
        "members": "rows",
        "rows": "rows",
        "villages": "distinct:district,commune,village",
        "communes": "distinct:district,commune",
    }

    district = columns.district()
    commune = columns.commune()
    village = columns.village()
    team = text(
        "Tên tổ",
        carried=True,
        aliases=(
            "tên tổ cnscđ", "tổ cnscđ", "tổ công nghệ số", "tên tổ công nghệ số", "tổ công nghệ số cộng đồng",
            "tên tổ công nghệ số cộng đồng", "tổ", "thuộc tổ",
        ),
    )  # fmt: skip
    person = Column(
        "Họ và tên",
        values.person,
        attribute="name",
        required=True,
        aliases=("họ tên", "tên thành viên", "họ tên thành viên", "họ và tên thành viên", "họ, tên", "họ tên đầy đủ"),
    )
    birth_year = Column(
        "Năm sinh", values.birth_year, attribute="birth_year", aliases=("ngày sinh", "ngày tháng năm sinh", "sinh năm")
    )
    sex = one_of("Giới tính", Member.Sex, also={"Gái": "female", "Trai": "male", "F": "female", "M": "male"})
    role = one_of(
        "Vai trò trong tổ",
        Membership.TeamRole,
        also=_ROLES,
        aliases=("vai trò", "nhiệm vụ", "chức danh trong tổ", "nhiệm vụ trong tổ", "chức vụ trong tổ", "tư cách"),
    )
    post = text(
        "Chức vụ", longest=120, aliases=("chức danh", "chức vụ, chức danh", "chức vụ/chức danh", "chức vụ hiện nay",
                                         "chức vụ đang đảm nhiệm", "nghề nghiệp", "chức vụ, đơn vị công tác"),
    )  # fmt: skip
    source_body = one_of(
        "Đơn vị cử",
        Membership.SourceBody,
        also=_BODIES,
        otherwise="other",
        aliases=("thành phần", "tổ chức đoàn thể", "đoàn thể", "cơ quan cử"),
    )
    phone = Column(
        "Số điện thoại",
        values.phone,
        attribute="phone",
        aliases=("sđt", "đt", "điện thoại", "số đt", "sdt", "điện thoại liên hệ", "số điện thoại liên hệ", "di động",
                 "điện thoại di động", "zalo", "sđt/zalo", "số điện thoại/zalo", "sđt liên hệ",
                 "số điện thoại di động"),
    )  # fmt: skip
    smartphone = Column(
        "Có điện thoại thông minh",
        values.yes_no,
        attribute="smartphone",
        aliases=("điện thoại thông minh", "smartphone", "đtt m", "có smartphone", "sử dụng điện thoại thông minh"),
    )
    joined = Column(
        "Ngày vào tổ",
        values.day,
        aliases=("vào tổ", "ngày tham gia", "tham gia từ ngày", "từ ngày", "thời gian vào tổ"),
    )
    left = Column("Ngày rời tổ", values.day, aliases=("rời tổ", "ngày thôi tham gia", "đến ngày"))

    # -- Matching ------------------------------------------------------------------------------------------------------

    def match(self, job: Job) -> None:
        assert job.places
        assert job.province
        locator = Locator(job, job.places)
        book = TeamBook(job.province.id, job.as_of)
        for row in job.open_rows():
            try:
                place = locator.register(row, create=job.request.create_missing)
                team = self._team(row, place, book, job)
                self._check_dates(row, job)
            except Refusal as refusal:
                job.refuse(row, "team", refusal)
                continue
            if row.get("role") is None and "role" not in row.record.cells and row.get("post"):
                row.values["role"] = _ROLE_WORDS.get(plain_key(row.values["post"]))
            row.area, row.found = place.area, {"team": team, "level": place.level}
            row.key = (team.id, *self._person_key(row))
        refuse_repeated(job, (*_PERSON, *_MEMBERSHIP))
        self._known_again(job)

    @staticmethod
    def _person_key(row: Row) -> tuple[str, int | None, str]:
        return tone_key(row.values["person"]), row.get("birth_year"), row.get("phone") or ""

    @staticmethod
    def _team(row: Row, place: Place, book: TeamBook, job: Job) -> KnownTeam:
        name = row.get("team")
        if not name:
            return book.only(place.area)
        team = book.named(place.area, name)
        if team is None and job.request.create_missing:
            team = book.make(place.area, name, place.level)
        if team is None:
            there = sorted(other.name for other in book.standing_at(place.area))
            message = "Chưa có tổ này ở nơi đó. Nhập danh sách tổ trước, hoặc chọn tạo tổ còn thiếu."
            raise Refusal("team_unknown", message, there)
        return team

    @staticmethod
    def _check_dates(row: Row, job: Job) -> None:
        joined, left = row.get("joined"), row.get("left")
        for name, day in (("joined", joined), ("left", left)):
            if day and day > job.latest:
                raise Refusal("date_in_future", f"{day:%d/%m/%Y} chưa tới. Sửa lại ngày.", field=name)
        if joined and left and left < joined:
            raise Refusal("left_before_joined", "Ngày rời tổ trước ngày vào tổ. Sửa một trong hai.", field="left")

    def _known_again(self, job: Job) -> None:
        """Finds the membership of each row, and where there is none, the person; warns of likely doubles."""
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        teams = sorted({row.key[0] for row in rows if row.key[0] > 0})
        known: dict[tuple, tuple[int, int, Any]] = {}
        namesakes: dict[tuple[int, str], list[tuple[int | None, str]]] = defaultdict(list)
        for pk, team, member, name, year, phone, left in staging.fetch(_MEMBERSHIPS, {"teams": teams}):
            key = (team, tone_key(name), year, phone)
            # A membership that has ended is known again too: an old file brings nobody back.
            if key not in known or known[key][2] is not None:
                known[key] = (pk, member, left)
            if left is None:
                namesakes[team, tone_key(name)].append((year, phone))
        for row in rows:
            if row.key in known:
                row.found["membership"], row.found["member"], ended = known[row.key]
                if ended is not None and row.get("left") is None:
                    job.warn_row(row, "person", "left_already", f"Người này đã rời tổ ngày {ended:%d/%m/%Y}.")
        self._known_elsewhere([row for row in rows if "member" not in row.found])
        for row in rows:
            if "membership" in row.found:
                continue
            team, name, year, phone = row.key
            for other_year, other_phone in namesakes.get((team, name), ()):
                if other_year == year or (phone and other_phone == phone):
                    same = "năm sinh" if other_year == year else "số điện thoại"
                    message = f"Tổ đã có {row.values['person']} cùng {same}. Kiểm tra có phải một người."
                    job.warn_row(row, "person", "possible_duplicate", message)
                    break

    @staticmethod
    def _known_elsewhere(rows: list[Row]) -> None:
        """People of other teams who have the same name, birth year and phone, all three known."""
        certain = [row for row in rows if row.key[2] is not None and row.key[3]]
        people = {
            (tone_key(name), year, phone): pk
            for pk, name, year, phone in staging.fetch(_PEOPLE, {"phones": sorted({row.key[3] for row in certain})})
        }
        for row in certain:
            if (pk := people.get(row.key[1:])) is not None:
                row.found["member"] = pk

    # -- Applying ------------------------------------------------------------------------------------------------------

    def apply(self, job: Job) -> None:
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        make_villages(job)
        self._make_teams(job, rows)
        self._number(rows)
        people = self._stage_people(rows)
        changed_people = staging.merge("import_people", Member, _PERSON)
        staging.insert(
            "import_people",
            Member,
            {"id": "s.id", "name": "s.name", "birth_year": "s.birth_year", "phone": "coalesce(s.phone, '')",
             "sex": "coalesce(s.sex, '')", "smartphone": "s.smartphone"},
        )  # fmt: skip
        self._stage_memberships(rows)
        changed = staging.merge("import_memberships", Membership, _MEMBERSHIP)
        staging.insert(
            "import_memberships",
            Membership,
            {"id": "s.id", "team_id": "s.team_id", "member_id": "s.member_id", "role": "coalesce(s.role, 'member')",
             "post": "coalesce(s.post, '')", "source_body": "coalesce(s.source_body, '')", "joined": "s.joined",
             "left": 's."left"'},
        )  # fmt: skip
        for number, row in enumerate(rows):
            if row.found["is_new"]:
                row.outcome = CREATED
            else:
                row.outcome = UPDATED if number in changed or people[number] in changed_people else UNCHANGED

    @staticmethod
    def _make_teams(job: Job, rows: list[Row]) -> None:
        """The teams that rows imply and no register named; they count from the file's day."""
        wanted = {row.found["team"].id: row for row in rows if row.found["team"].id < 0}
        ids = dict(zip(wanted, staging.allocate(Team, len(wanted)), strict=True))
        staging.load(
            "import_new_teams",
            {
                "row": "int",
                "id": "bigint",
                "is_new": "boolean",
                "area_id": "bigint",
                "level": "smallint",
                "name": "text",
            },
            (
                (number, ids[pk], True, row.area, int(row.found["level"]), row.found["team"].name)
                for number, (pk, row) in enumerate(wanted.items())
            ),
        )
        day = f"DATE '{job.as_of.isoformat()}'"
        staging.insert(
            "import_new_teams",
            Team,
            {"id": "s.id", "name": "s.name", "level": "s.level", "counted_from": day,
             "programme": "''", "note": "''"},
        )  # fmt: skip
        staging.insert(
            "import_new_teams",
            TeamPlace,
            {"team_id": "s.id", "area_id": "s.area_id", "during": "'(,)'::daterange"},
        )
        job.also_created["teams"] = len(ids)
        for row in rows:
            row.found["team_id"] = ids.get(row.found["team"].id, row.found["team"].id)

    @staticmethod
    def _number(rows: list[Row]) -> None:
        """Gives ids to new people and memberships; rows of one certain person share the person."""
        certain: dict[tuple, int] = {}
        new = [row for row in rows if "member" not in row.found]
        for row, pk in zip(new, staging.allocate(Member, len(new)), strict=True):
            person = row.key[1:]
            row.found["new_member"] = True
            if person[1] is not None and person[2]:
                pk = certain.setdefault(person, pk)
            row.found["member"] = pk
        joining = [row for row in rows if "membership" not in row.found]
        for row, pk in zip(joining, staging.allocate(Membership, len(joining)), strict=True):
            row.found["membership"] = pk
            row.found["is_new"] = True
        for row in rows:
            row.found.setdefault("is_new", False)

    @staticmethod
    def _stage_people(rows: list[Row]) -> list[int]:
        """One line a person, by the first row that names them. Gives, for each row, the number of its person's line."""
        lines: dict[int, int] = {}
        staged: list[tuple] = []
        numbers: list[int] = []
        for row in rows:
            pk = row.found["member"]
            if pk not in lines:
                lines[pk] = len(staged)
                staged.append(
                    (
                        len(staged), pk, "new_member" in row.found, row.values["person"], row.get("birth_year"),
                        row.get("phone"), row.get("sex"), row.get("smartphone"),
                    )
                )  # fmt: skip
            numbers.append(lines[pk])
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "name": "text", "birth_year": "smallint",
            "phone": "text",
            "sex": "text", "smartphone": "boolean",
        }  # fmt: skip
        staging.load("import_people", types, staged)
        return numbers

    @staticmethod
    def _stage_memberships(rows: list[Row]) -> None:
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "team_id": "bigint", "member_id": "bigint",
            "role": "text",
            "post": "text", "source_body": "text", "joined": "date", "left": "date",
        }  # fmt: skip
        staging.load(
            "import_memberships",
            types,
            (
                (
                    number, row.found["membership"], row.found["is_new"], row.found["team_id"], row.found["member"],
                    *(row.get(name) for name in _MEMBERSHIP),
                )
                for number, row in enumerate(rows)
            ),
        )  # fmt: skip


_ROLE_WORDS = {
    **{plain_key(str(label)): value for value, label in Membership.TeamRole.choices},
    **{plain_key(word): value for word, value in _ROLES.items() if len(word) > 2},
}

_MEMBERSHIPS = """
SELECT s.id, s.team_id, s.member_id, m.name, m.birth_year, m.phone, s."left"
  FROM members_membership s JOIN members_member m ON m.id = s.member_id
 WHERE s.team_id = ANY(%(teams)s)
 ORDER BY s.id
"""

_PEOPLE = """
SELECT id, name, birth_year, phone FROM members_member
 WHERE phone = ANY(%(phones)s) AND birth_year IS NOT NULL ORDER BY id DESC
"""
