"""Kind `returns`: the periodic figures of communes. A return is its commune and period; a blank cell is no value."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from psycopg.types.range import DateRange

from activities.models import DataElement, Return, Status
from activities.periods import Period
from areas.models import Level
from imports import columns, staging, values
from imports.columns import Column
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, UPDATED, Job, Row
from imports.kinds.base import KindResource
from imports.locate import Locator

# Headings of offices for the elements of the catalogue, beside the elements' own names.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "dossiers_received": ("hồ sơ đã tiếp nhận", "tổng hồ sơ tiếp nhận", "số hồ sơ tiếp nhận"),
    "dossiers_online": ("hồ sơ trực tuyến", "số hồ sơ nộp trực tuyến"),
    "dossiers_result_due": ("hồ sơ phải trả kết quả", "số hồ sơ phải cấp kết quả"),
    "dossiers_e_result": ("hồ sơ có kết quả điện tử", "kết quả điện tử", "hồ sơ trả kết quả điện tử"),
    "dossiers_with_fee": ("hồ sơ có phí", "hồ sơ phát sinh phí, lệ phí", "hồ sơ có phí lệ phí"),
    "dossiers_paid_online": ("thanh toán trực tuyến", "hồ sơ thanh toán online"),
    "dossiers_reusing_data": ("hồ sơ khai thác, sử dụng lại dữ liệu", "hồ sơ tái sử dụng dữ liệu"),
    "population_15": ("dân số từ 15 tuổi trở lên", "dân số trên 15 tuổi"),
    "payment_account_holders": ("người dân có tài khoản thanh toán", "số người có tài khoản thanh toán"),
    "products_online": (
        "sản phẩm đưa lên sàn tmđt, mxh", "sản phẩm lên sàn", "sản phẩm đưa lên sàn tmđt", "số sản phẩm lên sàn tmđt",
        "sản phẩm đưa lên sàn thương mại điện tử",
    ),
    "personal_signatures": (
        "chữ ký số cá nhân đã cấp trong kỳ", "chữ ký số cá nhân", "chữ ký điện tử cá nhân đã cấp", "chữ ký số đã cấp",
        "chữ ký điện tử đã cấp",
    ),
    "qr_sites": ("điểm qr", "số điểm gắn mã qr", "điểm mã qr"),
    "free_wifi_points": ("điểm wifi miễn phí", "wi-fi miễn phí", "wifi miễn phí", "số điểm wi-fi miễn phí"),
}  # fmt: skip

# Parts that cannot be more than their whole (domain.md §3, numerators and denominators of one return).
_PARTS = (
    ("dossiers_e_result", "dossiers_result_due"),
    ("dossiers_paid_online", "dossiers_with_fee"),
    ("dossiers_reusing_data", "dossiers_received"),
    ("dossiers_online", "dossiers_received"),
    ("payment_account_holders", "population_15"),
    ("traders_with_qr", "traders"),
)


class ReturnResource(KindResource):
    code = "returns"
    label = "số liệu của xã"
    needs: Sequence[Sequence[str]] = (("commune",), ("period",))
    units = {"rows": "rows", "communes": "distinct:district,commune"}

    district = columns.district()
    commune = columns.commune(required=True)
    period = Column(
        "Kỳ báo cáo",
        values.period_token,
        required=True,
        carried=True,
        aliases=("kỳ", "tháng", "kỳ số liệu", "thời kỳ", "kỳ bc"),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Adds a column for each element that communes report; an admin adds elements in the browser."""
        super().__init__(**kwargs)
        self.elements: dict[str, DataElement] = {}
        taken = {key for column in self.fields.values() for key in column.headings}
        for element in DataElement.objects.filter(source=DataElement.Source.RETURN, active=True):
            column = Column(
                element.name,
                values.count,
                element=element.code,
                aliases=(
                    f"{element.name} (lũy kế)",
                    f"{element.name} trong kỳ",
                    element.code,
                    *_HEADINGS.get(element.code, ()),
                ),
            )
            column.headings -= taken
            taken |= column.headings
            name = f"value_{element.code}"
            self.fields[name] = column
            self.elements[name] = element
        self.needs = (*type(self).needs, tuple(self.elements))

    def match(self, job: Job) -> None:
        assert job.places
        locator = Locator(job, job.places)
        for row in job.open_rows():
            try:
                commune = locator.commune(row, locator.text(row, "commune"), locator.district(row))
                period = Period.parse(row.values["period"])
                self._check(row, commune, period, job)
            except Refusal as refusal:
                job.refuse(row, "commune", refusal)
                continue
            row.area, row.found["period"] = commune, period
            row.key = (commune, period.start, period.end)
        self._refuse_second(job)

    def _check(self, row: Row, commune: int, period: Period, job: Job) -> None:
        assert job.places
        unit = job.places.units[commune]
        if unit.level != Level.COMMUNE:
            raise Refusal("place_unknown", "Chỉ nhận số liệu của xã, phường, thị trấn.", field="commune")
        if period.start > job.latest:
            raise Refusal("period_in_future", f"{period.label} chưa tới. Sửa lại kỳ.", field="period")
        if unit.ended and unit.ended <= period.start:
            message = f"{unit.name} đã kết thúc trước {period.label}. Ghi xã hiện nay."
            heirs = [job.places.units[pk].name for pk in job.places.heirs[commune] if pk in job.places.units]
            raise Refusal("outside_life", message, heirs, field="commune")
        given = {self.elements[name].code: row.get(name) for name in self.elements if row.get(name) is not None}
        if not given:
            raise Refusal("no_values", "Dòng không có số liệu nào. Nhập ít nhất một số.", field="period")
        for part, whole in _PARTS:
            if part in given and whole in given and given[part].value > given[whole].value:
                names = {element.code: element.name for element in self.elements.values()}
                message = f"{names[part]} nhiều hơn {names[whole].lower()}. Sửa một trong hai."
                raise Refusal("part_over_whole", message, field=f"value_{part}")

    def _refuse_second(self, job: Job) -> None:
        """A commune has one line a period. The same line again is taken as said, another one refused."""
        first: dict[tuple, Row] = {}
        for row in job.open_rows():
            before = first.setdefault(row.key, row)
            if before is row:
                continue
            row.found["repeats"] = before
            if any(row.get(name) is not None and row.get(name) != before.get(name) for name in self.elements):
                message = f"Xã đã có kỳ này ở dòng {before.record.number}. Giữ một dòng."
                job.refuse(row, "period", Refusal("duplicate", message))
            else:
                job.warn_row(row, "period", "duplicate_row", f"Trùng dòng {before.record.number}, chỉ ghi một lần.")

    def apply(self, job: Job) -> None:
        self._find_known(job)
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        self._stage(rows)
        self._refuse_overlaps(job, rows)
        approving = job.approving(row.area for row in rows)
        differing = {number for (number,) in staging.fetch(_DIFFERING)}
        written = []
        for number, row in enumerate(rows):
            if row.refused:
                continue
            known, status = row.found["known"], row.found["status"]
            becomes = Status.APPROVED if row.area in approving or status == Status.APPROVED else Status.SUBMITTED
            if known and status == Status.APPROVED and number in differing and row.area not in approving:
                message = "Báo cáo kỳ này đã duyệt. Đề nghị cấp tỉnh đính chính."
                job.refuse(row, "period", Refusal("already_approved", message))
                continue
            if known is None:
                row.outcome = CREATED
            elif number in differing or status != becomes:
                row.outcome = UPDATED
            else:
                row.outcome = UNCHANGED
                continue
            row.found["becomes"] = becomes
            written.append(number)
        self._write(job, rows, written)

    def _find_known(self, job: Job) -> None:
        keys = {(area, period.lower, period.upper): (pk, status) for pk, area, period, status in self._existing(job)}
        for row in job.open_rows():
            period = _days(row.found["period"])
            row.found["known"], row.found["status"] = keys.get((row.area, period.lower, period.upper), (None, None))

    @staticmethod
    def _existing(job: Job):
        areas = {row.area for row in job.open_rows()}
        found = Return.objects.filter(area__in=areas, calendar="statutory", estimate=False).exclude(status=Status.VOID)
        return found.values_list("pk", "area_id", "period", "status")

    def _stage(self, rows: list[Row]) -> None:
        ids = iter(staging.allocate(Return, sum(1 for row in rows if row.found["known"] is None)))
        for row in rows:
            row.found["id"] = row.found["known"] or next(ids)
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "area_id": "bigint", "kind": "text", "first": "date",
            "after": "date", "due": "date",
        }  # fmt: skip
        staging.load(
            "import_returns",
            types,
            (
                (
                    number, row.found["id"], row.found["known"] is None, row.area, row.found["period"].kind.value,
                    _days(row.found["period"]).lower, _days(row.found["period"]).upper, row.found["period"].due,
                )
                for number, row in enumerate(rows)
            ),
        )  # fmt: skip
        staging.load(
            "import_return_values",
            {"row": "int", "report_id": "bigint", "element_id": "bigint", "value": "numeric", "qualifier": "text"},
            (
                (number, row.found["id"], element.pk, count.value, count.qualifier)
                for number, row in enumerate(rows)
                for name, element in self.elements.items()
                if (count := row.get(name)) is not None
            ),
        )

    @staticmethod
    def _refuse_overlaps(job: Job, rows: list[Row]) -> None:
        """Two flows of one element over overlapping periods would count twice (F4); the database refuses them too."""
        for number, period in staging.fetch(_OVERLAPPING):
            if not rows[number].refused:
                message = f"Xã đã có số phát sinh trong kỳ {period.lower:%d/%m/%Y} chồng lên kỳ này. Bỏ một kỳ."
                job.refuse(rows[number], "period", Refusal("period_overlaps", message))

    @staticmethod
    def _write(job: Job, rows: list[Row], written: list[int]) -> None:
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "area_id": "bigint", "kind": "text",
            "period": "daterange", "due": "date", "status": "text",
        }  # fmt: skip
        staging.load(
            "import_returns_written",
            types,
            (
                (
                    number, row.found["id"], row.found["known"] is None, row.area, row.found["period"].kind.value,
                    _days(row.found["period"]), row.found["period"].due, row.found["becomes"],
                )
                for number in written
                for row in (rows[number],)
            ),
        )  # fmt: skip
        # When a return of the past was sent is not known from a file, so neither is whether it was on time.
        user = str(int(job.request.by.pk)) if job.request.by else "NULL::bigint"
        staging.insert(
            "import_returns_written",
            Return,
            {name: f"s.{name}" for name in ("id", "area_id", "kind", "period", "due", "status")}
            | {"calendar": "'statutory'", "estimate": "false", "entered_by_id": user},
        )
        staging.execute(_UPDATE_RETURNS)
        staging.execute(_UPSERT_VALUES)


