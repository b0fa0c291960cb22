"""Finding the table: headings in one to three lines, sections, blocks, totals, notes."""

import pytest

from imports.columns import Column, heading_keys
from imports.errors import Unusable
from imports.kinds.members import MemberResource
from imports.kinds.teams import TeamResource
from imports.kinds.trainings import TrainingResource
from imports.reading import Sheet
from imports.tables import find


def table_of(rows, kind=MemberResource, merged=(), **options):
    kind = kind()
    sheet = Sheet("DS", rows, merged=list(merged), **options)
    (table,) = find([sheet], kind.columns(), kind.needs, kind.label)
    return table


def cells(table, *names):
    return [tuple(record.cells[name] for name in names) for record in table.records]


HEAD = ["STT", "Xã", "Thôn", "Tên tổ", "Họ tên"]


def test_title_lines_stand_above_the_headings():
    table = table_of([["DANH SÁCH"], ["(kèm theo công văn)"], [], HEAD, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"]])
    assert table.heading_row == 4
    assert [record.number for record in table.records] == [5]
    assert table.preamble == ["DANH SÁCH", "(kèm theo công văn)", "DS"]


def test_rows_are_numbered_as_the_user_sees_them_where_the_sheet_begins_lower():
    table = table_of([HEAD, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"]], first_row=6, first_column=2)
    assert (table.heading_row, table.records[0].number) == (7, 8)


def test_headings_in_two_lines_under_group_titles():
    rows = [
        ["STT", "Địa bàn", "", "", "Thành viên", ""],
        ["", "Xã", "Thôn", "Tên tổ", "Họ tên", "SĐT"],
        [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A", "0912345678"],
    ]
    merged = [((0, 1), (0, 3)), ((0, 4), (0, 5)), ((0, 0), (1, 0))]
    for ranges in (merged, ()):
        table = table_of(rows, merged=ranges)
        assert table.columns == {"commune": 1, "village": 2, "team": 3, "person": 4, "phone": 5}
        assert (table.serial, len(table.records)) == (0, 1)


def test_headings_in_three_lines():
    rows = [
        ["TT", "Danh sách tổ", "", ""],
        ["", "Nơi", "", "Tổ"],
        ["", "Xã", "Thôn", "Tên tổ"],
        [1.0, "Xã A", "Thôn 1", "Tổ 1"],
    ]
    table = table_of(rows, TeamResource, merged=[((0, 1), (0, 3)), ((1, 1), (1, 2)), ((0, 0), (2, 0))])
    assert table.columns == {"commune": 1, "village": 2, "team": 3}
    assert len(table.records) == 1


def test_headings_in_other_words():
    table = table_of(
        [
            ["Số TT", "Xã, phường, thị trấn", "Ấp", "Tổ công nghệ số", "Họ, tên", "ĐT", "Nhiệm vụ"],
            [1.0, "a", "b", "c", "d", "", "TV"],
        ]
    )
    assert set(table.columns) == {"commune", "village", "team", "person", "phone", "role"}


def test_the_line_that_numbers_the_columns_is_no_row():
    for line in (["(1)", "(2)", "(3)", "(4)", "(5)"], [1.0, 2.0, 3.0, 4.0, 5.0], ["A", "B", "1", "2", "3"]):
        table = table_of([HEAD, line, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"]])
        assert cells(table, "person") == [("Lê A",)]


def test_sections_blocks_and_sub_totals():
    rows = [
        HEAD,
        ["", "I. CẤP XÃ"],
        ["", "XÃ A"],
        [1.0, "", "Thôn 1", "Tổ 1", "Lê A"],
        [2.0, "", "", "", "Lê B"],
        [3.0, "", "Thôn 2", "Tổ 2", "Lê C"],
        ["", "Cộng", "", "2 tổ, 3 thành viên"],
        [],
        ["", "XÃ B"],
        [4.0, "", "Thôn 1", "Tổ 1", "Lê D"],
        [5.0, "", "", "", "Lê E"],
        ["", "Cộng", "", "1 tổ, 2 thành viên"],
        ["", "TỔNG CỘNG", "", "3 tổ, 5 thành viên"],
        ["", "Ghi chú: số liệu của xã"],
        ["", "Ngày 5 tháng 9 năm 2024", "", "", "CHỦ TỊCH"],
    ]
    table = table_of(rows)
    assert cells(table, "village", "team", "person") == [
        ("Thôn 1", "Tổ 1", "Lê A"), ("Thôn 1", "Tổ 1", "Lê B"), ("Thôn 2", "Tổ 2", "Lê C"), ("Thôn 1", "Tổ 1", "Lê D"),
        ("Thôn 1", "Tổ 1", "Lê E"),
    ]  # fmt: skip
    assert [record.section.commune for record in table.records] == ["XÃ A"] * 3 + ["XÃ B"] * 2
    assert [(t.row, t.unit, t.printed, t.first, t.end) for t in table.totals] == [
        (7, "teams", 2, 0, 3), (7, "members", 3, 0, 3), (12, "teams", 1, 3, 5), (12, "members", 2, 3, 5),
        (13, "teams", 3, 0, 5), (13, "members", 5, 0, 5),
    ]  # fmt: skip


def test_a_block_does_not_reach_into_the_next_section():
    rows = [
        HEAD,
        ["", "XÃ A"],
        [1.0, "", "Thôn 1", "Tổ 1", "Lê A"],
        [2.0, "", "", "", "Lê B"],
        ["", "XÃ B"],
        [3.0, "", "", "", "Lê C"],
    ]
    assert cells(table_of(rows), "team") == [("Tổ 1",), ("Tổ 1",), ("",)]


def test_a_team_named_without_a_village_does_not_take_the_one_above():
    rows = [HEAD, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"], [2.0, "", "", "", "Lê B"], [3.0, "", "", "Tổ xã", "Lê C"]]
    assert cells(table_of(rows), "commune", "village", "team") == [
        ("Xã A", "Thôn 1", "Tổ 1"), ("Xã A", "Thôn 1", "Tổ 1"), ("Xã A", "", "Tổ xã"),
    ]  # fmt: skip


def test_one_missing_cell_among_many_rows_is_missing_and_no_block():
    rows = [HEAD, *([float(n), "Xã A", f"Thôn {n}", f"Tổ {n}", "Lê A"] for n in range(1, 21))]
    rows[10][1] = ""
    assert cells(table_of(rows), "commune")[9] == ("",)


def test_a_blank_where_every_line_says_it_again_is_missing_also_in_a_short_table():
    rows = [HEAD, *([float(n), "" if n == 3 else "Xã A", f"Thôn {n}", f"Tổ {n}", "Lê A"] for n in range(1, 5))]
    assert cells(table_of(rows), "commune")[2] == ("",)


def test_merged_cells_hold_for_all_their_rows():
    rows = [HEAD, *([float(n), "" if n in (2, 3) else "Xã A", f"Thôn {n}", f"Tổ {n}", "Lê A"] for n in range(1, 31))]
    assert cells(table_of(rows, merged=[((1, 1), (3, 1))]), "commune") == [("Xã A",)] * 30


def test_a_table_without_serial_numbers():
    rows = [
        ["Xã", "Thôn", "Tên tổ", "Họ tên"],
        ["Xã A", "Thôn 1", "Tổ 1", "Lê A"],
        ["XÃ B"],
        ["Xã B", "Thôn 1", "Tổ 1", "Lê B"],
        ["Tổng cộng", "", "", "2 thành viên"],
        ["Người lập biểu"],
    ]
    table = table_of(rows)
    assert cells(table, "person") == [("Lê A",), ("Lê B",)]
    assert [(t.unit, t.printed) for t in table.totals] == [("members", 2)]


def test_headings_that_come_again_on_the_next_page_are_no_row():
    rows = [HEAD, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"], HEAD, [2.0, "Xã A", "Thôn 1", "Tổ 1", "Lê B"]]
    assert len(table_of(rows).records) == 2


def test_a_numbered_row_is_data_however_little_it_says():
    rows = [HEAD, *([float(n), "Xã A", "Thôn 1", "Tổ 1", "Lê A"] for n in range(1, 11)), [11.0, "", "", "", "Lê B"]]
    assert table_of(rows).records[-1].cells["person"] == "Lê B"


def test_sensitive_and_unknown_columns_are_named():
    table = table_of(
        [
            [*HEAD, "Dân tộc", "Số CCCD", "Đảng viên", "Màu áo"],
            [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A", "Thái", "1", "x", "đỏ"],
        ]
    )
    assert table.sensitive == ["Dân tộc", "Số CCCD", "Đảng viên"]
    assert table.unused == ["Màu áo"]


def sheet(name, rows, **options):
    return Sheet(name, rows, **options)


def test_the_kind_picks_its_sheet():
    classes = sheet("Lớp", [["Mã lớp", "Tên lớp", "Ngày"], ["L1", "Kỹ năng số", "05/09/2024"]])
    people = sheet("Học viên", [["Mã lớp", "Họ và tên", "SĐT", "Tên tổ"], ["L1", "Lê A", "0912345678", "Tổ 1"]])
    for kind, expected in ((TrainingResource(), "Lớp"), (MemberResource(), "Học viên")):
        (table,) = find([classes, people], kind.columns(), kind.needs, kind.label)
        assert table.sheet.name == expected


def test_sheets_of_the_same_shape_are_one_file_and_hidden_or_empty_ones_no_obstacle():
    rows = [HEAD, [1.0, "Xã A", "Thôn 1", "Tổ 1", "Lê A"]]
    kind = MemberResource()
    sheets = [sheet("Xã A", rows), sheet("Trống", []), sheet("Ẩn", rows, hidden=True), sheet("Xã B", rows)]
    assert [table.sheet.name for table in find(sheets, kind.columns(), kind.needs, kind.label)] == ["Xã A", "Xã B"]


def test_a_file_without_the_table_says_what_lacks():
    kind = TeamResource()
    with pytest.raises(Unusable, match="thiếu cột “Tên tổ”"):
        find([sheet("1", [["Xã", "Thôn", "Dân số"], ["a", "b", 3.0]])], kind.columns(), kind.needs, kind.label)
    with pytest.raises(Unusable, match="Không thấy bảng danh sách tổ"):
        find([sheet("1", [["Kính gửi"], ["Nội dung"]])], kind.columns(), kind.needs, kind.label)
    with pytest.raises(Unusable, match="không có dòng dữ liệu nào"):
        find([sheet("1", [HEAD[:4]])], kind.columns(), kind.needs, kind.label)


@pytest.mark.parametrize("kind", [MemberResource, TeamResource, TrainingResource])
def test_no_heading_names_two_columns_of_a_kind(kind):
    seen: dict[str, str] = {}
    for name, column in kind().fields.items():
        assert isinstance(column, Column)
        for key in column.headings:
            assert key not in seen, f"{key}: {seen.get(key)} and {name}"
            seen[key] = name


def test_remarks_in_brackets_are_left_out_of_a_heading():
    assert "hoc vien" in heading_keys(["Học viên (người)"])
