"""/users/: who may invite whom, where, as what."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.types.range import DateRange

from accounts import actions
from accounts.granting import can_give, can_manage, roles_to_give
from accounts.models import Grant, Invitation, User
from accounts.roles import RIGHTS, Right, Role
from accounts.scope import scope

TODAY = timezone.localdate


@pytest.fixture
def officer(reform, user_with):
    return user_with(Role.PROVINCE_OFFICER, reform.T)


@pytest.fixture
def clerk(reform, user_with):
    return user_with(Role.COMMUNE_CLERK, reform.E)


@pytest.fixture
def admin(reform, user_with):
    return user_with(Role.PROVINCE_ADMIN, reform.T)


def new(client, **fields):
    return client.post(
        "/users/new/",
        {"name": "Trần Văn Tâm", "identifier": "0912 345 678", "role": "team_leader", "place": "thon 1", **fields},
    )


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TEAM_LEADER, Role.COUNTRY_VIEWER])
def test_who_may_not_invite_gets_403(client, reform, user_with, role):
    client.force_login(user_with(role, reform.VN if role == Role.COUNTRY_VIEWER else reform.E))
    assert client.get("/users/").status_code == 403
    assert client.get("/users/new/").status_code == 403
    assert new(client).status_code == 403


def test_officers_of_an_ended_district_invite_nobody(client, reform, user_with):
    client.force_login(user_with(Role.DISTRICT_OFFICER, reform.D2))
    assert client.get("/users/").status_code == 403


def test_a_clerk_invites_a_team_leader_and_gets_a_message_for_zalo(client, reform, clerk):
    client.force_login(clerk)
    assert 'value="Xã Êm"' in client.get("/users/new/").content.decode()
    page = new(client).content.decode()
    user = User.objects.get(phone="+84912345678")
    grant = user.grants.get()
    assert (grant.role, grant.area, grant.given_by) == (Role.TEAM_LEADER, reform.e1, clerk)
    assert grant.during == DateRange(TODAY(), None)
    invitation = Invitation.objects.get(user=user)
    assert invitation.invited_by == clerk
    assert "Chào Trần Văn Tâm. Mời bạn dùng Cổng Tổ công nghệ số cộng đồng (Tổ trưởng, Thôn 1, xã Êm)." in page
    assert "http://testserver/invite/" in page
    token = page.split("http://testserver/invite/")[1].split("/")[0]
    assert invitation.token_hash == actions.token_hash(token)


def test_a_place_that_several_share_is_chosen_among_them(client, reform, officer):
    client.force_login(officer)
    page = new(client).content.decode()
    assert "nơi khớp. Chọn một nơi, hoặc gõ thêm chữ." in page
    assert "Thôn 1, xã Bình (cũ)" in page
    assert "Thôn 1, xã Êm" in page
    assert 'value="Trần Văn Tâm"' in page
    assert not User.objects.filter(phone="+84912345678").exists()
    new(client, area=reform.b1.pk)
    assert User.objects.get(phone="+84912345678").grants.get().area == reform.b1


def test_an_area_outside_ones_own_is_not_found_and_not_taken(client, reform, clerk):
    client.force_login(clerk)
    page = new(client, place="Xã Quý").content.decode()
    assert "Không có nơi nào tên “Xã Quý”" in page
    new(client, place="thon 1", area=reform.q1.pk)
    assert User.objects.get(phone="+84912345678").grants.get().area == reform.e1


def test_nobody_gives_more_rights_than_their_own(reform, admin, officer, clerk):
    assert roles_to_give(clerk) == [Role.COUNTRY_VIEWER, Role.COMMUNE_CLERK, Role.TEAM_LEADER, Role.VIEWER]
    assert Role.PROVINCE_ADMIN not in roles_to_give(officer)
    assert can_give(admin, Role.PROVINCE_ADMIN, reform.T)
    assert not can_give(officer, Role.PROVINCE_ADMIN, reform.T)
    assert can_give(officer, Role.COMMUNE_CLERK, reform.M)
    assert not can_give(officer, Role.COMMUNE_CLERK, reform.Q)
    assert not can_give(clerk, Role.PROVINCE_OFFICER, reform.T)
    assert not can_give(clerk, Role.COUNTRY_VIEWER, reform.VN)
    assert can_give(clerk, Role.COMMUNE_CLERK, reform.E)
    assert not can_give(officer, Role.COMMUNE_CLERK, reform.T), "a clerk of a province"


def test_rights_of_two_grants_do_not_mix_over_places(reform, user_with):
    """Who is admin in one province and clerk in another's commune makes no admins in that commune."""
    user = user_with(Role.PROVINCE_ADMIN, reform.O)
    Grant.objects.create(user=user, role=Role.COMMUNE_CLERK, area=reform.E)
    assert can_give(user, Role.COMMUNE_CLERK, reform.E)
    assert not can_give(user, Role.PROVINCE_ADMIN, reform.T)
    assert all(RIGHTS[Role.VIEWER] <= RIGHTS[role] for role in Role)


