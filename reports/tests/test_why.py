"""The page behind a number: its formula, what adds up to it, its rows, and who may read them."""

import re

import pghistory
import pytest

from activities.models import Activity, DataElement
from activities.periods import Calendar, Period
from areas.models import Area, Level
from imports.models import Batch
from members.models import Member, Membership
from reports import facts, rollup
from reports.amounts import NOTHING, Span, read
from reports.figures import today_of_cells
from reports.models import Basis, Cell, Indicator
from reports.tests.pages import page, words
from reports.tests.scene import PERIOD
from teams.models import Team, TeamPlace

BUDGET = 10


def why(area, indicator, **tokens):
    tokens = {"indicator": indicator, "period": PERIOD, "area": area.pk} | tokens
    return "/why/?" + "&".join(f"{name}={value}" for name, value in tokens.items())


# --- formula ----------------------------------------------------------------------------------------------------------


def test_a_rate_is_told_as_numerator_over_denominator(client, scene, people):
    said = words(client, people.officer, why(scene.land.province, "members_trained_rate"))
    assert "40,00 % = 2 người ÷ 5 người" in said
    assert "Cộng tử số và mẫu số của mọi nơi trước, chia một lần sau cùng." in said
    assert "Thành viên đang tham gia đã tập huấn: tính đến ngày 14/05/2024." in said


def test_the_sentence_to_copy_can_stand_alone(client, scene, people):
    html = page(client, people.officer, why(scene.land.province, "e_result_rate")).content.decode()
    sentence = re.search(r'data-copy="([^"]*)"', html)[1]
    assert sentence.startswith(
        "Tỷ lệ cấp kết quả điện tử, Tỉnh Mẫu, Tháng 5/2024 (15/04/2024 – 14/05/2024), địa giới tại thời điểm: "
        "86,67 % = 130 hồ sơ ÷ 150 hồ sơ. Nguồn: Báo cáo của xã, cập nhật "
    )


def test_marks_and_coverage_are_explained(client, scene, people):
    said = words(client, people.officer, why(scene.land.province, "e_result_rate"))
    assert "Tạm tính: còn dòng chưa duyệt, hoặc còn báo cáo chưa nộp." in said
    assert "Đã có 2/3 xã." in said
    assert "QĐ 766/QĐ-TTg" in said


def test_a_number_that_is_not_there_says_why(client, scene, people):
    said = words(client, people.officer, why(scene.land.tay, "e_result_rate"))
    assert "chưa báo cáo" in said
    assert "Không có dòng nào" in said


# --- what adds up to it -----------------------------------------------------------------------------------------------


def test_the_areas_below_add_up_to_the_number_and_each_has_its_own_why(client, scene, people):
    html = page(client, people.officer, why(scene.land.province, "people_reached")).content.decode()
    assert re.search(r'is-total"><th scope="row">Tổng các dòng</th><td class="num">20</td>', html)
    assert "✓ Tổng các dòng bằng con số trên." in html
    assert f"area={scene.land.upper.pk}" in html


def test_an_area_below_that_has_ended_since_is_told_as_such(client, scene, people):
    html = page(client, people.officer, why(scene.land.upper, "people_reached")).content.decode()
    assert ">Xã Đông (cũ)</a></th>" in html


def test_people_in_two_teams_make_the_parts_more_than_the_whole_and_the_page_says_so(client, scene, people):
    someone = Member.objects.get(name="Người e")
    Membership.objects.create(team=scene.teams["n1"], member=someone)
    rollup.fold_all()
    said = words(client, people.officer, why(scene.land.province, "active_members"))
    assert "Một người chỉ đếm một lần, nên các địa bàn cộng lại có thể lớn hơn." in said


def test_what_stands_at_the_area_itself_is_a_line_of_its_own(client, scene, people):
    said = words(client, people.officer, why(scene.land.nam, "active_teams"))
    assert "Đơn vị đã kết thúc, số ghi ở cấp này 1" in said  # the commune's own team beside that of thôn 1
    assert "Tổng các dòng bằng con số trên" in said


# --- rows -------------------------------------------------------------------------------------------------------------


