"""The pages of members."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import actions
from members.models import Member, Membership, PhoneReveal

LIST = reverse("members:list")


def names(response):
    return [member.name for member in response.context["page"].rows]


def at(name, *args):
    return reverse(f"members:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def test_the_list_finds_names_without_accents_in_vietnamese_order(client, teams, people):
    for name in ("Đào Thị Ân", "Dương Văn Ba", "Đào Thị An"):
        actions.join(team=teams.n1, person={"name": name}, by=people.admin)
    client.force_login(people.admin)
    assert names(client.get(LIST)) == ["Dương Văn Ba", "Đào Thị An", "Đào Thị Ân", "Nguyễn Văn Đức", "Trần Thị Hoà"]
    assert names(client.get(LIST, {"q": "dao thi an"})) == ["Đào Thị An", "Đào Thị Ân"]


def test_filters(client, teams, land, people):
    new = actions.join(team=teams.n1, person={"name": "Lê Mới"}, role="leader", by=people.admin)
    client.force_login(people.admin)
    assert names(client.get(LIST, {"role": "leader"})) == ["Lê Mới", "Nguyễn Văn Đức"]
    assert names(client.get(LIST, {"team": teams.d1.pk})) == ["Nguyễn Văn Đức", "Trần Thị Hoà"]
    assert names(client.get(LIST, {"area": land.nam.pk})) == ["Lê Mới"]
    assert names(client.get(LIST, {"trained": "yes"})) == []
    assert len(names(client.get(LIST, {"trained": "no"}))) == 3
    actions.leave(membership=new, on=date(2024, 1, 1), by=people.admin)
    assert names(client.get(LIST, {"role": "leader"})) == ["Nguyễn Văn Đức"]


def test_the_list_costs_the_same_for_one_and_for_fifty(client, teams, people):
    client.force_login(people.clerk)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(60):
        actions.join(team=teams.t1, person={"name": f"Người {number}"}, by=people.admin)
    with CaptureQueriesContext(connection) as many:
        response = client.get(LIST)
    assert len(response.context["page"].rows) == 50
    assert len(many) <= len(few) + 1  # the count, once there is a second page
    assert len(many) <= 10


def test_the_list_shows_no_number_and_the_way_to_it_only_to_who_may(client, teams, people):
    client.force_login(people.clerk)
    body = client.get(LIST).content.decode()
    assert "09•• ••• 678" in body
    assert "345" not in body
    assert "Hiện số" in body
    client.force_login(people.country_viewer)
    body = client.get(LIST).content.decode()
    assert "09•• ••• 678" in body
    assert "Hiện số" not in body


def test_a_number_is_shown_after_a_purpose_and_written_down(client, teams, people):
    client.force_login(people.clerk)
    asked = client.get(at("phone", teams.duc))
    assert "Xem số để làm gì?" in asked.content.decode()
    assert "345" not in asked.content.decode()
    assert not PhoneReveal.objects.exists()
    shown = client.post(at("phone", teams.duc), {"purpose": "call"})
    body = shown.content.decode()
    assert 'href="tel:+84912345678"' in body
    assert "0912 345 678" in body
    assert "Bạn đã xem 1 số hôm nay." in body
    assert "no-store" in shown["Cache-Control"]
    assert PhoneReveal.objects.values_list("user", "member", "purpose").get() == (
        people.clerk.pk,
        teams.duc.pk,
        "call",
    )


def test_a_fragment_shows_the_number_and_takes_it_back(client, teams, people):
    client.force_login(people.leader)
    htmx = {"HX-Request": "true"}
    assert "<html" not in client.get(at("phone", teams.duc), headers=htmx).content.decode()
    body = client.post(at("phone", teams.duc), {"purpose": "other"}, headers=htmx).content.decode()
    assert "0912 345 678" in body
    assert "load delay:60s" in body
    masked = client.get(at("phone", teams.duc), {"masked": "1"}, headers=htmx).content.decode()
    assert "0912" not in masked
    assert "Hiện số" in masked


@pytest.mark.parametrize("purpose", ["", "vui"])
def test_no_purpose_no_number(client, teams, people, purpose):
    client.force_login(people.clerk)
    body = client.post(at("phone", teams.duc), {"purpose": purpose}).content.decode()
    assert "Chọn mục đích xem số." in body
    assert "345" not in body
    assert not PhoneReveal.objects.exists()


def test_who_may_not_see_numbers(client, teams, people):
    for user, status in ((people.country_viewer, 403), (people.nam_clerk, 404), (people.viewer, 404)):
        client.force_login(user)
        assert client.get(at("phone", teams.duc)).status_code == status
        assert client.post(at("phone", teams.duc), {"purpose": "call"}).status_code == status
    assert not PhoneReveal.objects.exists()


def test_the_detail_tells_teams_and_classes_in_ten_queries(client, teams, people):
    client.force_login(people.clerk)
    client.get(at("detail", teams.duc))
    with CaptureQueriesContext(connection) as queries:
        body = client.get(at("detail", teams.duc)).content.decode()
    assert len(queries) <= 10
    for told in ("1970", "Tổ trưởng", teams.d1.name, "Chưa có tên trong danh sách lớp nào."):
        assert told in body
    assert "345" not in body


def test_a_clerk_adds_somebody(client, teams, people):
    client.force_login(people.clerk)
    typed = {
        "name": "Lê Thị Mới",
        "birth_year": "1990",
        "phone": "0987.654.321",
        "role": "deputy",
        "joined": "1/2/2024",
    }
    assert client.post(at("new", teams.d1), typed)["Location"] == reverse("teams:detail", args=[teams.d1.pk])
    made = Membership.objects.select_related("member").get(member__name="Lê Thị Mới")
    assert (made.role, made.joined, made.member.phone, made.member.birth_year) == (
        "deputy",
        date(2024, 2, 1),
        "+84987654321",
        1990,
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "Nhập họ và tên."),
        ({"phone": "091234567"}, "Số điện thoại có 10 chữ số"),
        ({"birth_year": "chín mươi"}, "Năm sinh từ 1900 đến năm nay"),
        ({"birth_year": "2099"}, "Năm sinh từ 1900 đến năm nay"),
        ({"joined": "30/02/2024"}, "30/02/2024"),
    ],
)
def test_errors_are_told_and_nothing_typed_is_lost(client, teams, people, typed, told):
    client.force_login(people.clerk)
    form = {"name": "Lê Thị Mới", "post": "Trưởng thôn đã gõ", "role": "member", **typed}
    response = client.post(at("new", teams.d1), form)
    body = response.content.decode()
    assert response.status_code == 422
    assert told in body
    assert "Trưởng thôn đã gõ" in body
    assert Member.objects.count() == 2


def test_a_possible_duplicate_is_asked_about_and_never_refused(client, teams, people):
    client.force_login(people.clerk)
    typed = {"name": "Nguyễn Văn Đức", "birth_year": "1970", "role": "member"}
    asked = client.post(at("new", teams.t1), typed)
    body = asked.content.decode()
    assert asked.status_code == 422
    assert "Chính là Nguyễn Văn Đức, sinh 1970" in body
    assert client.post(at("new", teams.t1), {**typed, "same_as": str(teams.duc.pk)}).status_code == 302
    assert teams.t1.memberships.get().member == teams.duc
    assert client.post(at("new", teams.t1), {**typed, "same_as": "new"}).status_code == 302
    assert Member.objects.filter(name="Nguyễn Văn Đức").count() == 2


def test_a_duplicate_elsewhere_is_told_without_names(client, teams, people):
    client.force_login(people.nam_clerk)
    typed = {"name": "nguyen van duc", "birth_year": "1970", "role": "member"}
    body = client.post(at("new", teams.n1), typed).content.decode()
    assert "Ở địa bàn khác có người trùng" in body
    assert teams.d1.name not in body
    stolen = client.post(at("new", teams.n1), {**typed, "same_as": str(teams.duc.pk)})
    assert stolen.status_code == 422
    assert client.post(at("new", teams.n1), {**typed, "same_as": "new"}).status_code == 302


def test_a_tenth_member_is_asked_about_then_taken(client, teams, people):
    for number in range(9):
        actions.join(team=teams.t1, person={"name": f"Người {number}"}, by=people.admin)
    client.force_login(people.clerk)
    typed = {"name": "Người thứ mười", "role": "member"}
    assert "Tổ có 10 người, thường 3–9. Vẫn lưu?" in client.post(at("new", teams.t1), typed).content.decode()
    assert client.post(at("new", teams.t1), {**typed, "confirm": "on"}).status_code == 302


def test_editing_keeps_the_number_that_is_not_shown(client, teams, people):
    client.force_login(people.clerk)
    body = client.get(at("edit", teams.duc)).content.decode()
    assert "912345678" not in body
    assert "0912" not in body
    form = {"name": "Nguyễn Văn Đức", "birth_year": "1971", "smartphone": "true"}
    assert client.post(at("edit", teams.duc), form).status_code == 302
    teams.duc.refresh_from_db()
    assert (teams.duc.birth_year, teams.duc.phone, teams.duc.smartphone) == (1971, "+84912345678", True)
    client.post(at("edit", teams.duc), {**form, "forget_phone": "on"})
    teams.duc.refresh_from_db()
    assert teams.duc.phone == ""


def test_role_and_leaving(client, teams, people):
    membership = teams.d1.memberships.get(member=teams.hoa)
    client.force_login(people.clerk)
    assert client.post(at("membership", membership), {"role": "deputy", "left": "01/02/2025"}).status_code == 302
    membership.refresh_from_db()
    assert (membership.role, membership.left) == ("deputy", date(2025, 2, 1))
    wrong = client.post(at("membership", membership), {"role": "member", "joined": "02/02/2025", "left": "01/02/2025"})
    assert "Ngày rời tổ không được trước ngày vào tổ." in wrong.content.decode()


def test_a_reform_in_one_form(client, teams, people):
    duc, hoa = teams.d1.memberships.get(member=teams.duc), teams.d1.memberships.get(member=teams.hoa)
    client.force_login(people.clerk)
    form = {
        "on": "10/05/2025",
        "name": "Tổ mới",
        "decision_number": "34/QĐ",
        f"stay_{duc.pk}": "leaves",
        f"stay_{hoa.pk}": "leader",
        "new_name_0": "Lê Thị Mới",
        "new_role_0": "member",
    }
    asked = client.post(at("team_reform", teams.d1), form)
    assert "Tổ mới có 2 người, thường 3–9. Vẫn lưu?" in asked.content.decode()
    assert "Lê Thị Mới" in asked.content.decode()
    done = client.post(at("team_reform", teams.d1), {**form, "confirm": "on"})
    body = client.get(done["Location"]).content.decode()
    assert "Tổ trước" in body
    assert "Trần Thị Hoà" in body
    assert "Nguyễn Văn Đức" not in body
    # a second click finds the team ended
    assert "Tổ đã giải thể" in client.post(at("team_reform", teams.d1), {**form, "confirm": "on"}).content.decode()


def test_rights_on_the_forms(client, teams, people):
    membership = teams.d1.memberships.get(member=teams.hoa)
    forms = [at("new", teams.d1), at("team_reform", teams.d1), at("membership", membership), at("edit", teams.hoa)]
    for user, status in ((people.nam_clerk, 404), (people.country_viewer, 403), (people.leader, 403)):
        client.force_login(user)
        for address in forms:
            assert client.get(address).status_code == status
            assert client.post(address, {"name": "Khác"}).status_code == status


def test_an_empty_list_says_what_to_do(client, people):
    client.force_login(people.clerk)
    assert "Chưa có thành viên nào." in client.get(LIST).content.decode()
    assert "Bỏ bộ lọc" in client.get(LIST, {"q": "ai"}).content.decode()


@pytest.mark.parametrize(
    "query", [{"team": "9" * 30}, {"area": "²"}, {"q": "\x00"}, {"role": "x"}, {"trained": "x"}, {"q": "%"}]
)
def test_no_address_breaks_the_list(client, teams, people, query):
    client.force_login(people.admin)
    assert client.get(LIST, query).status_code == 200


@pytest.mark.parametrize("typed", [{"birth_year": "²²²²"}, {"name": "\x00"}, {"phone": "+" * 30}, {"same_as": "²"}])
def test_no_typing_breaks_the_form(client, teams, people, typed):
    client.force_login(people.clerk)
    form = {"name": "Nguyễn Văn Đức", "birth_year": "1970", "role": "member", **typed}
    assert client.post(at("new", teams.d1), form).status_code == 422
