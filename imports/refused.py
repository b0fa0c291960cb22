"""Gives the refused rows back: the user's own table with only these rows, the wrong cells red, and a column of reasons.

The mended file can be uploaded again as it is. What could run as a formula is written as text with an apostrophe
before it, which reading takes away again.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from imports.lines import Section
from imports.tables import Record, Table

REASON = "Lý do"
_WIDEST = 45
# A sign before nothing but a number is a phone number or a negative one.
_NUMBER_LIKE = re.compile(r"^[+-]?[\d\s.,()-]+$")


def neutralised(text: str) -> str:
    """A text that no spreadsheet program runs: `=1+1` → `'=1+1`."""
    starts = text[:1] in ("=", "@", "\t", "\r", "\n") or (text[:1] in ("+", "-") and not _NUMBER_LIKE.match(text))
    return f"'{text}" if starts else text


def write_refused(
    tables: Sequence[Table], refusals: Sequence[dict[str, Any]], where: Sequence[int], to: Path | BinaryIO
) -> None:
    """Writes the workbook to a path or a file. `where` gives the number of the table of each refusal."""
    reasons: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for number, told in zip(where, refusals, strict=True):
        reasons[number, told["row"]].append(told)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(to) if isinstance(to, Path) else to, options) as book:
        names: set[str] = set()
        for number, table in enumerate(tables):
            records = [record for record in table.records if (number, record.number) in reasons]
            if records:
                sheet = book.add_worksheet(_sheet_name(table.sheet.name, names))
                _Writer(book, sheet, table).write(records, {r: told for (n, r), told in reasons.items() if n == number})


def _sheet_name(name: str, taken: set[str]) -> str:
    clean = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:28] or "Dòng chưa nhận"
    found, serial = clean, 2
    while found.lower() in taken:
        found, serial = f"{clean} {serial}", serial + 1
    taken.add(found.lower())
    return found


class _Writer:
    """One sheet."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet, table: Table):
        self.sheet, self.table = sheet, table
        self.plain: dict[str, Any] = {"text_wrap": True, "valign": "top"}
        self.formats: dict[tuple[str, bool], Format] = {}
        self.book = book
        self.head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"})
        self.width = max(len(row) for row in table.sheet.rows[table.top : table.top + table.height])
        self.widths = [8] * (self.width + 1)
        lines = table.sheet.rows[table.top : table.top + table.height]
        hidden = set(table.sensitive)
        self.dropped = {
            place
            for line in lines
            for place, cell in enumerate(line)
            if isinstance(cell, str) and " ".join(cell.split()) in hidden
        }

    def write(self, records: list[Record], reasons: dict[int, list[dict[str, Any]]]) -> None:
        at = self._headings()
        section = Section()
        for record in records:
            if record.section is not section:
                at = self._section(at, section, record.section)
                section = record.section
            self._row(at, record, reasons[record.number])
            at += 1
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, min(_WIDEST, width + 2))

    def _headings(self) -> int:
        rows = self.table.sheet.rows[: self.table.top + self.table.height]
        for at, row in enumerate(rows):
            of_table = at >= self.table.top
            for place, cell in enumerate(row):
                if place in self.dropped or cell in (None, ""):
                    if of_table:
                        self.sheet.write_blank(at, place, None, self.head)
                    continue
                self._cell(at, place, cell, self.head if of_table else self._format("", False))
                if of_table:
                    self._widen(place, cell, share=2)
        self._merge(rows)
        end = len(rows)
        self._cell(end - 1, self.width, REASON, self.head)
        self.widths[self.width] = _WIDEST
        self.sheet.freeze_panes(end, 0)
        return end

    def _merge(self, rows: list[list[Any]]) -> None:
        """The user's own merged cells, as far as they lie in the headings."""
        source = self.table.sheet
        for (top, left), (bottom, right) in source.merged:
            top, bottom = top - source.first_row, bottom - source.first_row
            left, right = left - source.first_column, right - source.first_column
            if top < 0 or left < 0 or bottom >= len(rows) or right >= self.width or (top, left) == (bottom, right):
                continue
            if self.dropped & set(range(left, right + 1)):
                continue
            cell = rows[top][left] if left < len(rows[top]) else ""
            style = self.head if top >= self.table.top else self._format("", False)
            self.sheet.merge_range(top, left, bottom, right, neutralised(str(cell)), style)

    def _section(self, at: int, before: Section, now: Section) -> int:
        """The section lines that a reader of the rows below needs."""
        place = 1 if self.table.serial == 0 else 0
        names = ("district", "commune", "village", "unknown")
        lines = [
            getattr(now, name) for name in names if getattr(now, name) and getattr(now, name) != getattr(before, name)
        ]
        if not lines and now != before:
            lines = [now.commune or now.district or "CẤP HUYỆN"]
        for line in lines:
            self._cell(at, place, line, self._format("", False))
            at += 1
        return at

    def _row(self, at: int, record: Record, told: list[dict[str, Any]]) -> None:
        row = list(self.table.sheet.rows[record.index])
        row += [""] * (self.width - len(row))
        for name, place in self.table.columns.items():
            if row[place] in (None, ""):
                row[place] = record.cells[name]  # a value of the block's first line, so that the row stands alone
        by_title = {title: self.table.columns[name] for name, title in self.table.titles.items()}
        wrong = {by_title[reason["column"]] for reason in told if reason["column"] in by_title}
        for place, cell in enumerate(row[: self.width]):
            if place not in self.dropped:
                self._cell(at, place, cell, self._format(_shape(cell), place in wrong))
                self._widen(place, cell)
        self._cell(at, self.width, f"Dòng {record.number}. " + " ".join(map(_reason, told)), self._format("", False))

    def _cell(self, at: int, place: int, cell: Any, style: Format) -> None:
        if cell in (None, ""):
            self.sheet.write_blank(at, place, None, style)
        elif isinstance(cell, bool):
            self.sheet.write_boolean(at, place, cell, style)
        elif isinstance(cell, (int, float)):
            self.sheet.write_number(at, place, cell, style)
        elif isinstance(cell, (datetime.date, datetime.datetime, datetime.time, datetime.timedelta)):
            self.sheet.write_datetime(at, place, cell, style)
        else:
            self.sheet.write_string(at, place, neutralised(str(cell)), style)

    def _format(self, shape: str, wrong: bool) -> Format:
        if (shape, wrong) not in self.formats:
            options = dict(self.plain)
            if shape:
                options["num_format"] = shape
            if wrong:
                options |= {"bg_color": "#FCEDEC", "font_color": "#A61B1B", "border": 1, "border_color": "#A61B1B"}
            self.formats[shape, wrong] = self.book.add_format(options)
        return self.formats[shape, wrong]

    def _widen(self, place: int, cell: Any, share: int = 1) -> None:
        self.widths[place] = max(self.widths[place], len(str(cell)) // share)


def _shape(cell: Any) -> str:
    if isinstance(cell, datetime.datetime) and cell.time() != datetime.time():
        return "dd/mm/yyyy hh:mm"
    return "dd/mm/yyyy" if isinstance(cell, datetime.date) else ""


def _reason(told: dict[str, Any]) -> str:
    hint = f" Gợi ý: {'; '.join(told['suggestions'][:3])}." if told["suggestions"] else ""
    column = f"{told['column']}: " if told["column"] else ""
    return f"{column}{told['message']}{hint}"
