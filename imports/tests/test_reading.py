"""Files as they come: kinds, encodings, and those that cannot be used."""

import io
import struct
import zipfile

import pytest
import xlsxwriter
import xlwt

from imports.errors import Unusable
from imports.reading import read
from imports.tests.conftest import csv_text, write_xlsx

ROWS = [
    ["STT", "Xã", "Tên tổ"],
    [1, "Xã Yên Thọ", "Tổ công nghệ số cộng đồng thôn Đông"],
    [2, "Phường Đông Vệ", "Tổ 2"],
]


def cells(sheets):
    return [[str(int(c)) if isinstance(c, float) else str(c) for c in row] for row in sheets[0].rows]


EXPECTED = [[str(c) for c in row] for row in ROWS]


def xls_bytes() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for at, row in enumerate(ROWS):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods_bytes(manifest: str = "<manifest/>") -> bytes:
    name = "urn:oasis:names:tc:opendocument:xmlns"
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{c}"/>'
            if isinstance(c, int)
            else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in ROWS
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{name}:office:1.0" '
        f'xmlns:table="{name}:table:1.0" xmlns:text="{name}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="DS">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def xlsx_bytes(rows=ROWS) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, {"DS": rows})
    return out.getvalue()


def read_bytes(tmp_path, name, content, **options):
    path = tmp_path / f"stored-{name}"
    path.write_bytes(content)
    return read(path, name, **options)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", xlsx_bytes()), ("a.XLSX", xlsx_bytes()), ("a.xls", xls_bytes()), ("a.ods", ods_bytes())],
)
def test_workbooks_of_three_kinds(tmp_path, name, content):
    assert cells(read_bytes(tmp_path, name, content)) == EXPECTED


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_unicode_with_three_marks(tmp_path, mark, encoding):
    content = csv_text(ROWS, mark).encode(encoding)
    assert cells(read_bytes(tmp_path, "a.csv", content)) == EXPECTED


def test_csv_in_windows_1258(tmp_path):
    # The code page has letters with their vowel marks and writes tones after them.
    text = "STT;Xa\u0303;Tên tô\u0309\n1;Xa\u0303 Đô\u0301c;Tô\u0309 mô\u0323t\n"
    sheets = read_bytes(tmp_path, "a.csv", text.encode("cp1258"))
    assert sheets[0].rows[1] == ["1", "Xa\u0303 Đô\u0301c", "Tô\u0309 mô\u0323t"]


def test_a_csv_with_a_title_line_and_commas_inside_cells(tmp_path):
    text = 'DANH SÁCH TỔ, NĂM 2024\nSTT;Xã;"Tổ; một"\n1;Xã A, huyện B;Tổ\n'
    assert read_bytes(tmp_path, "a.csv", text.encode())[0].rows[1] == ["STT", "Xã", "Tổ; một"]


def with_password_xlsx() -> bytes:
    """An xlsx with a password is an OLE container with a stream “EncryptedPackage”: an xls's, renamed."""
    content = xls_bytes()
    at = content.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    return content[:at] + name + struct.pack("<H", 34) + content[at + 66 :]


