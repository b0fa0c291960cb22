"""What Thanh Hóa published in October 2024, computed from the workbooks: by the command and on the page in a browser.

The numbers stand in the README of the data; each is asserted as the command tells it and as a person reads it.
"""

import json
import re

import pytest

from imports.kinds import KINDS
from reports.demo import FILES, PEOPLE, PROVINCE, WORKBOOKS
from reports.tests.portal import OFFICER, by_code, text_of

pytestmark = pytest.mark.browser

HOA_BINH = WORKBOOKS / "hoa_binh_bac_lieu_2023.xlsx"
ROWS = {"teams": 4351, "members": 15995, "trainings": 104, "attendances": 2400, "returns": 4923, "activities": 20000}

# Indicator → the value, and the parts of a rate as far as they are published.
COUNTS = {
    "active_teams": 4351,
    "village_teams": 4351,
    "active_members": 15995,
    "classes_held": 30,
    "classes_held_total": 100,
    "training_attendances": 6012,
    "training_attendances_total": 23113,
    "members_trained": 2400,
    "teams_trained_inperson": 1647,
    "products_online": 429,
    "personal_signatures": 307250,
    "qr_sites": 1860,
    "free_wifi_points": 1240,
}
RATES = {
    "village_coverage_rate": "100.00",
    "commune_coverage_rate": "100.00",
    "launched_rate": "100.00",
    "members_trained_rate": "15.00",
    "teams_trained_inperson_rate": "37.85",
    "e_result_rate": "94.78",
    "data_reuse_rate": "55.41",
    "online_payment_rate": "58.73",
    "payment_account_rate": "82.00",
}
PARTS = {
    "village_coverage_rate": (4351, 4351),
    "commune_coverage_rate": (547, 547),
    "launched_rate": (4351, 4351),
    "members_trained_rate": (2400, 15995),
    "teams_trained_inperson_rate": (1647, 4351),
    "members_per_team": (15995, 4351),
}

# What a person reads, a name with its number and unit each.
ON_THE_PAGE = [
    "Số tổ đang hoạt động 4.351 tổ",
    "Số thành viên 15.995 người",
    "Bình quân 3,68 người/tổ",
    "Tỷ lệ thôn có tổ 100,00 %",
    "Đạt chỉ tiêu 100 %",
    "Tỷ lệ xã có tổ 100,00 %",
    "Tỷ lệ tổ đã ra mắt 100,00 %",
    "Lượt tham gia tập huấn 6.012 lượt",
    "Lũy kế 23.113 lượt",
    "Lũy kế lượt tham gia tập huấn 23.113 lượt",
    "Số lớp đã tổ chức 30 lớp",
    "Lũy kế số lớp đã tổ chức 100 lớp",
    "Người đã tập huấn, lũy kế 2.400 người",
    "Tỷ lệ thành viên đã tập huấn 15,00 %",
    "Số tổ được tập huấn trực tiếp 1.647 tổ",
    "Tỷ lệ tổ được tập huấn trực tiếp 37,85 %",
    "Tỷ lệ cấp kết quả điện tử 94,78 %",
    "Tỷ lệ sử dụng lại dữ liệu số hóa 55,41 %",
    "Tỷ lệ hồ sơ thanh toán trực tuyến 58,73 %",
    "Tỷ lệ dân từ 15 tuổi có tài khoản thanh toán 82,00 %",
    "Sản phẩm đưa lên sàn, mạng xã hội 429 sản phẩm",
    "Chữ ký số cá nhân đã cấp 307.250 chữ ký",
    "Điểm gắn mã QR 1.860 điểm",
    "Điểm Wi-Fi miễn phí 1.240 điểm",
]


def values(figures: dict) -> dict:
    return {code: figure["value"] for code, figure in figures.items()}


def in_percent(value: float) -> str:
    return f"{value * 100:.2f}"


def test_the_demo_tells_what_it_read_and_who_can_sign_in(demo_portal):
    for kind, filename, _ in FILES:
        rows = ROWS[kind]
        assert f"{filename} ({kind}): {rows} dòng, mới {rows}, đổi 0, không đổi 0, chưa nhận 0" in demo_portal.told
    for person in PEOPLE:
        assert re.search(rf"{re.escape(person.identifier)}\s+{person.role.label}", demo_portal.told)


