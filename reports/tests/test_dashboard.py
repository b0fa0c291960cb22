"""An area's dashboard: its figures, their words, whom it opens to, and what it costs."""

import datetime
import gzip
import io
import re
import zipfile

import pytest
from django.utils import timezone

from activities.models import Activity
from areas.models import Area, Level
from reports import rollup
from reports.models import Indicator, Target
from reports.tests.pages import page, text_of, words
from reports.tests.scene import PERIOD

BUDGET = 10


def board(area, **tokens):
    tokens = {"period": PERIOD} | tokens
    return f"/areas/{area.pk}/?" + "&".join(f"{name}={value}" for name, value in tokens.items())


def tile(said, name):
    """What the page says from the name of a key figure on."""
    return said[said.index(name) : said.index(name) + 120]


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_key_figures_of_a_province_are_those_that_can_be_worked_out_by_hand(client, scene, people):
    said = words(client, people.officer, board(scene.land.province))
    assert tile(said, "Số tổ đang hoạt động").startswith("Số tổ đang hoạt động 5 tổ")
    assert tile(said, "Số thành viên").startswith("Số thành viên 5 người")  # a is in two teams and counts once
    assert "Bình quân 1,20 người/tổ" in said  # six memberships in five teams
    assert tile(said, "Tỷ lệ thôn có tổ").startswith("Tỷ lệ thôn có tổ 66,67 %")  # four of six
    assert "10 lượt" in tile(said, "Lượt tham gia tập huấn")
    assert "Lũy kế 10 lượt" in said


def test_the_sentence_of_the_period_says_days_freshness_and_how_many_reported(client, scene, people):
    said = words(client, people.officer, board(scene.land.province))
    assert "Tháng 5/2024 (15/04/2024 – 14/05/2024)." in said
    assert re.search(r"Cập nhật \d\d:\d\d \d\d/\d\d/\d{4}\.", said)
    assert "2/3 xã đã báo cáo." in said


def test_a_longer_period_counts_reports_not_communes(client, scene, people):
    said = words(client, people.officer, board(scene.land.province, period="2024-Q2"))
    assert re.search(r"2/\d+ báo cáo đã nộp\.", said)


def test_a_figure_with_missing_or_unapproved_returns_is_provisional_in_words(client, scene, people):
    said = words(client, people.officer, board(scene.land.province))
    assert "86,67 %" in said  # 130 of 150, divided last
    assert "86,67 % , tạm tính . Số này từ đâu?" in said


def test_what_was_not_reported_is_a_dash_with_its_reason_and_no_zero(client, scene, people):
    html = page(client, people.officer, board(scene.land.upper, columns="government")).content.decode()
    row = re.search(r"<tr><th[^>]*><a[^>]*>Xã Tây</a>.*?</tr>", html, re.S)[0]
    assert "is-missing" in row
    assert "chưa báo cáo" in text_of(row)
    assert "0,00" not in text_of(row)


def test_team_results_and_context_stand_in_blocks_of_their_own(client, scene, people):
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    results = html[html.index('id="results-title"') : html.index('id="context-title"')]
    context = html[html.index('id="context-title"') : html.index('id="teams-title"')]
    assert "Lượt hỗ trợ kích hoạt VNeID" in results
    assert "Tỷ lệ cấp kết quả điện tử" not in results
    assert "Tỷ lệ cấp kết quả điện tử" in context


def test_a_target_is_told_by_shape_word_and_number(client, scene, people):
    indicator = Indicator.objects.get(code="e_result_rate")
    Target.objects.create(indicator=indicator, area=scene.land.province, value="0.9")
    said = words(client, people.officer, board(scene.land.province, columns="government"))
    assert "◐ Gần đạt 90 %" in said  # 86,67 is 96 % of the way
    html = page(client, people.officer, board(scene.land.upper, columns="government")).content.decode()
    row = re.search(r"<tr><th[^>]*><a[^>]*>Xã Đông</a>.*?</tr>", html, re.S)[0]
    assert 'aria-label="Đạt"' in row  # a province's rate is a target below it too
    assert " t3" in row or " t4" in row


def test_a_change_is_against_the_same_period_a_year_before(client, scene, people):
    said = words(client, people.officer, board(scene.land.province, period="2024-Q1"))
    assert "▬ Không đổi" in tile(said, "Số tổ đang hoạt động")
    assert "Tăng, giảm so với quý i/2023" in said


def test_a_change_is_not_told_where_too_few_have_reported(client, scene, people):
    dashboard = words(client, people.officer, board(scene.land.province, period="2024-05"))
    assert "Chưa so được" not in tile(dashboard, "Số tổ đang hoạt động")
    rollup.fold_all()
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    row = html[html.index("Tỷ lệ cấp kết quả điện tử") :][:1500]
    assert "Tăng" not in row  # 2 of 3 communes now, none a year before


