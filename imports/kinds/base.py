"""What every kind of file has in common: a django-import-export Resource that says which columns there are, how a row
is known again, and how a whole set of rows is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from import_export import resources

from imports import values
from imports.columns import Column
from imports.errors import Refusal
from imports.job import Job, Row
from imports.text import tone_key


class KindResource(resources.Resource):
    """A kind of file. The library's own loop over rows is 40 to 100 times slower than a set, so it is not used:
    `match` finds what the rows speak of and refuses those that cannot be; `apply` writes the rest.
    """

    code: ClassVar[str]
    label: ClassVar[str]  # “danh sách tổ”
    # Groups of fields of which a table must have one each.
    needs: Sequence[Sequence[str]] = ()
    # What a printed total may count: how it is found among the rows ("rows", "sum:field", "distinct:field,field").
    units: ClassVar[Mapping[str, str]] = {}
    unit_names: ClassVar[Mapping[str, str]] = {
        "teams": "tổ", "members": "thành viên", "classes": "lớp", "attendances": "lượt", "people": "người",
        "villages": "thôn", "communes": "xã", "rows": "dòng",
    }  # fmt: skip

    def columns(self) -> dict[str, Column]:
        return dict(self.fields)

    def match(self, job: Job) -> None:
        """Finds areas, teams and people of the rows, and refuses the rows that cannot be taken. Reads only."""
        raise NotImplementedError

    def apply(self, job: Job) -> None:
        """Writes the rows that are not refused and sets the outcome of each. Inside a transaction."""
        raise NotImplementedError

    # -- Printed totals ------------------------------------------------------------------------------------------------

    def count(self, unit: str, rows: Sequence[Row]) -> int | None:
        """How many of a unit the rows give, refused ones included; None where the kind does not know the unit."""
        column = self.fields.get(unit)
        rule = self.units.get(unit) or (
            f"sum:{unit}" if column is not None and column.widget.read is values.count else None
        )
        if rule is None:
            return None
        how, _, names = rule.partition(":")
        if how == "rows":
            return len(rows)
        if how == "sum":
            return sum(row.values[names].value for row in rows if row.values.get(names) is not None)
        fields = names.split(",")
        return len({tuple(self._said(row, name) for name in fields) for row in rows})

    @staticmethod
    def _said(row: Row, name: str) -> str:
        """What a row, or the section above it, says of a field, in one way of writing."""
        return tone_key(str(row.record.cells.get(name) or getattr(row.record.section, name, "")))


def refuse_repeated(job: Job, same: Sequence[str]) -> None:
    """Of rows with one key only the first is applied. A later one that says the same is taken as said; one that says
    something else is refused. `same` are the fields compared."""
    first: dict[object, Row] = {}
    for row in job.open_rows():
        before = first.setdefault(row.key, row)
        if before is row:
            continue
        row.found["repeats"] = before
        different = [name for name in same if row.get(name) is not None and row.get(name) != before.get(name)]
        if different:
            message = f"Trùng dòng {before.record.number} nhưng khác giá trị. Giữ một dòng."
            job.refuse(row, different[0], Refusal("duplicate", message))
        else:
            message = f"Trùng dòng {before.record.number}, chỉ ghi một lần."
            job.warn_row(row, next(iter(row.record.cells)), "duplicate_row", message)