def test_the_rows_are_listed_with_their_sum_and_lead_to_the_fact(client, scene, people):
    html = page(client, people.officer, why(scene.land.province, "people_reached")).content.decode()
    assert "3 dòng, cộng được 20 lượt. Tổng các dòng bằng con số trên." in html
    for log in scene.logs:
        assert f'href="/activities/{log.pk}/"' in html


def test_a_rate_lists_the_rows_of_its_numerator_and_of_its_denominator(client, scene, people):
    said = words(client, people.officer, why(scene.land.province, "e_result_rate"))
    assert "2 dòng, cộng được 130 hồ sơ" in said
    said = words(client, people.officer, why(scene.land.province, "e_result_rate", element="dossiers_result_due"))
    assert "2 dòng, cộng được 150 hồ sơ" in said


def test_a_row_tells_who_entered_it_or_which_file(client, scene, people):
    with pghistory.context(user=people.clerk.pk):
        team = Team.objects.create(name="Tổ mới", level=4, established="2024-01-01")
        TeamPlace.objects.create(team=team, area=scene.land.t2)
    batch = Batch.objects.create(kind="teams", filename="to.xlsx", sha256="0" * 64, size=1, as_of="2024-01-01")
    with pghistory.context(user=people.admin.pk, batch=batch.pk):
        team = Team.objects.create(name="Tổ từ tệp", level=4, established="2024-01-01")
        TeamPlace.objects.create(team=team, area=scene.land.n2)
    rollup.fold_all()
    html = page(client, people.officer, why(scene.land.province, "active_teams")).content.decode()
    row = html[html.index("Tổ mới</a>") :]
    assert "Cán bộ Đông Tây" in row[: row.index("</tr>")]
    row = html[html.index("Tổ từ tệp</a>") :]
    assert "tệp to.xlsx" in row[: row.index("</tr>")]


def test_rows_come_by_fifty_and_htmx_gets_the_rows_alone(client, scene, people):
    log = scene.logs[0]
    Activity.objects.bulk_create(
        Activity(team=log.team, area=log.area, date=log.date, kind="guidance", reached=1, status="approved")
        for _ in range(60)
    )
    rollup.fold_all()
    first = page(client, people.officer, why(scene.land.province, "activities_logged")).content.decode()
    assert first.count('<tr><th scope="row"><a href="/activities/') == 50
    following = re.search(r'rel="next" href="([^"]*)"', first)[1].replace("&amp;", "&")
    headers = {"HX-Request": "true", "HX-Target": "facts"}
    second = client.get(following, headers=headers).content.decode()
    assert second.count('<tr><th scope="row"><a href="/activities/') == 13
    assert "Dòng 51–63" in second
    assert "<html" not in second


def test_rows_that_do_not_make_the_number_are_told(client, scene, people, caplog):
    element = DataElement.objects.get(code="people_reached")
    cell = Cell.objects.get(area_id=scene.land.province.pk, basis=0, element_id=element.pk, half="2024-05-01")
    Cell.objects.filter(pk=cell.pk).update(amount=cell.amount + 3)
    said = words(client, people.officer, why(scene.land.province, "people_reached"))
    assert "Lệch 3. Đã báo quản trị." in said
    assert "Run roll_up --check" in caplog.text


def test_while_marks_wait_a_difference_is_no_alarm(client, scene, people, caplog):
    log = scene.logs[0]
    Activity.objects.create(team=log.team, area=log.area, date=log.date, kind="guidance", reached=4, status="approved")
    said = words(client, people.officer, why(scene.land.province, "people_reached"))
    assert "Lệch 4: số đang được cộng lại." in said
    assert "Đang cộng 1 thay đổi" in said
    assert "roll_up --check" not in caplog.text


def test_under_todays_boundaries_rows_of_ended_units_are_listed_where_they_belong_today(client, scene, people):
    said = words(client, people.officer, why(scene.land.dong_tay, "people_reached", basis="today"))
    assert "2 dòng, cộng được 12 lượt" in said