def test_a_running_period_is_said_to_run_and_is_not_compared(client, scene, people):
    running = f"{timezone.localdate():%Y}"
    said = words(client, people.officer, board(scene.land.province, period=running))
    assert "Kỳ chưa kết thúc" in said
    assert "▲" not in said
    assert "Chưa so được: kỳ này chưa kết thúc" in said


def test_without_a_period_the_latest_ended_statutory_month_is_shown(client, scene, people):
    today = timezone.localdate()
    last = (
        today.replace(day=14)
        if today.day >= 15
        else (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=14)
    )
    assert f"– {last:%d/%m/%Y})" in words(client, people.officer, f"/areas/{scene.land.province.pk}/")


def test_a_token_that_nobody_can_read_is_told_and_the_page_stands(client, scene, people):
    said = words(client, people.officer, board(scene.land.province, period="2024-13", basis="x"))
    assert "Không hiểu kỳ “2024-13”" in said
    assert "Không có địa giới “x”" in said


def test_the_civil_calendar_says_that_returns_are_not_in_it(client, scene, people):
    said = words(client, people.officer, board(scene.land.province, calendar="civil"))
    assert "Tháng 5/2024 (01/05/2024 – 31/05/2024)." in said
    assert "không có ở lịch tháng dương" in said
    assert "không áp dụng" in said


def test_an_area_without_anything_says_what_to_do(client, land, people):
    rollup.fold_all()
    said = words(client, people.officer, board(land.nam))
    assert "Chưa có số liệu của Xã Nam trong kỳ này" in said
    assert "Nhập danh sách tổ" in said
    assert "Nhập danh sách tổ trước" not in words(client, people.viewer, board(land.nam))


# --- boundaries -------------------------------------------------------------------------------------------------------


def test_a_unit_that_ended_says_so_names_what_it_is_now_and_shows_its_last_figures(client, scene, people):
    said = words(client, people.officer, f"/areas/{scene.land.dong.pk}/")
    assert "Xã Đông kết thúc ngày 30/06/2024. Nay thuộc Xã Đông Tây" in said
    assert "Tháng 6/2024" in said  # the last month that it lived through
    assert tile(said, "Số tổ đang hoạt động").startswith("Số tổ đang hoạt động 2 tổ")


def test_after_its_end_a_unit_leads_back_to_its_last_figures(client, scene, people):
    said = words(client, people.officer, board(scene.land.dong, period="2025-01"))
    assert "Xem Tháng 6/2024, kỳ cuối có số tại thời điểm" in said


def test_under_todays_boundaries_a_merged_commune_adds_up_and_says_so(client, scene, people):
    said = words(client, people.officer, board(scene.land.dong_tay, basis="today"))
    assert "Quy đổi: cộng 2 xã cũ." in said
    assert "quy đổi" in said
    assert tile(said, "Số tổ đang hoạt động").startswith("Số tổ đang hoạt động 3 tổ")


def test_villages_of_one_name_are_told_apart_by_their_communes(client, scene, people):
    said = words(client, people.officer, board(scene.land.dong_tay, basis="today"))
    assert "Thôn 1, Xã Đông" in said
    assert "Thôn 1, Xã Tây" in said


def test_a_period_over_the_reform_says_whose_boundaries_hold(client, scene, people):
    said = words(client, people.officer, board(scene.land.province, period="2025-Q3"))
    assert "Kỳ này qua ngày 01/07/2025" in said


def test_what_lies_between_the_areas_below_and_the_whole_is_a_line_of_its_own(client, scene, people):
    said = words(client, people.officer, board(scene.land.province))
    assert "Đơn vị đã kết thúc, số ghi ở cấp này" not in said  # here the districts make the province
    activity = scene.logs[0]
    Activity.objects.create(
        team=activity.team, area=scene.land.province, date=activity.date, kind="guidance", reached=4, status="approved"
    )
    rollup.fold_all()
    said = words(client, people.officer, board(scene.land.province))
    assert re.search(r"Đơn vị đã kết thúc, số ghi ở cấp này .* 4 ", said)


# --- the table --------------------------------------------------------------------------------------------------------


def names(html):
    return re.findall(r'<tr><th scope="row"><a[^>]*>([^<]*)</a>', html[html.index('id="children"') :])


