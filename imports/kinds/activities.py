"""Kind `activities`: the journal of teams. A line is known by its cells, without the serial number, and by its place
among lines that say the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from activities.kinds import ActivityKind, Audience
from activities.models import Activity, ActivityValue, DataElement, Status
from imports import columns, staging, values
from imports.columns import OLD_COMMUNE, Column, one_of, text
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, Job, Row
from imports.kinds.base import KindResource
from imports.locate import Locator
from imports.teambook import KnownTeam, TeamBook
from imports.text import tone_key

_KINDS = {
    "Hướng dẫn": "guidance", "Hướng dẫn cài đặt": "guidance", "Cài đặt": "guidance",
    "Hướng dẫn, cài đặt ứng dụng": "guidance",
    "Đi từng ngõ gõ từng nhà": "home_visit", "Đến từng nhà": "home_visit", "Dịch vụ công": "essential_service",
    "Hỗ trợ dịch vụ công": "essential_service", "Hỗ trợ DVC trực tuyến": "essential_service",
    "DVC": "essential_service",
    "Hỗ trợ DVCTT": "essential_service", "Hướng dẫn DVC": "essential_service",
    "Thanh toán không dùng tiền mặt": "cashless",
    "Chợ 4.0": "cashless", "Thương mại điện tử": "ecommerce", "Chữ ký điện tử": "signature",
    "Lớp học": "community_class",
    "Bình dân học vụ số": "community_class", "An toàn trên mạng": "online_safety", "Trực một cửa": "one_stop_duty",
    "Hạ tầng": "infrastructure", "Mã QR": "infrastructure", "Wifi": "infrastructure", "Mô hình": "model",
    "Sáng kiến": "model",
    "Chiến dịch": "campaign", "Ra quân": "campaign", "Ra mắt": "launch", "Kiện toàn": "launch", "Họp tổ": "meeting",
    "Họp": "meeting", "Giao ban": "meeting",
}  # fmt: skip
_AUDIENCES = {
    "Nhân dân": "citizens", "Người già": "elderly", "Hộ kinh doanh": "traders", "Tiểu thương": "traders",
    "Học sinh": "youth",
    "Đoàn viên": "youth", "Đoàn viên, thanh niên": "youth", "Nông dân": "farmers", "Hợp tác xã": "farmers",
    "Phụ huynh": "school_families", "Cán bộ": "officials", "Công chức": "officials", "Tất cả": "citizens",
}  # fmt: skip
_HEADINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "essential_dossiers_assisted": (
        "Hồ sơ nộp trực tuyến",
        ("số hồ sơ", "hồ sơ", "hồ sơ trực tuyến", "hồ sơ dvc", "hồ sơ hỗ trợ", "số hồ sơ nộp trực tuyến"),
    ),
    "vneid_assists": ("Kích hoạt VNeID", ("vneid", "số tài khoản vneid", "cài vneid", "hỗ trợ vneid")),
    "signatures_assisted": ("Chữ ký số", ("chữ ký điện tử", "chữ ký số cá nhân", "cấp chữ ký số")),
    "qr_points_added": ("Điểm QR mới", ("điểm qr", "mã qr mới", "điểm gắn mã qr mới", "qr mới")),
}  # fmt: skip


class ActivityResource(KindResource):
    code = "activities"
    label = "nhật ký hoạt động"
    needs = (("date",), ("activity_kind",), ("reached",), ("village", "team"))
    units = {"rows": "rows", "attendances": "sum:reached", "communes": "distinct:commune"}

    district = columns.district()
    commune = columns.commune()
    old_commune = text("Thuộc xã/phường cũ", longest=150, aliases=OLD_COMMUNE, carried=True)
    village = columns.village()
    team = text("Tên tổ", aliases=("tên tổ cnscđ", "tổ cnscđ", "tổ", "tổ công nghệ số cộng đồng"), carried=True)
    date = Column(
        "Ngày", values.day, required=True, aliases=("ngày thực hiện", "ngày hoạt động", "thời gian", "ngày tháng")
    )
    activity_kind = one_of(
        "Loại hoạt động",
        ActivityKind,
        also=_KINDS,
        attribute="kind",
        required=True,
        aliases=("loại", "việc đã làm", "hoạt động", "loại việc", "hình thức", "loại hình hoạt động"),
    )
    topic = text("Nội dung", aliases=("nội dung hoạt động", "chủ đề", "nội dung hướng dẫn", "nội dung thực hiện"))
    audience = one_of(
        "Đối tượng", Audience, also=_AUDIENCES, otherwise="other", aliases=("đối tượng hướng dẫn", "đối tượng tham gia")
    )
    reached = Column(
        "Lượt người",
        values.count,
        required=True,
        aliases=(
            "số lượt người",
            "số lượt",
            "lượt",
            "số người",
            "người tham gia",
            "lượt người tham gia",
            "số lượt tham gia",
        ),
    )
    households = Column("Số hộ", values.count, aliases=("hộ", "số hộ gia đình", "lượt hộ"))
    note = text("Ghi chú", longest=2000)

    def __init__(self, **kwargs: Any) -> None:
        """Adds a column for each element that logs may give."""
        super().__init__(**kwargs)
        self.elements: dict[str, DataElement] = {}
        taken = {key for column in self.fields.values() for key in column.headings}
        for element in DataElement.objects.filter(source=DataElement.Source.LOG, active=True):
            title, aliases = _HEADINGS.get(element.code, (element.name, ()))
            column = Column(title, values.count, element=element.code, aliases=(element.name, element.code, *aliases))
            column.headings -= taken
            taken |= column.headings
            name = f"value_{element.code}"
            self.fields[name] = column
            self.elements[name] = element

    def match(self, job: Job) -> None:
        assert job.places
        assert job.province
        locator = Locator(job, job.places)
        book = TeamBook(job.province.id, job.as_of)
        for row in job.open_rows():
            try:
                place = locator.visited(row)
                team = self._team(row, place.area, book)
                day = row.values["date"]
                self._check_day(team, day, job)
                row.area = team.area_on(day) or place.area
            except Refusal as refusal:
                job.refuse(row, "village", refusal)
                continue
            row.found["team"] = team.id
        self._key_rows(job)

    @staticmethod
    def _team(row: Row, area: int, book: TeamBook) -> KnownTeam:
        name = row.get("team")
        if not name:
            return book.only(area)
        if (team := book.named(area, name)) is None:
            there = sorted(other.name for other in book.standing_at(area))
            raise Refusal("team_unknown", "Chưa có tổ này ở nơi đó. Sửa tên tổ.", there, field="team")
        return team

    @staticmethod
    def _check_day(team: KnownTeam, day, job: Job) -> None:
        if day > job.latest:
            raise Refusal("date_in_future", "Ngày không được sau hôm nay.", field="date")
        if team.established and day < team.established:
            message = f"Tổ thành lập ngày {team.established:%d/%m/%Y}, sau ngày này. Sửa lại ngày."
            raise Refusal("before_team", message, field="date")
        if team.dissolved and day >= team.dissolved:
            message = f"Tổ đã giải thể ngày {team.dissolved:%d/%m/%Y}. Sửa lại ngày."
            raise Refusal("after_team", message, field="date")

    def _key_rows(self, job: Job) -> None:
        """A hash of what each line says, and a serial among lines that say the same."""
        seen: Counter[str] = Counter()
        for row in job.open_rows():
            said = [
                str(row.found["team"]), row.values["date"].isoformat(), row.values["activity_kind"],
                tone_key(row.get("topic") or ""), row.get("audience") or "", str(row.values["reached"].value),
                _number(row, "households"), tone_key(row.get("note") or ""),
                *(f"{element.code}={_number(row, name)}" for name, element in sorted(self.elements.items())
                  if row.get(name) is not None),
            ]  # fmt: skip
            digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()
            row.key = f"{digest}-{seen[digest]}"
            seen[digest] += 1

    def apply(self, job: Job) -> None:
        rows = job.open_rows()
        known = {key for (key,) in staging.fetch(_KNOWN, {"keys": [row.key for row in rows]})}
        new = [row for row in rows if row.key not in known]
        approving = job.approving({row.area for row in new})
        ids = staging.allocate(Activity, len(new))
        staging.load(
            "import_activities",
            {
                "row": "int", "id": "bigint", "is_new": "boolean", "team_id": "bigint", "area_id": "bigint",
                "date": "date",
                "kind": "text", "topic": "text", "audience": "text", "reached": "int", "households": "int",
                "note": "text",
                "status": "text", "import_key": "text",
            },
            (
                (
                    number, pk, True, row.found["team"], row.area, row.values["date"], row.values["activity_kind"],
                    row.get("topic") or "", row.get("audience") or "", row.values["reached"].value,
                    row.get("households").value if row.get("households") is not None else None, row.get("note") or "",
                    Status.APPROVED if row.area in approving else Status.SUBMITTED, row.key,
                )
                for number, (pk, row) in enumerate(zip(ids, new, strict=True))
            ),
        )  # fmt: skip
        staging.load(
            "import_activity_values",
            {"row": "int", "is_new": "boolean", "activity_id": "bigint", "element_id": "bigint", "value": "int"},
            (
                (number, True, pk, element.pk, count.value)
                for number, (pk, row) in enumerate(zip(ids, new, strict=True))
                for name, element in self.elements.items()
                if (count := row.get(name)) is not None
            ),
        )
        same = (
            "id",
            "team_id",
            "area_id",
            "date",
            "kind",
            "topic",
            "audience",
            "reached",
            "households",
            "note",
            "status",
        )
        staging.insert(
            "import_activities",
            Activity,
            {name: f"s.{name}" for name in (*same, "import_key")}
            | {"uuid": "gen_random_uuid()", "entered_at": "now()", "entered_by_id": _user(job)},
        )
        staging.insert(
            "import_activity_values",
            ActivityValue,
            {name: f"s.{name}" for name in ("activity_id", "element_id", "value")},
        )
        for row in rows:
            row.outcome = UNCHANGED if row.key in known else CREATED


def _number(row: Row, name: str) -> str:
    count = row.get(name)
    return "" if count is None else str(count.value)


def _user(job: Job) -> str:
    return f"{int(job.request.by.pk)}" if job.request.by else "NULL::bigint"


_KNOWN = f"SELECT import_key FROM {Activity._meta.db_table} WHERE import_key = ANY(%(keys)s)"