def test_rows_of_unknown_share_are_listed_and_not_added(client, scene, people):
    """Phường Hạc Thành (14797) receives a part of a split commune whose weights nobody published."""
    receiver = Area.objects.get(level=Level.COMMUNE, code="14797", valid__startswith__isnull=False)
    split = Area.objects.filter(
        level=Level.COMMUNE, ancestry__ancestor=receiver, ancestry__share__isnull=True, valid__endswith__isnull=False
    ).first()
    team = Team.objects.create(name="Tổ xã", level=Level.COMMUNE, established="2023-01-01")
    TeamPlace.objects.create(team=team, area=split)
    rollup.fold_all()
    said = words(client, people.country_viewer, why(receiver, "active_teams", basis="today"))
    assert "không so sánh được; phần biết chắc: 0 tổ" in said
    assert "1 dòng ở đơn vị đã chia, chưa có tỷ lệ chia, không cộng vào số trên." in said


# --- every element, indicator, area, basis ----------------------------------------------------------------------------


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("place", ["country", "province", "upper", "dong", "dong_tay", "nam", "d1"])
def test_the_rows_of_every_element_add_up(scene, place, basis):
    area = getattr(scene.land, place)
    today = today_of_cells()
    elements = list(DataElement.objects.all())
    for token, calendar in ((PERIOD, Calendar.STATUTORY), ("2024-05", Calendar.CIVIL), ("2024", Calendar.STATUTORY)):
        period = Period.parse(token, calendar)
        spans = [Span.of(period, today=today)]
        sums = read(areas=[area], elements=elements, spans=spans, calendar=calendar, basis=basis, today=today)
        for element in elements:
            if element.code.startswith("communes") and area.level == Level.VILLAGE:
                continue
            found = facts.page(element, area, period, basis=basis, today=today)
            assert found.total == sums.get((0, area.pk, element.code), NOTHING).amount, element.code


@pytest.mark.django_db
def test_every_registry_element_has_its_rows_defined():
    assert facts.REGISTRY.keys() == set(
        DataElement.objects.filter(source=DataElement.Source.REGISTRY).values_list("code", flat=True)
    )


def test_every_indicator_has_its_page_within_ten_queries(client, scene, people, django_assert_max_num_queries):
    client.force_login(people.officer)
    for code in Indicator.objects.values_list("code", flat=True):
        for basis in ("reported", "today"):
            with django_assert_max_num_queries(BUDGET):
                assert client.get(why(scene.land.province, code, basis=basis)).status_code == 200, code


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "place", "status", "rows"),
    [
        ("officer", "province", 200, True),
        ("officer", "country", 404, False),
        ("country_viewer", "country", 200, True),
        ("viewer", "province", 200, False),
        ("clerk", "dong", 200, True),
        ("clerk", "nam", 404, False),
        ("leader", "d1", 200, True),
        ("leader", "dong", 404, False),
        ("district", "upper", 200, True),
        ("outsider", "province", 404, False),
        ("stranger", "province", 404, False),
    ],
)
def test_rows_are_for_those_who_may_read_facts(client, scene, people, who, place, status, rows):
    response = page(client, getattr(people, who), why(getattr(scene.land, place), "active_members"))
    assert response.status_code == status
    if status == 200:
        html = response.content.decode()
        assert ("Người a" in html) == rows
        assert ("Bạn xem được số theo xã, không xem được từng dòng." in html) != rows


@pytest.mark.parametrize("query", ["area=x&indicator=active_teams", "area=9999999&indicator=active_teams"])
def test_an_address_that_names_nothing_is_not_found(client, scene, people, query):
    assert page(client, people.officer, f"/why/?{query}").status_code == 404


def test_an_address_without_any_number_leads_to_the_areas(client, scene, people):
    response = page(client, people.officer, "/why/")
    assert (response.status_code, response["Location"]) == (302, "/areas/")


def test_an_indicator_that_does_not_exist_is_not_found(client, scene, people):
    assert page(client, people.officer, why(scene.land.province, "nothing")).status_code == 404


def test_an_offset_beyond_the_rows_shows_none_and_still_stands(client, scene, people):
    assert page(client, people.officer, why(scene.land.province, "active_teams", offset=10_000)).status_code == 200
