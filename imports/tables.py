"""Finds the table in a sheet: where its headings are, which line is a row of data, and what the other lines say.

Around the rows stand title lines, headings in one to three lines, a line that numbers the columns, section lines
(“I. CẤP HUYỆN”, “XÃ MINH DIỆU”), blank lines, sub-totals and totals, notes and signatures. Each is known by what it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imports.columns import OURS, SERIAL, Column, heading_keys, is_sensitive
from imports.errors import Unusable
from imports.lines import PrintedTotal, Section, is_note, is_total, printed_in, section_in
from imports.reading import Sheet
from imports.text import tidy

_LOOK_FOR_HEADINGS = 300
_HEADING_LINES = 3
# A column is written only on the first line of each block where it is blank at least so often and hardly ever says the
# same on two lines running. In any other column a blank is a blank.
_BLOCK_SHARE = 0.15
_BLOCK_REPEATS = 0.1


@dataclass(slots=True)
class Record:
    """One row of data. `cells` holds the raw cell of each field, blocks filled; `number` is its row in the user's file.

    `index` is its place among the sheet's rows as read, `carried` the fields that stand on an earlier line, `section`
    what the section lines above say.
    """

    number: int
    index: int
    cells: dict[str, Any]
    section: Section
    carried: frozenset[str] = frozenset()
    table: int = 0


@dataclass
class Table:
    """A table that was found. Rows and columns count from 0 within `sheet.rows`; `heading_row` as the user counts."""

    sheet: Sheet
    top: int
    height: int
    columns: dict[str, int]
    titles: dict[str, str]
    serial: int | None
    score: int
    heading_row: int = 0
    sensitive: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    totals: list[PrintedTotal] = field(default_factory=list)
    strange_sections: list[tuple[int, str]] = field(default_factory=list)

    @property
    def preamble(self) -> list[str]:
        """Every text above the headings, and the sheet's name."""
        lines = [tidy(cell) for row in self.sheet.rows[: self.top] for cell in row if isinstance(cell, str)]
        return [line for line in [*lines, self.sheet.name] if line]


def find(
    sheets: Sequence[Sheet], columns: Mapping[str, Column], needs: Sequence[Sequence[str]], label: str
) -> list[Table]:
    """The tables of a kind: the best one, and those of other sheets that have the same fields.

    `needs` are groups of fields of which a table must have one each. Raises Unusable where no sheet has such a table
    or none of them has a row of data.
    """
    index = {key: name for name, column in columns.items() for key in column.headings}
    shown, hidden = (
        [t for sheet in sheets if sheet.rows and sheet.hidden is kept and (t := _headings(sheet, index, needs))]
        for kept in (False, True)
    )
    found = shown or hidden
    fitting = [table for table in found if not _missing(table.columns, needs)]
    if not fitting:
        raise Unusable(_what_lacks(found, columns, needs, label))
    best = max(fitting, key=lambda table: table.score)
    chosen = [table for table in fitting if table.columns.keys() == best.columns.keys()]
    for number, table in enumerate(chosen):
        _read_body(table, columns, number)
    if not any(table.records for table in chosen):
        raise Unusable("Tệp không có dòng dữ liệu nào dưới tiêu đề bảng.")
    return chosen


