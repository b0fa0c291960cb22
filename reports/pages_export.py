"""The table of a dashboard as a workbook: numbers as numbers, names as text that no program runs."""

from __future__ import annotations

import io

import xlsxwriter

from reports.board import Board, Row
from reports.pages_board import period_sentence, reported_sentence
from reports.pages_table import REMAINDER
from reports.pages_words import QUALIFIERS, is_rate, marks

# A name from a spreadsheet may begin with "="; it is written as text, never as a formula or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(board: Board) -> bytes:
    """The xlsx file: the area itself on top, then those below in Vietnamese order, then the remainder."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, OPTIONS) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {"%": book.add_format({"num_format": "0.00%"}), "mean": book.add_format({"num_format": "#,##0.00"})}
        count = book.add_format({"num_format": "#,##0.##"})
        sheet = book.add_worksheet("Số liệu")
        sheet.write_string(0, 0, f"{board.area.name}, {period_sentence(board.choice.period)}", bold)
        sheet.write_string(1, 0, f"Địa giới: {board.choice.basis.label}. {reported_sentence(board)}")
        sheet.write_row(3, 0, ["Mã", "Địa bàn", "Đã báo cáo", "Phải báo cáo"], bold)
        for nth, indicator in enumerate(board.columns):
            sheet.write_string(3, 4 + 2 * nth, f"{indicator.name} ({indicator.unit})", bold)
            sheet.write_string(3, 5 + 2 * nth, "Ghi chú", bold)
        own = Row(board.area, {i.code: board.now[i.code] for i in board.columns})
        rows = [own, *board.rows, *([board.remainder] if board.remainder else [])]
        for place, row in enumerate(rows, start=4):
            sheet.write_string(place, 0, row.area.code if row.area else "")
            sheet.write_string(place, 1, row.area.name if row.area else REMAINDER)
            told = next((f for f in row.figures.values() if f.expected is not None), None)
            if told and row.area:
                sheet.write_number(place, 2, told.reporting or 0)
                sheet.write_number(place, 3, told.expected)
            for nth, indicator in enumerate(board.columns):
                figure = row.figures[indicator.code]
                style = formats["%"] if indicator.unit == "%" else formats["mean"] if is_rate(indicator) else count
                words = [QUALIFIERS[figure.qualifier], *marks(figure), figure.reason]
                if figure.value is not None and figure.comparable:
                    sheet.write_number(place, 4 + 2 * nth, figure.value, style)
                sheet.write_string(place, 5 + 2 * nth, ", ".join(word for word in words if word))
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 1, 32)
        sheet.set_column(2, 3 + 2 * len(board.columns), 13)
        sheet.freeze_panes(4, 2)
    return into.getvalue()