def _days(period: Period) -> DateRange:
    """The period as the half-open range that is stored."""
    return DateRange(period.start, period.end + datetime.timedelta(days=1))


_DIFFERING = """
SELECT DISTINCT n.row
  FROM pg_temp.import_return_values n
  JOIN pg_temp.import_returns r ON r.row = n.row AND NOT r.is_new
  LEFT JOIN activities_returnvalue v ON v.report_id = n.report_id AND v.element_id = n.element_id
 WHERE (v.value, v.qualifier) IS DISTINCT FROM (n.value, n.qualifier)
"""

_OVERLAPPING = """
SELECT DISTINCT ON (n.row) n.row, v.period
  FROM pg_temp.import_return_values n
  JOIN pg_temp.import_returns r ON r.row = n.row
  JOIN activities_dataelement e ON e.id = n.element_id AND e.kind = 'flow'
  JOIN activities_returnvalue v ON v.area_id = r.area_id AND v.element_id = n.element_id AND NOT v.estimate
       AND v.report_id <> r.id AND v.period && daterange(r.first, r.after)
 ORDER BY n.row, v.period
"""

_UPDATE_RETURNS = """
UPDATE activities_return t SET status = w.status
  FROM pg_temp.import_returns_written w
 WHERE t.id = w.id AND NOT w.is_new AND t.status IS DISTINCT FROM w.status
"""

_UPSERT_VALUES = """
INSERT INTO activities_returnvalue (report_id, element_id, value, qualifier, reason)
SELECT n.report_id, n.element_id, n.value, n.qualifier, ''
  FROM pg_temp.import_return_values n JOIN pg_temp.import_returns_written w ON w.row = n.row
 ORDER BY n.report_id, n.element_id
    ON CONFLICT (report_id, element_id) DO UPDATE SET value = excluded.value, qualifier = excluded.qualifier
 WHERE (activities_returnvalue.value, activities_returnvalue.qualifier)
       IS DISTINCT FROM (excluded.value, excluded.qualifier)
"""
