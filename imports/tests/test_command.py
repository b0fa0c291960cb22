"""`import_spreadsheet`: JSON, exit codes, options (design.md, contract of the commands)."""

import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from areas.models import Area
from imports.models import Batch
from imports.tests.conftest import TEAM_HEAD, team_row, write_xlsx
from teams.models import Team

pytestmark = pytest.mark.django_db

KEYS = {
    "kind", "rows", "created", "updated", "unchanged", "refused", "refusals", "warnings", "printed_totals",
    "also_created",
}  # fmt: skip
GOOD = [TEAM_HEAD, team_row(1)]
ONE_BAD = [*GOOD, team_row(2, thon="Thôn 2", to="Tổ 2", ra_mat="31/02/2023")]


def run(kind, path, *options):
    out, errors = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_spreadsheet", kind, str(path), *options, stdout=out, stderr=errors)
    return ended.value.code, out.getvalue(), errors.getvalue()


def run_json(kind, path, *options):
    code, out, _ = run(kind, path, "--json", *options)
    return code, json.loads(out)


@pytest.fixture
def file(tmp_path):
    def write(rows, name="to.xlsx"):
        write_xlsx(tmp_path / name, {"DS": rows})
        return tmp_path / name

    return write


def test_exit_0_where_every_row_is_in(land, file):
    code, told = run_json("teams", file(GOOD), "--province", "00", "--as-of", "2024-03-31")
    assert code == 0
    assert told.keys() == KEYS
    assert told == {
        "kind": "teams", "rows": 1, "created": 1, "updated": 0, "unchanged": 0, "refused": 0, "refusals": [],
        "warnings": [],
        "printed_totals": [], "also_created": {"teams": 0, "villages": 0},
    }  # fmt: skip


def test_exit_1_where_some_rows_were_refused_and_the_others_are_in(land, file):
    code, told = run_json("teams", file(ONE_BAD), "--province", "00", "--as-of", "31/03/2024")
    assert code == 1
    assert told["created"] + told["updated"] + told["unchanged"] + told["refused"] == told["rows"] == 2
    assert [set(refusal) for refusal in told["refusals"]] == [
        {"row", "column", "value", "code", "message", "suggestions"}
    ]
    assert Team.objects.count() == 1


def test_warnings_and_printed_totals_have_their_keys(land, file):
    rows = [[*TEAM_HEAD, "Dân tộc"], [*team_row(1), "Kinh"], ["", "Tổng cộng", "", "", "2 tổ"]]
    _, told = run_json("teams", file(rows), "--province", "00", "--as-of", "2024-03-31")
    assert [set(warning) for warning in told["warnings"]] == [{"row", "column", "code", "message"}]
    assert [set(total) for total in told["printed_totals"]] == [{"row", "label", "printed", "found", "agrees"}]


@pytest.mark.parametrize(
    ("rows", "kind", "options", "sentence"),
    [
        ([TEAM_HEAD], "teams", ["--province", "00"], "không có dòng dữ liệu nào"),
        ([["Kính gửi"]], "teams", ["--province", "00"], "Không thấy bảng danh sách tổ"),
        (GOOD, "members", ["--province", "00"], "thiếu cột"),
        (GOOD, "dogs", [], "Không có loại “dogs”"),
        (GOOD, "teams", ["--province", "03"], "Không có tỉnh, thành phố nào mang mã 03"),
        (GOOD, "teams", ["--as-of", "hôm qua"], "Không hiểu ngày “hôm qua”"),
    ],
)
def test_exit_2_prints_one_sentence_and_writes_nothing(land, file, rows, kind, options, sentence):
    before = Area.objects.count()
    code, told = run_json(kind, file(rows), "--as-of", "2024-03-31", *options)
    assert code == 2
    assert told.keys() == {"error"}
    assert sentence in told["error"]
    assert (Team.objects.count(), Area.objects.count(), Batch.objects.count()) == (0, before, 0)


def test_exit_2_for_a_file_that_is_not_there_or_no_workbook(land, tmp_path):
    assert run_json("teams", tmp_path / "none.xlsx")[0] == 2
    (tmp_path / "a.xlsx").write_bytes(b"<html></html>")
    code, out, errors = run("teams", tmp_path / "a.xlsx")
    assert (code, out) == (2, "")
    assert "không phải tệp bảng tính" in errors


def test_a_dry_run_says_what_would_be_and_writes_nothing(land, file):
    before = Area.objects.count()
    rows = [TEAM_HEAD, team_row(1, thon="Bản Mới", to="Tổ CNSCĐ bản Mới")]
    code, told = run_json("teams", file(rows), "--province", "00", "--as-of", "2024-03-31", "--dry-run")
    assert (code, told["created"], told["also_created"]) == (0, 1, {"teams": 0, "villages": 1})
    assert (Team.objects.count(), Area.objects.count(), Batch.objects.count()) == (0, before, 0)


def test_the_default_day_is_today(land, file):
    """Today the communes before the merger are gone, so their register finds no place for a new village."""
    rows = [TEAM_HEAD, team_row(1, thon="Bản Mới", to="Tổ CNSCĐ bản Mới")]
    code, told = run_json("teams", file(rows), "--province", "00")
    assert (code, told["refusals"][0]["code"]) == (1, "place_ended")


def test_refused_rows_come_back_and_are_taken_once_mended(land, file, tmp_path):
    back = tmp_path / "back.xlsx"
    options = ["--province", "00", "--as-of", "2024-03-31"]
    assert run("teams", file(ONE_BAD), *options, "--refused", str(back))[0] == 1
    book = openpyxl.load_workbook(back)
    sheet = book["DS"]
    assert [cell.value for cell in sheet[1]] == [*TEAM_HEAD, "Lý do"]
    assert sheet.max_row == 2
    assert sheet["J2"].value == "Dòng 3. Ngày ra mắt: Không có ngày này. Sửa thành ngày đúng."
    assert sheet["H2"].fill.fgColor.rgb == "FFFCEDEC"
    assert sheet["E2"].fill.fill_type is None
    sheet["H2"] = "28/02/2023"
    book.save(back)
    code, told = run_json("teams", back, *options)
    assert (code, told["created"], told["warnings"]) == (0, 1, [])
    assert run_json("teams", file(ONE_BAD), *options)[1]["unchanged"] == 1
    assert Team.objects.count() == 2


def test_nothing_refused_writes_no_workbook(land, file, tmp_path):
    run("teams", file(GOOD), "--province", "00", "--as-of", "2024-03-31", "--refused", str(tmp_path / "back.xlsx"))
    assert not (tmp_path / "back.xlsx").exists()


def test_a_person_reads_a_summary(land, file):
    code, out, _ = run("teams", file(ONE_BAD), "--province", "00", "--as-of", "2024-03-31")
    assert code == 1
    assert "2 dòng: mới 1, thay đổi 0, không đổi 0, chưa nhận 1." in out
    assert "Dòng 3 | Ngày ra mắt | 31/02/2023 | Không có ngày này." in out


def test_a_batch_keeps_the_file_and_what_became_of_it(land, file):
    path = file(ONE_BAD)
    run("teams", path, "--province", "00", "--as-of", "2024-03-31")
    batch = Batch.objects.get()
    assert (batch.state, batch.rows_total, batch.created, batch.refused) == ("done", 2, 1, 1)
    assert (batch.filename, batch.size, batch.province, batch.created_by) == (
        "to.xlsx", path.stat().st_size, land.province, None,
    )  # fmt: skip
    assert batch.file.open("rb").read() == path.read_bytes()
