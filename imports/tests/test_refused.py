"""The workbook of refused rows: the user's own table, complete in itself, harmless."""

import datetime

import openpyxl
import pytest

from imports.actions import import_file
from imports.refused import neutralised
from imports.tests.conftest import MEMBER_HEAD, TEAM_HEAD, TODAY_OF_FILES, member_row, team_row, write_xlsx
from imports.tests.test_teams import counts
from members.models import Membership
from teams.models import Team


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"), ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"), ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-2+3+cmd", "'-2+3+cmd"), ("\tx", "'\tx"),
        ("+84 912 345 678", "+84 912 345 678"), ("-3", "-3"), ("Lê Văn A", "Lê Văn A"), ("", ""),
    ],
)  # fmt: skip
def test_what_could_run_as_a_formula_is_text(text, expected):
    assert neutralised(text) == expected


@pytest.fixture
def back(land, tmp_path):
    """Imports rows and gives the workbook of those refused, with the result."""

    def bring(kind, sheets, merged=(), **options):
        path, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
        write_xlsx(path, sheets, list(merged))
        result = import_file(kind=kind, path=path, as_of=TODAY_OF_FILES, province="00", refused_to=out, **options)
        return result, out

    return bring


@pytest.mark.django_db
def test_a_formula_in_a_cell_stays_text_and_is_read_back_as_it_was(back):
    formula = '=HYPERLINK("http://x.vn","bấm")'
    rows = [[*TEAM_HEAD, "Ghi chú"], [*team_row(1, ra_mat="ngày mai"), formula], [*team_row(2, xa="=1+1"), "@x"]]
    _, out = back("teams", {"DS": rows})
    sheet = openpyxl.load_workbook(out)["DS"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell.value, str) and cell.value[0] in "=@"]
    assert "'=1+1" in [cell.value for cell in cells]
    book = openpyxl.load_workbook(out)
    book["DS"]["H2"] = None
    book.save(out)
    import_file(kind="teams", path=out, as_of=TODAY_OF_FILES, province="00")
    assert Team.objects.get().note == formula


@pytest.mark.django_db
def test_rows_of_blocks_and_sections_stand_alone(back, land):
    rows = [
        ["DANH SÁCH TỔ CNSCĐ HUYỆN THƯỢNG"],
        ["STT", "Tên tổ", "Thôn", "Họ tên", "Sinh năm", "Nhiệm vụ"],
        ["", "XÃ ĐÔNG"],
        [1, "Tổ CNSCĐ thôn 1", "Thôn 1", "Lê A", 1970, "Tổ trưởng"],
        [2, "", "", "Lê B", "bảy mốt", "TV"],
        ["", "XÃ TÂY"],
        [3, "Tổ CNSCĐ thôn 1", "Thôn 1", "Lê C", 1970, "Tổ trưởng"],
        [4, "", "", "Lê D", "bảy hai", "TV"],
    ]
    result, out = back("members", {"DS": rows}, create_missing=True)
    assert counts(result) == (2, 0, 0, 2)
    book = openpyxl.load_workbook(out)
    sheet = book["DS"]
    for row in sheet.iter_rows():
        if row[4].value in ("bảy mốt", "bảy hai"):
            row[4].value = 1972
    book.save(out)
    again = import_file(kind="members", path=out, as_of=TODAY_OF_FILES, province="00")
    assert counts(again) == (2, 0, 0, 0)
    where = dict(Membership.objects.values_list("member__name", "team__places__area"))
    assert (where["Lê B"], where["Lê D"]) == (land.d1.pk, land.t1.pk)


@pytest.mark.django_db
def test_merged_headings_and_dates_are_kept_and_sensitive_columns_are_not_given_back(back):
    top = ["STT", "Địa bàn", "", "", "Tên tổ", "Thành lập", "", "", "Số TV", "Dân tộc"]
    below = ["", *TEAM_HEAD[1:4], "", "Số QĐ thành lập", "Ngày thành lập", "Ngày ra mắt", "", ""]
    bad = [*team_row(1, so="nhiều"), "Thái"]
    merged = ["B1:D1", "F1:H1", "A1:A2", "E1:E2", "I1:I2", "J1:J2"]
    result, out = back("teams", {"DS": [top, below, bad]}, merged)
    assert result.refusals[0]["column"] == "Số TV"
    sheet = openpyxl.load_workbook(out)["DS"]
    assert {str(cells) for cells in sheet.merged_cells.ranges} == set(merged) - {"J1:J2"}
    assert sheet["G3"].value == datetime.datetime(2022, 5, 1)
    assert sheet["G3"].number_format == "dd/mm/yyyy"
    assert "Thái" not in [cell.value for row in sheet.iter_rows() for cell in row]
    assert sheet["K2"].value == "Lý do"


@pytest.mark.django_db
def test_refused_rows_of_several_sheets_come_back_in_their_sheets(back):
    bad = {"ra_mat": "31/02/2023"}
    sheets = {
        "Xã Đông": [TEAM_HEAD, team_row(1, **bad)],
        "Xã Tây": [TEAM_HEAD, team_row(1, xa="Xã Tây"), team_row(2, xa="Xã Tây", thon="Thôn 2", to="Tổ 2", **bad)],
    }
    result, out = back("teams", sheets)
    assert counts(result) == (1, 0, 0, 2)
    assert [told["message"].split(":")[0] for told in result.refusals] == ["Trang “Xã Đông”", "Trang “Xã Tây”"]
    book = openpyxl.load_workbook(out)
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("Xã Đông", 2), ("Xã Tây", 2)]


@pytest.mark.django_db
def test_a_phone_number_with_its_plus_sign_is_given_back_as_it_was(back):
    _, out = back("members", {"DS": [MEMBER_HEAD, member_row(1, sdt="+84 91 234")]})
    assert openpyxl.load_workbook(out)["DS"]["K2"].value == "+84 91 234"