def test_the_table_is_sorted_by_name_or_by_any_column_and_says_so(client, scene, people):
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    assert names(html) == ["Huyện Hạ", "Huyện Thượng"]
    html = page(client, people.officer, board(scene.land.province, sort="-active_teams")).content.decode()
    assert names(html) == ["Huyện Thượng", "Huyện Hạ"]
    assert re.search(r'<th[^>]*aria-sort="descending"><a id="sort-active_teams"', html)
    html = page(client, people.officer, board(scene.land.province, sort="active_teams")).content.decode()
    assert names(html) == ["Huyện Hạ", "Huyện Thượng"]


def test_areas_without_a_value_are_last_whichever_way_the_others_go(client, scene, people):
    for sort in ("e_result_rate", "-e_result_rate"):
        address = board(scene.land.province, level="commune", columns="government", sort=sort)
        assert names(page(client, people.officer, address).content.decode())[-1] == "Xã Tây"


def test_a_province_shows_its_districts_or_its_communes(client, scene, people):
    html = page(client, people.officer, board(scene.land.province, level="commune")).content.decode()
    assert names(html) == ["Xã Đông", "Xã Nam", "Xã Tây"]
    assert "2 huyện" in html
    assert "3 xã" in html


def test_rows_lead_down_with_the_same_period_and_basis(client, scene, people):
    html = page(client, people.officer, board(scene.land.province, basis="today")).content.decode()
    assert f'href="/areas/{scene.land.upper.pk}/?period={PERIOD}&amp;basis=today"' in html


def test_the_workbook_has_numbers_and_its_texts_are_never_formulas(client, scene, people):
    Area.objects.filter(pk=scene.land.upper.pk).update(name="=HYPERLINK(1)")
    response = page(client, people.officer, board(scene.land.province).replace("/?", "/xlsx/?"))
    book = zipfile.ZipFile(io.BytesIO(response.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()
    assert re.search(r"<v>5</v>", sheet)


# --- trend ------------------------------------------------------------------------------------------------------------


def test_the_trend_is_a_table_and_a_sentence_beside_the_drawing(client, scene, people):
    html = page(client, people.officer, board(scene.land.province, indicator="people_reached")).content.decode()
    trend = html[html.index('id="trend"') : html.index('id="children"')]
    assert 'data-table="trend-table"' in trend
    assert 'data-reform="2025-07-01"' in trend
    assert trend.count("<tr data-start") == 13
    assert 'data-y="20"' in trend
    assert "Chỉ có một kỳ có số: 20 lượt (Tháng 5/2024)." in text_of(trend)


def test_a_longer_period_shows_its_months_or_the_same_period_of_each_year(client, scene, people):
    months = page(client, people.officer, board(scene.land.province, period="2024-9M")).content.decode()
    assert months.count("<tr data-start") == 12
    years = page(client, people.officer, board(scene.land.province, period="2024-9M", trend="same")).content.decode()
    assert years.count("<tr data-start") == 3  # 2022, 2023, 2024


# --- htmx and live ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["figures", "trend", "children"])
def test_htmx_gets_the_region_that_it_asked_for_and_the_address(client, scene, people, part):
    client.force_login(people.officer)
    headers = {"HX-Request": "true", "HX-Target": part}
    response = client.get(board(scene.land.province, sort="-active_teams"), headers=headers)
    html = response.content.decode()
    assert f'id="{part}"' in html
    assert "<html" not in html
    assert response["HX-Push-Url"] == board(scene.land.province, sort="-active_teams")
    assert "HX-Target" in response["Vary"]


def test_a_poll_says_nothing_until_something_was_counted_and_then_only_what_changed(client, scene, people):
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    address = re.search(r'data-live="([^"]*)"', html)[1].replace("&amp;", "&")
    version = re.search(r'data-live-version="([^"]*)"', html)[1]
    client.force_login(people.officer)
    answer = client.get(f"{address}&v={version}")
    assert answer.status_code == 204
    assert answer.content == b""
    log = scene.logs[0]
    Activity.objects.create(team=log.team, area=log.area, date=log.date, kind="guidance", reached=4, status="approved")
    waiting = client.get(f"{address}&v={version}").json()
    assert waiting["values"]["waiting"] == "Đang cộng 1 thay đổi, số có thể đổi trong giây lát."
    assert "people_reached" not in waiting["values"]
    rollup.fold_all()
    news = client.get(f"{address}&v={waiting['v']}").json()
    assert news["values"]["people_reached"] == "24"
    assert news["values"]["activities_logged"] == "4"
    assert news["values"]["waiting"] == ""
    assert "active_teams" not in news["values"]
    assert client.get(f"{address}&v={news['v']}").status_code == 204


def test_a_poll_keeps_the_rows_of_the_table_up_to_date(client, scene, people):
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    address = re.search(r'data-live="([^"]*)"', html)[1].replace("&amp;", "&")
    row = re.search(rf'data-live-key="({scene.land.upper.pk}\.\d)"[^>]*>12</a>', html)[1]
    log = scene.logs[0]
    Activity.objects.create(team=log.team, area=log.area, date=log.date, kind="guidance", reached=4, status="approved")
    rollup.fold_all()
    assert client.get(f"{address}&v=old").json()["values"][row] == "16"


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [
        ("officer", "province", 200),
        ("officer", "country", 404),
        ("district", "upper", 200),
        ("district", "lower", 404),
        ("clerk", "dong_tay", 200),
        ("clerk", "dong", 200),  # what became the clerk's commune
        ("clerk", "d1", 200),
        ("clerk", "nam", 404),
        ("clerk", "province", 404),
        ("leader", "d1", 200),
        ("leader", "d2", 404),
        ("viewer", "n1", 200),
        ("country_viewer", "country", 200),
        ("country_viewer", "n1", 200),
        ("outsider", "province", 404),
        ("stranger", "country", 404),
    ],
)
def test_an_area_outside_the_readers_scope_is_not_found(client, scene, people, who, place, status):
    user, area = getattr(people, who), getattr(scene.land, place)
    assert page(client, user, board(area)).status_code == status
    assert page(client, user, board(area).replace("/?", "/live/?") + "&v=x").status_code == status
    assert page(client, user, board(area).replace("/?", "/xlsx/?")).status_code == status


def test_only_ancestors_that_the_reader_may_open_are_links(client, scene, people):
    html = page(client, people.district, board(scene.land.d1)).content.decode()
    crumbs = html[html.index('class="breadcrumbs"') : html.index("</nav>", html.index('class="breadcrumbs"'))]
    assert re.findall(r"<a[^>]*>([^<]*)</a>", crumbs) == ["Huyện Thượng", "Xã Đông"]
    assert "Cả nước" in crumbs
    assert "Tỉnh Mẫu" in crumbs


def test_a_village_shows_its_team_its_people_and_its_last_logs(client, scene, people):
    said = words(client, people.officer, board(scene.land.d1))
    assert "Tổ d1" in said
    assert "3 thành viên, 1 người đã tập huấn" in said
    assert said.count("Hướng dẫn, cài đặt: Cài VNeID") == 2
    assert "Tổ d1" in words(client, people.leader, board(scene.land.d1))


def test_a_viewer_sees_a_villages_figures_but_not_its_logs(client, scene, people):
    said = words(client, people.viewer, board(scene.land.d1))
    assert tile(said, "Số thành viên").startswith("Số thành viên 3 người")
    assert "Cài VNeID" not in said


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["reported", "today"])
@pytest.mark.parametrize("place", ["country", "province", "dong_tay", "upper", "dong", "d1"])
def test_a_dashboard_takes_at_most_ten_queries(client, scene, people, django_assert_max_num_queries, place, basis):
    client.force_login(people.country_viewer)
    with django_assert_max_num_queries(BUDGET):
        client.get(board(getattr(scene.land, place), basis=basis))


