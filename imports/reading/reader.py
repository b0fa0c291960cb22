"""Looks at a file before it is opened, reads it in a child process, and says in Vietnamese what is wrong with it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imports.errors import Unusable

EXTENSIONS = ("xlsx", "xls", "ods", "csv")
MEGABYTE = 1024 * 1024
# A file of 20 MB that office programs write stays far below both.
LARGEST_EXPANDED = 1024 * MEGABYTE
RATIO_FROM = 100 * MEGABYTE
LARGEST_RATIO = 100
CHILD_MEGABYTES = 480
CHILD_SECONDS = 120

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SENTENCES = {
    "password": "Tệp có mật khẩu. Bỏ mật khẩu rồi tải lại.",
    "broken": "Tệp bị hỏng. Mở lại bằng Excel, lưu thành tệp mới rồi tải lên.",
    "encoding": "Không đọc được chữ trong tệp csv. Lưu lại với mã UTF-8 rồi tải lên.",
    "too_large": "Tệp quá lớn để đọc. Chia thành các tệp nhỏ hơn rồi tải lên.",
}
_NOT_A_WORKBOOK = "Đây không phải tệp bảng tính. Cổng nhận xlsx, xls, ods, csv."


@dataclass
class Sheet:
    """One sheet. `rows[0][0]` is the cell in row `first_row` and column `first_column`, both counted from 0.

    `merged` holds ((row, column), (row, column)) of the corners of merged cells, counted from 0 in the whole sheet.
    """

    name: str
    rows: list[list[Any]]
    first_row: int = 0
    first_column: int = 0
    hidden: bool = False
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def read(path: Path, filename: str | None = None, *, megabytes: int = CHILD_MEGABYTES) -> list[Sheet]:
    """The sheets of a file, in order, hidden ones too. Raises Unusable with a sentence for whoever sent it.

    `filename` is the name the user gave it; `megabytes` is what the reading process may use.
    """
    name = filename or path.name
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    found = _format_of(path, extension)
    sheets = [Sheet(**sheet) for sheet in pickle.loads(_run("csv" if found == "csv" else "workbook", path, megabytes))]
    if extension == "xlsx" and found == "xls":  # only now is it sure to be no xlsx with a password
        raise Unusable(_wrong_extension(extension, found))
    if not any(cell not in ("", None) for sheet in sheets for row in sheet.rows for cell in row):
        raise Unusable("Tệp trống.")
    return sheets


def _run(kind: str, path: Path, megabytes: int) -> bytes:
    command = [sys.executable, "-I", str(Path(__file__).with_name("child.py")), kind, str(path), str(megabytes)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CHILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unusable(_SENTENCES["too_large"]) from None
    if done.returncode == 0:
        return done.stdout
    reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    if reason in _SENTENCES:
        raise Unusable(_SENTENCES[reason])
    # Killed, or aborted because memory could not be had.
    raise Unusable(_SENTENCES["too_large" if done.returncode < 0 else "broken"])


def _wrong_extension(extension: str, found: str) -> str:
    return f"Tệp tên .{extension} nhưng bên trong là {found}. Đổi đuôi tên tệp thành .{found} rồi tải lại."


def _format_of(path: Path, extension: str) -> str:
    """`xlsx`, `xls`, `ods` or `csv`, by what the file is; its name has to agree. Raises Unusable.

    A password turns an xlsx into the container of an xls, so that one name is let through.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unusable("Tệp trống.")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_ZIP):
        found = _look_into_zip(path)
    elif head.startswith(_OLE):
        found = "xls"
    elif head.startswith(b"PK\x05\x06"):
        raise Unusable("Tệp trống.")
    else:
        if extension != "csv":
            raise Unusable(_NOT_A_WORKBOOK)
        start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:200].lower()
        if start.startswith((b"%pdf", b"<!doctype", b"<html", b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8")):
            raise Unusable(_NOT_A_WORKBOOK)
        return "csv"
    if extension not in EXTENSIONS:
        raise Unusable(_NOT_A_WORKBOOK)
    if extension != found and (extension, found) != ("xlsx", "xls"):
        raise Unusable(_wrong_extension(extension, found))
    return found


def _look_into_zip(path: Path) -> str:
    """`xlsx` or `ods`, once the sizes inside are seen to be harmless. Raises Unusable."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            expanded = sum(entry.file_size for entry in entries)
            ratio = expanded / max(1, path.stat().st_size)
            if expanded > LARGEST_EXPANDED or (expanded > RATIO_FROM and ratio > LARGEST_RATIO):
                raise Unusable(_SENTENCES["too_large"])
            if any(entry.flag_bits & 1 for entry in entries):
                raise Unusable(_SENTENCES["password"])
            if "mimetype" in names:
                kind = archive.read("mimetype")[:100]
                if b"opendocument.spreadsheet" in kind:
                    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
                    if b"encryption-data" in manifest:
                        raise Unusable(_SENTENCES["password"])
                    return "ods"
                raise Unusable(_NOT_A_WORKBOOK)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        raise Unusable(_SENTENCES["broken"]) from None
    if "xl/vbaProject.bin" in names:
        raise Unusable("Tệp có macro. Lưu lại thành .xlsx rồi tải lên.")
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise Unusable(_NOT_A_WORKBOOK)