def with_password_xls() -> bytes:
    """A record FILEPASS right after the first."""
    book = xlwt.Workbook()
    book.add_sheet("DS").write(0, 0, "a")
    stream = book.get_biff_data()
    first = 4 + struct.unpack("<H", stream[2:4])[0]
    locked = stream[:first] + struct.pack("<HH", 0x2F, 54) + struct.pack("<HHH", 1, 1, 1) + bytes(48) + stream[first:]
    out = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(out, locked)
    return out.getvalue()


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def macro_xlsx() -> bytes:
    out = io.BytesIO(xlsx_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO(xlsx_bytes())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/big.bin", "w") as entry:
        for _ in range(120):
            entry.write(bytes(1024 * 1024))
    return out.getvalue()


def far_corner() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "STT")
        sheet.write(1_048_575, 16_383, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"", "Tệp trống."),
        ("a.xlsx", xlsx_bytes([]), "Tệp trống."),
        ("a.csv", b"\n\n", "Tệp trống."),
        ("a.xlsx", with_password_xlsx(), "Tệp có mật khẩu."),
        ("a.xls", with_password_xls(), "Tệp có mật khẩu."),
        ("a.ods", ods_bytes("<manifest><encryption-data/></manifest>"), "Tệp có mật khẩu."),
        ("a.xlsx", xlsx_bytes()[:-200], "Tệp bị hỏng."),
        ("a.xlsx", xlsx_bytes()[:500], "Tệp bị hỏng."),
        ("a.xls", xls_bytes()[:600], "Tệp bị hỏng."),
        ("a.xlsx", zipped(xl__workbook_dot_xml=b"<workbook"), "Tệp bị hỏng."),
        ("a.xls", b"<html><table><tr><td>STT</td></tr></table></html>", "không phải tệp bảng tính"),
        ("a.csv", b"<!DOCTYPE html><html></html>", "không phải tệp bảng tính"),
        ("a.csv", b"%PDF-1.7", "không phải tệp bảng tính"),
        ("a.docx", zipped(word__document_dot_xml=b"<w/>"), "không phải tệp bảng tính"),
        ("a.xlsx", zipped(word__document_dot_xml=b"<w/>"), "không phải tệp bảng tính"),
        ("a.txt", b"STT,Xa", "không phải tệp bảng tính"),
        ("a", b"STT,Xa", "không phải tệp bảng tính"),
        ("a.csv", xlsx_bytes(), "bên trong là xlsx"),
        ("a.xlsx", ods_bytes(), "bên trong là ods"),
        ("a.xlsx", xls_bytes(), "bên trong là xls"),
        ("a.xls", xlsx_bytes(), "bên trong là xlsx"),
        ("a.xlsx", macro_xlsx(), "Tệp có macro."),
        ("a.xlsx", bomb(), "Tệp quá lớn"),
        ("a.xlsx", far_corner(), "Tệp quá lớn"),
        ("a.csv", b"a,b\x00\x81\x00c\x00,\x00\x00\x00", "Không đọc được chữ"),
    ],
    ids=lambda value: value if isinstance(value, str) and not value.startswith("a.") else "",
)
def test_what_cannot_be_used_is_told_in_a_sentence(tmp_path, name, content, sentence):
    with pytest.raises(Unusable) as raised:
        read_bytes(tmp_path, name, content)
    assert sentence in str(raised.value)


def test_a_file_that_needs_more_memory_than_it_may_have_ends_its_own_process_only(tmp_path):
    rows = [[f"dòng {n}", *range(30)] for n in range(20_000)]
    with pytest.raises(Unusable, match="Tệp quá lớn"):
        read_bytes(tmp_path, "a.xlsx", xlsx_bytes(rows), megabytes=60)


def test_many_blank_rows_are_no_obstacle(tmp_path):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        style = book.add_format({"bold": True})
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)
        for at in range(len(ROWS), 60_000):
            sheet.write_blank(at, 0, None, style)
    assert cells(read_bytes(tmp_path, "a.xlsx", out.getvalue())) == EXPECTED


def test_the_upper_left_corner_may_lie_anywhere(tmp_path):
    rows = [[], [], *[[None, None, *row] for row in ROWS]]
    (sheet,) = read_bytes(tmp_path, "a.xlsx", xlsx_bytes(rows))
    assert (sheet.first_row, sheet.first_column, len(sheet.rows)) == (2, 2, 3)


def test_hidden_sheets_are_known_as_such(tmp_path):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Hiện").write(0, 0, "a")
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "b")
        hidden.hide()
    assert [(sheet.name, sheet.hidden) for sheet in read_bytes(tmp_path, "a.xlsx", out.getvalue())] == [
        ("Hiện", False),
        ("Ẩn", True),
    ]