def test_the_number_of_queries_does_not_grow_with_the_areas_below(
    client, country, people, django_assert_max_num_queries
):
    thanh_hoa = Area.objects.get(level=Level.PROVINCE, code="38")
    client.force_login(people.country_viewer)
    with django_assert_max_num_queries(BUDGET):
        html = client.get(board(thanh_hoa, level="commune")).content.decode()
    assert html.count('<tr><th scope="row"><a') == 547


def test_a_page_of_166_communes_full_of_numbers_has_at_most_25_kb(client, country, people):
    """Thanh Hóa's 166 communes of today, each with a team in a village of its own, members, logs and a return."""
    from reports.tests.full_province import fill

    province = Area.objects.get(level=Level.PROVINCE, code="38")
    fill(province, timezone.localdate())
    client.force_login(people.country_viewer)
    html = client.get(f"/areas/{province.pk}/?period=2026-09").content
    assert html.decode().count('<tr><th scope="row"><a') == 166
    assert b"is-missing" not in html[html.index(b'id="children"') :]
    assert len(gzip.compress(html, 6)) <= 25 * 1024


def test_an_unchanged_poll_costs_a_handful_of_queries_and_bytes(client, scene, people, django_assert_max_num_queries):
    html = page(client, people.officer, board(scene.land.province)).content.decode()
    address = re.search(r'data-live="([^"]*)"', html)[1].replace("&amp;", "&")
    version = re.search(r'data-live-version="([^"]*)"', html)[1]
    with django_assert_max_num_queries(5):
        answer = client.get(f"{address}&v={version}")
    assert answer.status_code == 204
    assert sum(len(f"{name}: {value}") for name, value in answer.items()) < 900