def test_the_published_figures_by_the_command(demo_portal):
    found = demo_portal.figures(PROVINCE, "2024-9M")
    assert {code: found[code]["value"] for code in COUNTS} == COUNTS
    assert {code: in_percent(found[code]["value"]) for code in RATES} == RATES
    assert {code: (found[code]["numerator"], found[code]["denominator"]) for code in PARTS} == PARTS
    assert round(found["members_per_team"]["value"], 2) == 3.68
    returns = found["e_result_rate"]
    assert (returns["reporting"], returns["expected"], returns["provisional"]) == (4923, 4923, False)


def test_the_published_figures_on_the_province_page(demo_portal, people_at_portal):
    province = demo_portal.area(1, PROVINCE)
    with people_at_portal.at(OFFICER, demo_portal.dashboard(province, "2024-9M")) as page:
        read = text_of(page)
        assert "9 tháng 2024 (15/12/2023 – 14/09/2024)." in read
        assert "4.923/4.923 báo cáo đã nộp." in read
        missing = [words for words in ON_THE_PAGE if words not in read]
        assert missing == [], read
        assert page.locator("#children tbody tr").count() == 26
        page.get_by_label("547 xã").check()
        page.locator("#children-caption", has_text="547 xã").wait_for()
        assert page.locator("#children tbody tr").count() == 547
        assert page.complaints == []


def test_on_boundaries_of_today_a_split_is_told_and_nothing_is_lost(demo_portal, people_at_portal):
    answer = demo_portal.command(
        "figures", "--area", PROVINCE, "--period", "2024-9M", "--basis", "today", "--children",
        "--indicator", "active_teams",
    )  # fmt: skip
    assert by_code(answer)["active_teams"]["value"] == 4351
    communes = {line["area"]["code"]: by_code(line)["active_teams"] for line in answer["children"]}
    assert len(communes) == 166
    assert (communes["15469"]["value"], communes["15469"]["comparable"]) == (26, True)
    assert (communes["14797"]["value"], communes["14797"]["comparable"]) == (83, False)
    assert sum(not figure["comparable"] for figure in communes.values()) == 17
    rest = by_code(answer["remainder"])["active_teams"]["value"]
    assert sum(figure["value"] or 0 for figure in communes.values()) + rest == 4351
    assert rest == 82

    province = demo_portal.area(1, PROVINCE)
    with people_at_portal.at(OFFICER, demo_portal.dashboard(province, "2024-9M", basis="today")) as page:
        read = text_of(page)
        assert "Quy đổi: cộng 547 xã cũ." in read
        assert "Không so sánh được: 17 xã, phường nhận một phần của 10 xã cũ" in read
        assert "Số tổ đang hoạt động 4.351 tổ" in read
        row = page.locator("#children tbody tr").filter(has_text="Phường Hạc Thành")
        assert "không so sánh được" in row.locator("td.num").nth(1).inner_text()
        page.get_by_role("link", name="Xã Yên Định", exact=True).click()
        page.get_by_role("heading", name="Xã Yên Định", level=1).wait_for()
        assert "Số tổ đang hoạt động 26 tổ" in text_of(page)
        page.goto(demo_portal.dashboard(demo_portal.area(3, "14797"), "2024-9M", basis="today"))
        read = text_of(page)
        assert "không so sánh được" in read
        assert "Phần biết chắc: 83 tổ" in read


LOG = {
    ("2026-9M", "statutory"): {"people_reached": 522815},
    ("2026-9M", "civil"): {"people_reached": 555543},
    ("2026-Q3", "statutory"): {"people_reached": 183458},
}
# All rows lie between January and October 2026; what the other tests log is of later days.
ALL_ROWS = {
    "vneid_assists": 60397,
    "signatures_assisted": 30026,
    "qr_points_added": 182,
    "essential_dossiers_assisted": 22673,
    "activities_logged": 20000,
}


@pytest.mark.parametrize(("period", "calendar"), LOG)
def test_what_the_log_gives_in_both_calendars(demo_portal, period, calendar):
    found = demo_portal.figures(PROVINCE, period, "--calendar", calendar)
    expected = LOG[period, calendar]
    assert {code: found[code]["value"] for code in expected} == expected


