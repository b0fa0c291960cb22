"""The pages of teams."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities import actions as activity_actions
from members.models import Membership
from teams import actions
from teams.models import Team

LIST = reverse("teams:list")


def page(client, user, address=LIST, **query):
    client.force_login(user)
    return client.get(address, query)


def names(response):
    return [team.name for team in response.context["page"].rows]


@pytest.mark.parametrize(
    ("text", "team"),
    [("thon 1 tay", "t1"), ("THÔN 1 TÂY", "t1"), ("Tây  thôn 1", "t1"), ("nguyen duc", "d1"), ("NGUYỄN VĂN ĐỨC", "d1")],
)
def test_the_list_finds_by_team_or_leader_without_accents(client, teams, people, text, team):
    assert names(page(client, people.admin, q=text)) == [getattr(teams, team).name]


def test_the_list_finds_by_the_commune_of_today(client, teams, people):
    assert names(page(client, people.admin, q="xa dong tay")) == [teams.d1.name, teams.t1.name]


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1", "\\", "thôn 99"])
def test_the_list_takes_every_text_as_text(client, teams, people, text):
    response = page(client, people.admin, q=text)
    assert response.status_code == 200
    assert names(response) == []
    assert "Không thấy tổ nào tên" in response.content.decode()


def test_filters(client, teams, land, people):
    actions.dissolve(team=teams.t1, on=date(2024, 1, 1), reason="Nhập thôn", by=people.admin)
    assert names(page(client, people.admin, state="dissolved")) == [teams.t1.name]
    assert names(page(client, people.admin, state="planned")) == [teams.nam.name]
    assert names(page(client, people.admin, level="3")) == [teams.nam.name]
    assert names(page(client, people.admin, no_leader="on")) == [teams.n1.name, teams.nam.name]
    assert names(page(client, people.admin, area=land.nam.pk)) == [teams.n1.name, teams.nam.name]


def test_teams_that_logged_nothing_for_thirty_days(client, teams, people):
    today = timezone.localdate()
    log = {"kind": "home_visit", "audience": "elderly", "reached": 5, "values": {}, "by": people.admin}
    activity_actions.log(team=teams.d1, date=today - timedelta(days=30), **log)
    activity_actions.log(team=teams.t1, date=today - timedelta(days=31), **log)
    # the commune team is only planned: nobody expects work of it
    assert names(page(client, people.admin, silent="on")) == [teams.n1.name, teams.t1.name]


def test_a_filter_that_cannot_be_read_filters_nothing(client, teams, people):
    response = page(client, people.admin, level="x", state="?", area="0", after="hỏng", before="==")
    assert len(names(response)) == 4


def test_the_list_shows_each_teams_facts(client, teams, people):
    activity_actions.log(
        team=teams.d1,
        date=timezone.localdate(),
        kind="home_visit",
        audience="elderly",
        reached=5,
        values={},
        by=people.admin,
    )
    body = page(client, people.admin, q="nguyen van duc").content.decode()
    assert "Nguyễn Văn Đức" in body
    assert "Xã Đông Tây" in body
    assert "0/2" in body
    assert "hôm nay" in body
    assert "Đã thành lập" in body


def test_paging_goes_there_and_back_and_keeps_the_filter(client, land, people):
    for number in range(1, 121):
        actions.found(area=land.n1, name=f"Tổ {number}", established=date(2024, 1, 1), by=people.admin)
    first = page(client, people.admin, level="4")
    assert names(first) == [f"Tổ {n}" for n in range(1, 51)]  # digits by value
    assert first.context["page"].previous == ""
    second = client.get(first.context["page"].next)
    assert names(second) == [f"Tổ {n}" for n in range(51, 101)]
    assert "level=4" in second.context["page"].next
    third = client.get(second.context["page"].next)
    assert names(third) == [f"Tổ {n}" for n in range(101, 121)]
    assert third.context["page"].next == ""
    assert third.context["page"].total == 120
    assert names(client.get(third.context["page"].previous)) == names(second)
    assert names(client.get(second.context["page"].previous)) == names(first)
    assert (
        client.get(client.get(third.context["page"].previous).context["page"].previous).context["page"].previous == ""
    )


def test_teams_of_one_name_are_all_on_some_page(client, land, people):
    for _ in range(60):
        actions.found(area=land.n1, name="Tổ thôn 1", established=date(2024, 1, 1), by=people.admin)
    first = page(client, people.admin)
    second = client.get(first.context["page"].next)
    assert len({team.pk for response in (first, second) for team in response.context["page"].rows}) == 60


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "thon 1"},
        {"state": "established"},
        {"no_leader": "on"},
        {"silent": "on"},
        {"level": "4"},
        {"area": "n"},
    ],
)
def test_the_list_costs_four_queries_whatever_the_filter(client, teams, land, people, query):
    if "area" in query:
        query = {"area": land.nam.pk}
    client.force_login(people.admin)
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(LIST, query)
    own = [
        q["sql"] for q in queries if "accounts_" not in q["sql"].split("WHERE")[0] and "django_session" not in q["sql"]
    ]
    assert len(own) <= 4, own
    assert len(queries) <= 10


def test_htmx_gets_the_rows_alone(client, teams, people):
    client.force_login(people.admin)
    response = client.get(LIST, {"q": "dong"}, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]
    assert "<html" in client.get(LIST).content.decode()


def test_an_empty_list_says_what_to_do(client, people):
    assert "Thêm tổ" in page(client, people.clerk).content.decode()
    assert "Thêm tổ" not in page(client, people.country_viewer).content.decode()


def test_a_clerk_of_another_commune_gets_404(client, teams, people):
    for name in ("detail", "edit", "dissolve", "move", "history"):
        assert page(client, people.nam_clerk, reverse(f"teams:{name}", args=[teams.d1.pk])).status_code == 404
    assert client.post(reverse("teams:restore", args=[teams.d1.pk])).status_code == 404


@pytest.mark.parametrize("who", ["country_viewer", "leader"])
def test_who_may_only_read_is_refused_the_forms(client, teams, people, who):
    user = getattr(people, who)
    assert page(client, user, reverse("teams:detail", args=[teams.d1.pk])).status_code == 200
    for name in ("edit", "dissolve", "move"):
        address = reverse(f"teams:{name}", args=[teams.d1.pk])
        assert client.get(address).status_code == 403
        assert client.post(address, {"name": "Khác"}).status_code == 403
    assert client.get(reverse("teams:new")).status_code == 403
    teams.d1.refresh_from_db()
    assert teams.d1.name.endswith("thôn 1 Đông")


def test_the_detail_tells_all_in_ten_queries(client, teams, people):
    client.force_login(people.officer)
    address = reverse("teams:detail", args=[teams.d1.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        body = client.get(address).content.decode()
    assert len(queries) <= 10, [q["sql"] for q in queries]
    for told in ("Nguyễn Văn Đức", "Tổ trưởng", "Thành lập 01/03/2023", "Thôn 1", "Lịch sử", "Kiện toàn tổ"):
        assert told in body
    assert "0912" not in body
    assert "••• 678" in body


def test_a_clerk_adds_a_team_in_a_village_of_the_commune(client, land, people):
    address = reverse("teams:new")
    places = page(client, people.clerk, address, q="thon 2")
    assert {area.pk for area in places.context["found"]} == {land.d2.pk, land.t2.pk}
    assert {area.above for area in places.context["found"]} == {"Xã Đông Tây"}
    form = {"name": "Tổ thôn 2", "established": "5.3.2024", "decision_number": "12/QĐ-UBND"}
    response = client.post(f"{address}?area={land.d2.pk}", form)
    team = Team.objects.get(name="Tổ thôn 2")
    assert response["Location"] == reverse("teams:detail", args=[team.pk])
    assert (team.level, team.established, team.place_on(date(2024, 4, 1))) == (4, date(2024, 3, 5), land.d2)


def test_a_clerk_cannot_add_a_team_elsewhere(client, land, people):
    client.force_login(people.clerk)
    response = client.post(f"{reverse('teams:new')}?area={land.n1.pk}", {"name": "Tổ", "established": "05/03/2024"})
    assert response.status_code == 404
    assert not Team.objects.exists()


def test_a_second_team_in_one_village_is_asked_about_then_taken(client, teams, land, people):
    client.force_login(people.clerk)
    address = f"{reverse('teams:new')}?area={land.d1.pk}"
    form = {"name": "Tổ thứ hai", "established": "05/03/2024", "note": "Ghi chú giữ lại"}
    asked = client.post(address, form)
    assert asked.status_code == 422
    body = asked.content.decode()
    assert "đã có" in body
    assert "Ghi chú giữ lại" in body
    assert client.post(address, {**form, "confirm": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "", "established": "05/03/2024"}, "Nhập tên tổ."),
        ({"name": "Tổ", "established": ""}, "Nhập ngày thành lập, hoặc ngày lên kế hoạch."),
        ({"name": "Tổ", "established": "31/02/2024"}, "31/02/2024"),
        ({"name": "Tổ", "established": "05/03/2999"}, "Ngày không được sau hôm nay."),
        ({"name": "Tổ", "established": "05/03/2024", "launched": "01/03/2024"}, "Ngày ra mắt không được trước"),
        ({"name": "Tổ", "planned": "05/03/2024", "launched": "05/03/2024"}, "Tổ đã ra mắt thì phải có ngày thành lập"),
    ],
)
def test_a_form_with_an_error_says_what_and_keeps_the_rest(client, land, people, typed, told):
    client.force_login(people.clerk)
    response = client.post(
        f"{reverse('teams:new')}?area={land.d2.pk}", {**typed, "decision_number": "12/QĐ-UBND đã gõ"}
    )
    body = response.content.decode()
    assert response.status_code == 422
    assert "<title>Lỗi:" in body
    assert told in body
    assert "12/QĐ-UBND đã gõ" in body
    assert not Team.objects.exists()


def test_edit_dissolve_restore_and_move_through_the_browser(client, teams, land, people):
    client.force_login(people.clerk)
    at = lambda name: reverse(f"teams:{name}", args=[teams.d1.pk])  # noqa: E731
    form = {"name": "Tổ thôn 1", "established": "01/03/2023", "launched": "02/03/2023"}
    assert client.post(at("edit"), form)["Location"] == at("detail")
    assert "Đã ra mắt" in client.get(at("detail")).content.decode()
    assert client.post(at("dissolve"), {"on": "01/03/2025", "reason": ""}).status_code == 422
    assert client.post(at("dissolve"), {"on": "01/03/2025", "reason": "Nhập thôn"}).status_code == 302
    body = client.get(at("detail")).content.decode()
    assert "Giải thể từ 01/03/2025: Nhập thôn" in body
    assert client.post(at("restore")).status_code == 302
    assert client.post(f"{at('move')}?area={land.t2.pk}", {"on": "01/04/2025"}).status_code == 302
    teams.d1.refresh_from_db()
    assert (teams.d1.dissolved, teams.d1.place_on(date(2025, 4, 1))) == (None, land.t2)


def test_the_history_tells_who_changed_what(client, teams, people):
    client.force_login(people.clerk)
    client.post(reverse("teams:edit", args=[teams.d1.pk]), {"name": "Tổ mới đặt tên", "established": "02/03/2023"})
    body = client.get(reverse("teams:history", args=[teams.d1.pk])).content.decode()
    assert "Cán bộ Đông Tây" in body
    assert "<del>01/03/2023</del> → <ins>02/03/2023</ins>" in body
    assert "Thêm nơi hoạt động" in body
    fragment = client.get(reverse("teams:history", args=[teams.d1.pk]), headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()


def test_the_history_masks_phone_numbers(client, teams, people):
    body = page(client, people.clerk, reverse("members:history", args=[teams.duc.pk])).content.decode()
    assert "0912" not in body
    assert "678" in body


def test_founding_refuses_what_the_form_would_not_send(land, people):
    with pytest.raises(TypeError):
        actions.found(area=land.d1, name="Tổ", dissolved=date(2024, 1, 1), by=people.admin)
    with pytest.raises(ValidationError):
        actions.found(area=land.d1, name="", established=date(2024, 1, 1), by=people.admin)


def test_a_team_without_people_counts_none(client, teams, people):
    Membership.objects.filter(team=teams.d1).update(left=date(2024, 1, 1))
    assert names(page(client, people.clerk, no_leader="on")) == [teams.d1.name, teams.t1.name]


@pytest.mark.parametrize(
    "query",
    [{"area": "9" * 30}, {"area": "²"}, {"area": "-1"}, {"q": "\x00"}, {"q": "a " * 500}, {"level": "9" * 30}],
)
def test_no_address_breaks_the_list(client, teams, people, query):
    assert page(client, people.admin, **query).status_code == 200


@pytest.mark.parametrize("area", ["9" * 30, "²", "-1", "x"])
def test_a_place_that_cannot_be_is_not_found(client, teams, people, area):
    assert page(client, people.admin, reverse("teams:new"), area=area).status_code == 404
    assert page(client, people.admin, reverse("teams:move", args=[teams.d1.pk]), area=area).status_code == 404
