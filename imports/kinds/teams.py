"""Kind `teams`: a register of teams. A team is its place and its name; villages come with it."""

from __future__ import annotations

from imports import columns, staging, values
from imports.columns import Column, text
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, UPDATED, Job, Row
from imports.kinds.base import KindResource, refuse_repeated
from imports.locate import Locator
from imports.teambook import KnownTeam, TeamBook, team_key
from imports.villages import make_villages
from teams.models import Team, TeamPlace

_DATES = ("established", "launched", "dissolved")
_STORED = ("decision_number", "decision_date", "established", "launched", "dissolved", "programme", "note")


class TeamResource(KindResource):
    code = "teams"
    label = "danh sách tổ"
    needs = (("team",),)
    units = {
        "teams": "distinct:district,commune,village,team",
        "members": "sum:members",
        "rows": "rows",
        "villages": "distinct:district,commune,village",
        "communes": "distinct:district,commune",
    }

    district = columns.district()
    commune = columns.commune()
    village = columns.village()
    team = text(
        "Tên tổ",
        attribute="name",
        required=True,
        aliases=(
            "tên tổ cnscđ", "tổ cnscđ", "tổ công nghệ số", "tên tổ công nghệ số", "tổ công nghệ số cộng đồng",
            "tên tổ công nghệ số cộng đồng", "tổ", "tên tổ cnsc đ",
        ),
    )  # fmt: skip
    decision_number = text(
        "Số QĐ thành lập",
        longest=60,
        attribute="decision_number",
        aliases=(
            "số quyết định",
            "số qđ",
            "quyết định",
            "qđ thành lập",
            "quyết định thành lập",
            "số quyết định thành lập",
        ),
    )
    decision_date = Column(
        "Ngày quyết định",
        values.day,
        attribute="decision_date",
        aliases=("ngày qđ", "ngày ban hành", "ngày ký", "ngày ký quyết định", "ngày ban hành quyết định"),
    )
    established = Column(
        "Ngày thành lập",
        values.day,
        attribute="established",
        aliases=("thành lập", "ngày tl", "thời gian thành lập", "ngày thành lập tổ", "thành lập ngày"),
    )
    launched = Column(
        "Ngày ra mắt", values.day, attribute="launched", aliases=("ra mắt", "ngày ra mắt tổ", "thời gian ra mắt")
    )
    dissolved = Column("Ngày giải thể", values.day, attribute="dissolved", aliases=("giải thể", "ngày kết thúc"))
    programme = text("Chương trình", longest=120, attribute="programme", aliases=("thí điểm", "đề án"))
    members = Column(
        "Số thành viên",
        values.count,
        aliases=(
            "sl thành viên", "số lượng thành viên", "tổng số thành viên", "số tv", "thành viên", "số người", "sl tv",
            "số lượng tv", "quân số",
        ),
    )  # fmt: skip
    note = text("Ghi chú", longest=2000, attribute="note")

    def match(self, job: Job) -> None:
        assert job.places
        assert job.province
        locator = Locator(job, job.places)
        book = TeamBook(job.province.id, job.as_of)
        for row in job.open_rows():
            try:
                place = locator.register(row, create=True)
                row.area = place.area
                team = book.named(place.area, row.values["team"])
                self._check_dates(row, team, job)
            except Refusal as refusal:
                job.refuse(row, "team", refusal)
                continue
            row.found = {"team": team, "level": place.level}
            row.key = (place.area, team.id if team else team_key(row.values["team"]))
        refuse_repeated(job, ("decision_number", "decision_date", *_DATES, "programme", "members"))

    @staticmethod
    def _check_dates(row: Row, team: KnownTeam | None, job: Job) -> None:
        """Days as they would stand after the import; a team is launched and dissolved after it was established."""
        established, launched, dissolved = (row.get(name) or (team and getattr(team, name)) for name in _DATES)
        for name in ("decision_date", *_DATES):
            day = row.get(name)
            if day and day > job.latest:
                raise Refusal("date_in_future", f"{day:%d/%m/%Y} chưa tới. Sửa lại ngày.", field=name)
        if established and launched and launched < established:
            message = f"Ngày ra mắt trước ngày thành lập {established:%d/%m/%Y}. Sửa một trong hai."
            raise Refusal("launched_before_established", message, field="launched")
        if established and dissolved and dissolved < established:
            message = f"Ngày giải thể trước ngày thành lập {established:%d/%m/%Y}. Sửa một trong hai."
            raise Refusal("dissolved_before_established", message, field="dissolved")

    def apply(self, job: Job) -> None:
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        make_villages(job)
        new = [row for row in rows if row.found["team"] is None]
        ids = iter(staging.allocate(Team, len(new)))
        staged = []
        for number, row in enumerate(rows):
            team = row.found["team"]
            # Where no file tells the founding day, the team counts from the first file that named it.
            counted_from = job.as_of if team is None and row.get("established") is None else None
            staged.append(
                (
                    number, team.id if team else next(ids), team is None, row.area, int(row.found["level"]),
                    row.values["team"], counted_from, *(row.get(name) for name in _STORED),
                )
            )  # fmt: skip
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "area_id": "bigint", "level": "smallint", "name": "text",
            "counted_from": "date", "decision_number": "text", "decision_date": "date", "established": "date",
            "launched": "date", "dissolved": "date", "programme": "text", "note": "text",
        }  # fmt: skip
        staging.load("import_teams", types, staged)
        changed = staging.merge("import_teams", Team, _STORED)
        blank = {name: f"coalesce(s.{name}, '')" for name in ("decision_number", "programme", "note")}
        staging.insert(
            "import_teams",
            Team,
            {name: f"s.{name}" for name in ("id", "name", "level", "counted_from", "decision_date", *_DATES)} | blank,
        )
        staging.insert(
            "import_teams", TeamPlace, {"team_id": "s.id", "area_id": "s.area_id", "during": "'(,)'::daterange"}
        )
        for number, row in enumerate(rows):
            row.outcome = CREATED if row.found["team"] is None else UPDATED if number in changed else UNCHANGED