def test_what_all_rows_of_the_log_give(demo_portal, people_at_portal):
    nine, october = (demo_portal.figures(PROVINCE, period, "--calendar", "civil") for period in ("2026-9M", "2026-10"))
    assert {code: nine[code]["value"] + october[code]["value"] for code in ALL_ROWS} == ALL_ROWS

    province = demo_portal.area(1, PROVINCE)
    with people_at_portal.at(OFFICER, demo_portal.dashboard(province, "2026-9M")) as page:
        assert "Lượt người được hướng dẫn, tuyên truyền 522.815 lượt" in text_of(page)
        page.get_by_label("Tháng dương lịch").check()
        page.locator("#figures", has_text="9 tháng 2026 (01/01/2026 – 30/09/2026)").wait_for()
        assert "Lượt người được hướng dẫn, tuyên truyền 555.543 lượt" in text_of(page)
        page.goto(demo_portal.dashboard(province, "2026-Q3"))
        assert "Lượt người được hướng dẫn, tuyên truyền 183.458 lượt" in text_of(page)


@pytest.fixture(scope="module")
def hoa_binh(demo_portal):
    """What the command says of the book of huyện Hòa Bình, then in Bạc Liêu."""
    return import_by_command(demo_portal, "members", HOA_BINH, "2023-11-30", "--create-missing")


def import_by_command(demo_portal, kind, path, as_of, *more):
    done = demo_portal.portal.manage("import_spreadsheet", kind, str(path), "--as-of", as_of, "--json", *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_hoa_binh_comes_in_and_its_printed_total_is_told_as_a_disagreement(demo_portal, hoa_binh):
    assert (hoa_binh["rows"], hoa_binh["created"], hoa_binh["refused"]) == (542, 542, 0)
    assert hoa_binh["also_created"]["teams"] == 77
    told = [total for total in hoa_binh["printed_totals"] if not total["agrees"]]
    assert [(total["printed"], total["found"]) for total in told] == [(76, 77)]

    district = values(demo_portal.figures("961", "2023"))
    assert {code: district[code] for code in ("active_teams", "active_members")} == {
        "active_teams": 77,
        "active_members": 542,
    }
    assert [district[f"{level}_teams"] for level in ("district", "commune", "village")] == [1, 8, 68]
    with demo_portal.portal.connect() as connection:
        members = connection.execute(
            """
            SELECT a.level, count(*) FROM members_membership m JOIN teams_team t ON t.id = m.team_id
            JOIN teams_teamplace p ON p.team_id = t.id JOIN areas_area a ON a.id = p.area_id
            WHERE p.during @> DATE '2023-12-01' AND p.area_id IN (
                SELECT area_id FROM areas_areaancestry WHERE during @> DATE '2023-12-01' AND ancestor_id =
                    (SELECT id FROM areas_area WHERE level = 2 AND code = '961'))
            GROUP BY a.level ORDER BY a.level
            """
        ).fetchall()
    assert members == [(2, 7), (3, 77), (4, 458)]


def test_hoa_binh_stands_in_ca_mau_today(demo_portal, hoa_binh):
    answer = demo_portal.command(
        "figures", "--area", "96", "--period", "2026", "--basis", "today", "--children", "--indicator", "active_teams"
    )
    teams = {line["area"]["code"]: by_code(line)["active_teams"]["value"] for line in answer["children"]}
    rest = by_code(answer["remainder"])["active_teams"]["value"] or 0
    heirs = {code: teams[code] for code in ("31891", "31918", "31927")}
    assert all(heirs.values())
    assert sum(heirs.values()) + rest == 77
    assert by_code(answer)["active_teams"]["value"] == 77


def test_a_second_import_of_any_file_changes_nothing(demo_portal, hoa_binh):
    """The demo's files by the demo, which takes them the way of the command below."""
    again = demo_portal.portal.manage("demo").stdout
    for kind, filename, _ in FILES:
        rows = ROWS[kind]
        assert f"{filename} ({kind}): {rows} dòng, mới 0, đổi 0, không đổi {rows}, chưa nhận 0" in again
    assert {kind for kind, _, _ in FILES} == set(KINDS)
    again = import_by_command(demo_portal, "members", HOA_BINH, "2023-11-30", "--create-missing")
    counts = {name: again[name] for name in ("created", "updated", "unchanged", "refused")}
    assert counts == {"created": 0, "updated": 0, "unchanged": 542, "refused": 0}
    assert again["also_created"] == {"teams": 0, "villages": 0}
    assert demo_portal.differences() == []