def test_a_person_who_is_known_gets_the_role_and_no_link(client, reform, officer, clerk):
    known = User.objects.create_user(name="Tên cũ", phone="+84912345678", password="mật khẩu dài")
    client.force_login(clerk)
    response = new(client)
    assert response["Location"] == f"/users/{known.pk}/"
    known.refresh_from_db()
    assert known.name == "Tên cũ"
    assert known.grants.count() == 1
    assert not known.invitations.exists()
    new(client)
    assert known.grants.count() == 1


def test_the_list_shows_people_of_ones_own_areas_masked(client, reform, officer, clerk, user_with):
    mine = user_with(Role.TEAM_LEADER, reform.e1, phone="+84912345123")
    foreign = user_with(Role.COMMUNE_CLERK, reform.Q)
    User.objects.filter(pk=mine.pk).update(name="Đỗ Thị Ếch")
    client.force_login(clerk)
    page = client.get("/users/").content.decode()
    assert "Đỗ Thị Ếch" in page
    assert "09•• ••• 123" in page
    assert "0912 345 123" not in page
    assert foreign.name not in page
    assert officer.name not in page
    assert "Đỗ Thị Ếch" in client.get("/users/?q=do thi ech").content.decode()
    assert "Đỗ Thị Ếch" in client.get("/users/?q=0912345123").content.decode()
    assert "Không có dòng nào khớp." in client.get("/users/?q=khong co ai").content.decode()
    assert "Đỗ Thị Ếch" in client.get("/users/?role=team_leader").content.decode()
    assert "Đỗ Thị Ếch" not in client.get("/users/?role=viewer").content.decode()
    assert "Đỗ Thị Ếch" in client.get("/users/?state=waiting").content.decode()
    assert client.get(f"/users/{foreign.pk}/").status_code == 404


def test_a_role_elsewhere_is_not_shown(client, reform, clerk, user_with):
    person = user_with(Role.TEAM_LEADER, reform.e1)
    Grant.objects.create(user=person, role=Role.VIEWER, area=reform.Q)
    client.force_login(clerk)
    for address in ("/users/", f"/users/{person.pk}/"):
        page = client.get(address).content.decode()
        assert "Tổ trưởng, Thôn 1" in page
        assert "Xã Quý" not in page


def test_pages_cost_few_queries(client, reform, officer, user_with, django_assert_max_num_queries):
    for _ in range(8):
        user_with(Role.TEAM_LEADER, reform.e1)
    client.force_login(officer)
    with django_assert_max_num_queries(8):
        client.get("/users/")


def test_an_account_is_managed_only_by_who_could_have_given_all_its_roles(reform, admin, officer, clerk, user_with):
    leader = user_with(Role.TEAM_LEADER, reform.e1)
    assert can_manage(clerk, leader)
    assert can_manage(officer, leader)
    assert can_manage(officer, clerk)
    assert not can_manage(clerk, officer)
    assert not can_manage(officer, admin)
    Grant.objects.create(user=leader, role=Role.VIEWER, area=reform.O)
    assert not can_manage(clerk, leader)
    Grant.objects.filter(user=leader, area=reform.O).update(during=DateRange(None, TODAY()))
    assert can_manage(clerk, leader)
    Grant.objects.filter(user=leader, area=reform.O).update(
        during=DateRange(TODAY() + datetime.timedelta(days=5), None)
    )
    assert not can_manage(clerk, leader), "a role that is to come counts"
    boss = user_with(Role.VIEWER, reform.E, is_superuser=True, is_staff=True)
    assert not can_manage(admin, boss)


