"""Small workbooks for the tests, made as offices would make them."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from imports.actions import import_file
from imports.report import Result

WORKBOOKS = Path(__file__).parents[1] / "data" / "workbooks"
TODAY_OF_FILES = datetime.date(2024, 3, 31)


def write_xlsx(path: Path | io.BytesIO, sheets: dict[str, list[list[Any]]], merged: list[str] = ()) -> None:
    """Writes sheets of cells; text stays text, also where it looks like a formula. `merged` are ranges of each."""
    options = {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy", "in_memory": True}
    with xlsxwriter.Workbook(path if isinstance(path, io.BytesIO) else str(path), options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell not in (None, ""):
                        sheet.write(at, place, cell)
            for cells in merged:
                sheet.merge_range(cells, "")
                first = cells.split(":")[0]
                row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
                sheet.write(row, column, rows[row][column])


def csv_text(rows: list[list[Any]], mark: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(rows)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def bring_in(tmp_path) -> Callable[..., Result]:
    """Imports rows of cells as a workbook; the province of the land unless told otherwise."""

    def bring(kind: str, rows: list[list[Any]], **options: Any) -> Result:
        path = tmp_path / options.pop("name", "bang.xlsx")
        write_xlsx(path, options.pop("sheets", None) or {"Trang 1": rows}, options.pop("merged", ()))
        options.setdefault("province", "00")
        options.setdefault("as_of", TODAY_OF_FILES)
        return import_file(kind=kind, path=path, **options)

    return bring


TEAM_HEAD = [
    "STT",
    "Huyện",
    "Xã",
    "Thôn",
    "Tên tổ",
    "Số QĐ thành lập",
    "Ngày thành lập",
    "Ngày ra mắt",
    "Số thành viên",
]


def team_row(number: int = 1, **cells: Any) -> list[Any]:
    """A row for `TEAM_HEAD`: the team of Thôn 1 of Xã Đông, with what is named changed."""
    row = {
        "huyen": "Huyện Thượng",
        "xa": "Xã Đông",
        "thon": "Thôn 1",
        "to": "Tổ công nghệ số cộng đồng thôn 1",
        "qd": "12/QĐ-UBND",
        "thanh_lap": datetime.date(2022, 5, 1),
        "ra_mat": datetime.date(2022, 6, 1),
        "so": 5,
    } | cells
    return [number, *row.values()]


MEMBER_HEAD = [
    "STT", "Huyện", "Xã", "Thôn", "Tên tổ", "Họ và tên", "Năm sinh", "Giới tính", "Vai trò", "Chức vụ", "SĐT",
    "Smartphone",
]  # fmt: skip


def member_row(number: int = 1, **cells: Any) -> list[Any]:
    """A row for `MEMBER_HEAD`: a member of the team of `team_row()`."""
    row = {
        "huyen": "Huyện Thượng",
        "xa": "Xã Đông",
        "thon": "Thôn 1",
        "to": "Tổ CNSCĐ thôn 1",
        "ten": "Nguyễn Văn An",
        "sinh": 1980,
        "gioi": "Nam",
        "vai": "Tổ trưởng",
        "chuc": "Trưởng thôn",
        "sdt": "0912345678",
        "may": "Có",
    } | cells
    return [number, *row.values()]


ACTIVITY_HEAD = [
    "STT", "Xã/Phường", "Thuộc xã/phường cũ", "Thôn", "Ngày", "Loại hoạt động", "Nội dung", "Đối tượng", "Lượt người",
    "Số hộ", "Hồ sơ nộp trực tuyến", "Kích hoạt VNeID",
]  # fmt: skip


def activity_row(number: int = 1, **cells: Any) -> list[Any]:
    row = {
        "xa": "Xã Đông Tây",
        "cu": "Xã Đông",
        "thon": "Thôn 1",
        "ngay": datetime.date(2024, 8, 5),
        "loai": "Tuyên truyền",
        "noi": "An toàn trên mạng",
        "doi": "Người dân",
        "luot": 20,
        "ho": 4,
        "hs": 3,
        "vneid": 0,
    } | cells
    return [number, *row.values()]