def _missing(columns: Mapping[str, int], needs: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [group for group in needs if not any(name in columns for name in group)]


def _what_lacks(found: list[Table], columns: Mapping[str, Column], needs: Sequence[Sequence[str]], label: str) -> str:
    if not found:
        return f"Không thấy bảng {label} trong tệp."
    nearest = max(found, key=lambda table: table.score)
    lacking = [" hoặc ".join(f"“{columns[name].column_name}”" for name in g) for g in _missing(nearest.columns, needs)]
    return f"Không thấy bảng {label} trong tệp: thiếu cột {', '.join(lacking)}."


# -- Headings ----------------------------------------------------------------------------------------------------------


def _headings(sheet: Sheet, index: Mapping[str, str], needs: Sequence[Sequence[str]]) -> Table | None:
    """The best headings of a sheet, or None where fewer than two columns are known."""
    best: Table | None = None
    merged = _merged_texts(sheet)
    for top in range(min(len(sheet.rows), _LOOK_FOR_HEADINGS)):
        if best and top > best.top + _HEADING_LINES and not _missing(best.columns, needs):
            break
        if sum(1 for cell in sheet.rows[top] if not _blank(cell)) < 2:
            continue
        for height in range(1, min(_HEADING_LINES, len(sheet.rows) - top) + 1):
            if height > 1 and any(
                not isinstance(cell, str) and not _blank(cell) for cell in sheet.rows[top + height - 1]
            ):
                break
            table = _try(sheet, top, height, merged, index, needs)
            if len(table.columns) >= 2 and (best is None or table.score > best.score):
                best = table
    return best and _with_lines_above(best, merged, index, needs)


def _with_lines_above(table: Table, merged: dict, index: Mapping[str, str], needs: Sequence[Sequence[str]]) -> Table:
    """The headings from the first line on that a cell merged downwards reaches from."""
    sheet = table.sheet
    tops = [
        top - sheet.first_row for (top, _), (bottom, _) in sheet.merged if top <= sheet.first_row + table.top <= bottom
    ]
    first = max(0, min([table.top, *tops]), table.top + table.height - _HEADING_LINES)
    return table if first == table.top else _try(sheet, first, table.top + table.height - first, merged, index, needs)


def _try(sheet: Sheet, top: int, height: int, merged: dict, index: Mapping[str, str], needs) -> Table:
    width = max(len(row) for row in sheet.rows[top : top + height])
    lines = [_line_texts(sheet, row, width, merged, fill=row < top + height - 1) for row in range(top, top + height)]
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    serial = None
    sensitive, unused = [], []
    for place in range(width):
        texts = [line[place] for line in lines]
        keys = heading_keys(texts)
        if not keys:
            continue
        title = [line for line in texts if line][-1]
        if serial is None and any(key in SERIAL for key in keys):
            serial = place
            continue
        if keys[0] in OURS:
            continue
        name = next((index[key] for key in keys if key in index), None)
        if name and name not in columns:
            columns[name], titles[name] = place, title
        elif not name and is_sensitive(texts):
            sensitive.append(title)
        else:
            unused.append(title)
    score = 100 * len(columns) + (10 if serial is not None else 0) - height - 1000 * len(_missing(columns, needs))
    return Table(
        sheet,
        top,
        height,
        columns,
        titles,
        serial,
        score,
        sheet.first_row + top + 1,
        sensitive=sensitive,
        unused=unused,
    )


def _merged_texts(sheet: Sheet) -> dict[tuple[int, int], str]:
    """What stands in each cell of a merged range, by place within `sheet.rows`; only what is not its own corner."""
    texts = {}
    for (top, left), (bottom, right) in sheet.merged:
        top, bottom = top - sheet.first_row, bottom - sheet.first_row
        left, right = left - sheet.first_column, right - sheet.first_column
        if not (0 <= top < len(sheet.rows)) or (bottom - top + 1) * (right - left + 1) > 100_000:
            continue
        row = sheet.rows[top]
        value = row[left] if 0 <= left < len(row) else ""
        for r in range(top, bottom + 1):
            for c in range(left, right + 1):
                if (r, c) != (top, left):
                    texts[r, c] = value
    return texts


def _line_texts(sheet: Sheet, row: int, width: int, merged: dict, *, fill: bool) -> list[str]:
    """The texts of a heading line. An upper line without merged cells holds its group's title from the left on."""
    cells = sheet.rows[row]
    texts: list[str] = []
    for place in range(width):
        cell = cells[place] if place < len(cells) else ""
        if _blank(cell):
            cell = merged.get((row, place), "")
        text = tidy(cell) if isinstance(cell, str) else ""
        if not text and fill and texts and not sheet.merged:
            text = texts[-1]
        texts.append(text)
    return texts


# -- Body --------------------------------------------------------------------------------------------------------------


def _read_body(table: Table, columns: Mapping[str, Column], number: int) -> None:
    """Fills the table's records and totals."""
    rows = table.sheet.rows
    start = table.top + table.height
    if start < len(rows) and _numbers_columns(rows[start]):
        start += 1
    merged = _merged_texts(table.sheet)
    last_numbered = max((i for i in range(start, len(rows)) if _numbered(table, rows[i])), default=None)
    section, scope, ended = Section(), 0, False
    for index in range(start, len(rows)):
        row = rows[index]
        said = [(place, cell) for place, cell in enumerate(row) if not _blank(cell)]
        if not said or _repeats_headings(table, said):
            continue
        numbered = _numbered(table, row)
        line = table.sheet.first_row + index + 1
        if not numbered and (label := _total_label(said)):
            whole, scope_from = is_total(label) == "whole", scope
            first = 0 if whole or scope_from == len(table.records) else scope_from
            printed = printed_in(said, {place: name for name, place in table.columns.items()})
            table.totals += [
                PrintedTotal(line, label, unit, value, number, first, len(table.records)) for unit, value in printed
            ]
            scope, ended = len(table.records), ended or whole
            continue
        content = [(place, cell) for place, cell in said if place != table.serial]
        known = sum(1 for place, _ in content if place in table.columns.values())
        if (
            not numbered
            and (last_numbered is None or index > last_numbered)
            and _afterword(table, content, known, ended)
        ):
            continue
        if not numbered and len(content) <= 1:
            text = tidy(content[0][1]) if content and isinstance(content[0][1], str) else ""
            own_column = content and content[0][0] in table.columns.values() and table.serial is None
            found = section_in(text, section) if text else None
            if found:
                section, scope = found, len(table.records)
                continue
            if not own_column:
                if text and not is_note(text) and (last_numbered is None or index < last_numbered):
                    section, scope = section.loose(text), len(table.records)
                    table.strange_sections.append((line, text))
                continue
        table.records.append(_record(table, row, index, line, merged, section, number))
    _carry(table, columns)


def _record(table: Table, row: list, index: int, line: int, merged: dict, section: Section, number: int) -> Record:
    cells = {}
    for name, place in table.columns.items():
        cell = row[place] if place < len(row) else ""
        if merged and _blank(cell):
            cell = merged.get((index, place), "")
        cells[name] = cell
    return Record(line, index, cells, section, table=number)


def _carry(table: Table, columns: Mapping[str, Column]) -> None:
    """Lets values that stand on the first line of a block hold for the rest of it, within its section."""
    carried = [name for name, column in columns.items() if column.carried and name in table.columns]
    blocks = {name for name in carried if _in_blocks([record.cells[name] for record in table.records])}
    if not blocks:
        return
    has_team = "team" in table.columns
    before: Record | None = None
    for record in table.records:
        if before is not None and before.section is record.section:
            names = [name for name in blocks if _blank(record.cells[name]) and _goes_on(name, record, before, has_team)]
            for name in names:
                record.cells[name] = before.cells[name]
            if names:
                record.carried = frozenset(names)
        before = record


def _in_blocks(cells: list[Any]) -> bool:
    """Whether a column is written only on the first line of each block."""
    said = [cell for cell in cells if not _blank(cell)]
    repeats = sum(1 for above, below in itertools.pairwise(cells) if above == below and not _blank(below))
    blanks = len(cells) - len(said)
    return blanks > 0 and blanks >= _BLOCK_SHARE * len(cells) and repeats <= _BLOCK_REPEATS * len(said)


def _goes_on(name: str, record: Record, before: Record, has_team: bool) -> bool:
    """Whether the block of an outer column still stands: a line that names a team begins a new block of villages, one
    that names another district a new block of communes."""
    cells = record.cells
    if name == "village":
        return not has_team or _blank(cells["team"]) or cells["team"] == before.cells["team"]
    if name == "team":
        return "village" not in cells or _blank(cells["village"]) or cells["village"] == before.cells["village"]
    if name == "commune":
        return "district" not in cells or _blank(cells["district"]) or cells["district"] == before.cells["district"]
    return True


def _blank(cell: Any) -> bool:
    return cell is None or cell == "" or (isinstance(cell, str) and not tidy(cell))


def _numbered(table: Table, row: list) -> bool:
    """Whether the serial column holds an Arabic number."""
    if table.serial is None or table.serial >= len(row):
        return False
    cell = row[table.serial]
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return True
    return isinstance(cell, str) and tidy(cell).rstrip(".)").isdigit()


def _numbers_columns(row: list) -> bool:
    """The line `(1) (2) (3)` or `A B 1 2` under the headings."""
    said = [
        tidy(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
        for cell in row
        if not _blank(cell)
    ]
    if len(said) < 3:
        return False
    marks = [re.fullmatch(r"[(\[]?(\d{1,2}|[A-Za-z])[)\]]?", text) for text in said]
    if not all(marks):
        return False
    numbers = [int(mark[1]) for mark in marks if mark and mark[1].isdigit()]
    return len(numbers) < len(said) or numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _repeats_headings(table: Table, said: Sequence[tuple[int, Any]]) -> bool:
    """A page that begins with the headings again."""
    headings = table.sheet.rows[table.top : table.top + table.height]
    same = [
        isinstance(cell, str) and any(place < len(line) and line[place] == cell for line in headings)
        for place, cell in said
    ]
    return len(said) >= 2 and all(same)


def _total_label(said: Sequence[tuple[int, Any]]) -> str:
    for _, cell in said[:2]:
        if isinstance(cell, str) and is_total(cell):
            return tidy(cell)
    return ""


def _afterword(table: Table, content: Sequence[tuple[int, Any]], known: int, ended: bool) -> bool:
    """Notes and signatures below the rows: little of a row is filled, and the table has ended or the words say so."""
    if known >= max(2, 0.6 * len(table.columns)):
        return False
    if table.serial is not None and table.records:
        return True
    return ended or any(isinstance(cell, str) and is_note(cell) for _, cell in content)