def test_a_new_link_is_made_by_managers_alone(client, reform, clerk, officer, user_with):
    leader = user_with(Role.TEAM_LEADER, reform.e1)
    Grant.objects.create(user=officer, role=Role.VIEWER, area=reform.E)
    client.force_login(clerk)
    assert client.get(f"/users/{officer.pk}/").status_code == 200
    assert client.post(f"/users/{officer.pk}/link/").status_code == 403
    assert not officer.invitations.exists()
    assert client.get(f"/users/{leader.pk}/link/").status_code == 405
    assert "http://testserver/invite/" in client.post(f"/users/{leader.pk}/link/").content.decode()
    assert leader.invitations.get().is_open


def test_a_grant_is_ended_and_its_holder_sees_nothing_from_that_day(client, reform, clerk, user_with):
    leader = user_with(Role.VIEWER, reform.e1, since=datetime.date(2024, 1, 1))
    grant = leader.grants.get()
    client.force_login(clerk)
    assert client.post(f"/grants/{grant.pk}/end/")["Location"] == f"/users/{leader.pk}/"
    grant.refresh_from_db()
    assert grant.during == DateRange(datetime.date(2024, 1, 1), TODAY())
    assert grant.last_day == TODAY() - datetime.timedelta(days=1)
    assert not scope(leader, Right.READ_FIGURES)


def test_a_grant_given_today_and_ended_today_is_gone(reform, clerk, user_with):
    leader = user_with()
    grant, added = actions.add_grant(user=leader, role=Role.TEAM_LEADER, area=reform.e1, by=clerk)
    assert added
    actions.end_grant(grant=grant, by=clerk)
    assert not leader.grants.exists()


def test_a_grant_from_above_or_elsewhere_is_not_ended(client, reform, clerk, officer, user_with):
    Grant.objects.create(user=officer, role=Role.PROVINCE_OFFICER, area=reform.T)
    foreign = user_with(Role.VIEWER, reform.Q)
    client.force_login(clerk)
    for grant in Grant.objects.filter(user__in=[officer, foreign]):
        assert client.post(f"/grants/{grant.pk}/end/").status_code == 404
    client.force_login(user_with(Role.PROVINCE_OFFICER, reform.T))
    admins = user_with(Role.PROVINCE_ADMIN, reform.T).grants.get()
    assert client.post(f"/grants/{admins.pk}/end/").status_code == 403


def test_an_account_is_closed_and_opened_again(client, reform, clerk, user_with):
    leader = user_with(Role.TEAM_LEADER, reform.e1, password="mật khẩu dài")
    link = actions.invite(user=leader, by=clerk)
    client.force_login(clerk)
    client.post(f"/users/{leader.pk}/close/")
    leader.refresh_from_db()
    assert not leader.is_active
    assert not scope(leader, Right.READ_FACTS)
    assert client.get(link.path).status_code == 404
    assert "Đã ngừng" in client.get("/users/").content.decode()
    client.post(f"/users/{leader.pk}/link/")
    assert leader.invitations.count() == 1
    client.post(f"/users/{leader.pk}/reopen/")
    leader.refresh_from_db()
    assert leader.is_active
    assert scope(leader, Right.READ_FACTS)


def test_nobody_closes_their_own_account(client, clerk):
    client.force_login(clerk)
    assert client.post(f"/users/{clerk.pk}/close/").status_code == 403
    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_further_role_is_given_on_the_persons_page(client, reform, officer, user_with):
    person = user_with(Role.VIEWER, reform.E)
    client.force_login(officer)
    response = client.post(f"/users/{person.pk}/", {"role": "commune_clerk", "place": "xa nam"})
    assert response.status_code == 302
    assert person.grants.filter(role=Role.COMMUNE_CLERK, area=reform.N).exists()
    wrong = client.post(f"/users/{person.pk}/", {"role": "province_admin", "place": "Tỉnh Trường"})
    assert wrong.status_code == 200
    assert not person.grants.filter(role=Role.PROVINCE_ADMIN).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "A"},
        {"name": "A", "phone": "0912345678"},
        {"name": "A", "email": "A@vidu.vn"},
    ],
)
def test_the_database_refuses_users_without_contact_or_in_another_spelling(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(**fields)])


def test_the_database_refuses_empty_grants_and_unknown_roles(reform, user_with):
    user = user_with()
    for fields in ({"role": "king"}, {"role": Role.VIEWER, "during": "empty"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(user=user, area=reform.E, **fields)
