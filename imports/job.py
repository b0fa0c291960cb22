"""One import at work: the file's rows, what was found about them, and what could not be taken."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area
from imports.errors import Refusal
from imports.places import Places
from imports.provinces import Province
from imports.tables import Record, Table
from imports.values import Notes, shown

if TYPE_CHECKING:
    from accounts.models import User
    from imports.kinds.base import KindResource

Progress = Callable[[str, int, int], None]  # step, rows done, rows

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"


@dataclass(slots=True)
class Row:
    """A row of data on its way in. `values` are the cells as read; `outcome` is one of the four words above once known.

    `area` is where the fact stands, negative while the village is still to be made; `key` is what the row is known by.
    """

    record: Record
    values: dict[str, Any]
    outcome: str = ""
    area: int = 0
    key: Any = None
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return self.outcome == REFUSED

    def get(self, name: str) -> Any:
        return self.values.get(name)


@dataclass
class Request:
    """What is asked: a kind, the day the file speaks of, and what the asker says about it.

    `by` is None for the command, which may do everything. `create_missing` also makes the teams that a members file
    implies. `dry_run` checks everything and writes nothing.
    """

    kind: KindResource
    as_of: datetime.date
    province: Province | None = None
    create_missing: bool = False
    dry_run: bool = False
    by: User | None = None
    batch_id: int | None = None


class Job:
    """The work on one file, from its tables on."""

    def __init__(self, request: Request, tables: list[Table], today: datetime.date, progress: Progress):
        self.request = request
        self.kind = request.kind
        self.as_of = request.as_of
        self.latest = max(request.as_of, today)  # no fact may be dated after it
        self.tables = tables
        self.progress = progress
        self.rows: list[Row] = []
        self.refusals: list[tuple[int, dict[str, Any]]] = []  # with the number of the table
        self.warnings: list[dict[str, Any]] = []
        self.also_created = {"teams": 0, "villages": 0}
        self.places: Places | None = None
        self.province: Province | None = None

    # -- What is told --------------------------------------------------------------------------------------------------

    def refuse(self, row: Row, name: str, refusal: Refusal) -> None:
        """Refuses the row because of a field; the reasons of one row add up."""
        row.outcome = REFUSED
        name = refusal.field or name
        table = self.tables[row.record.table]
        cell = row.record.cells.get(name)
        told = {
            "row": row.record.number,
            "column": table.titles.get(name) or self._title(name),
            "value": shown(cell),
            "code": refusal.code,
            "message": self._where(table) + refusal.message,
            "suggestions": refusal.suggestions,
        }
        self.refusals.append((row.record.table, told))

    def warn(self, line: int, column: str, code: str, message: str, table: int = 0) -> None:
        where = self._where(self.tables[table]) if self.tables else ""
        self.warnings.append({"row": line, "column": column, "code": code, "message": where + message})

    def warn_row(self, row: Row, name: str, code: str, message: str) -> None:
        table = self.tables[row.record.table]
        self.warn(row.record.number, table.titles.get(name) or self._title(name), code, message, row.record.table)

    def notes(self, row: Row, name: str, notes: Notes) -> None:
        """Warnings that came with a value."""
        for code, message in notes:
            self.warn_row(row, name, code, message)

    def _title(self, name: str) -> str:
        column = self.kind.fields.get(name)
        return str(column.column_name) if column else ""

    def _where(self, table: Table) -> str:
        return f"Trang “{table.sheet.name}”: " if len(self.tables) > 1 else ""

    # -- Rows ----------------------------------------------------------------------------------------------------------

    def open_rows(self) -> list[Row]:
        """Rows that have not been refused."""
        return [row for row in self.rows if not row.refused]

    def check_scope(self) -> None:
        """Refuses the rows whose area the user may not import into. A village still to be made is its commune."""
        if self.request.by is None:
            return
        standing = {row.area: self._standing_area(row.area) for row in self.open_rows()}
        allowed = self._within(Right.IMPORT, standing.values())
        for row in self.open_rows():
            if standing[row.area] not in allowed:
                name = next((n for n in ("commune", "district") if n in row.record.cells), "")
                message = "Nơi này ngoài địa bàn bạn được nhập. Gửi dòng này cho đơn vị của nơi đó."
                self.refuse(row, name, Refusal("out_of_scope", message))

    def approving(self, areas: Iterable[int]) -> set[int]:
        """Those of the areas in which what the importer brings is approved at once (F8)."""
        areas = set(areas)
        if self.request.by is None:
            return areas
        standing = {area: self._standing_area(area) for area in areas}
        allowed = self._within(Right.APPROVE, standing.values())
        return {area for area in areas if standing[area] in allowed}

    def _standing_area(self, area: int) -> int:
        if area < 0 and self.places:
            return self.places.new_villages[-area - 1].parent_id
        return area

    def _within(self, right: Right, areas: Iterable[int]) -> set[int]:
        found = scope(self.request.by, right)
        areas = set(areas)
        if found.everything:
            return areas
        if not found:
            return set()
        return set(Area.objects.filter(pk__in=found.areas).filter(pk__in=areas).values_list("pk", flat=True))
