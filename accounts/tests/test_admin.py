"""The admin site of accounts, and its own sign-in."""

import pytest

from accounts import actions
from accounts.models import User
from accounts.roles import Role


@pytest.fixture
def boss(db):
    return User.objects.create_superuser("boss@vidu.vn", password="một mật khẩu dài")


def test_lists_and_forms_open_and_search_without_accents(client, boss, reform, user_with):
    user = user_with(Role.TEAM_LEADER, reform.e1)
    User.objects.filter(pk=user.pk).update(name="Đỗ Thị Ếch")
    actions.invite(user=user, by=boss)
    client.force_login(boss)
    assert "Đỗ Thị Ếch" in client.get("/admin/accounts/user/?q=do thi ech").content.decode()
    assert "Đỗ Thị Ếch" not in client.get("/admin/accounts/user/?q=khong co").content.decode()
    for path in (
        "user/add/",
        f"user/{user.pk}/change/",
        "grant/?in_force=yes",
        "grant/?in_force=no&q=em",
        f"grant/{user.grants.get().pk}/change/",
        f"invitation/{user.invitations.get().pk}/change/",
    ):
        page = client.get(f"/admin/accounts/{path}")
        assert page.status_code == 200, path
        assert user.invitations.get().token_hash not in page.content.decode()


def test_a_user_is_made_by_phone_number_alone(client, boss):
    client.force_login(boss)
    data = {"name": "A", "phone": "+84912345678", "usable_password": "false", "password1": "", "password2": ""}
    data |= {"grants-TOTAL_FORMS": 0, "grants-INITIAL_FORMS": 0}
    response = client.post("/admin/accounts/user/add/", data)
    assert response.status_code == 302, response.context["errors"]
    user = User.objects.get(phone="+84912345678")
    assert user.email is None
    assert not user.has_usable_password()


def test_the_admin_site_opens_by_phone_number_and_to_staff_alone(client, reform, user_with):
    boss = User.objects.create_superuser("s@vidu.vn", password="một mật khẩu dài", phone="+84912345678")
    response = client.post("/admin/login/", {"username": "0912 345 678", "password": "một mật khẩu dài"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(boss.pk)
    client.force_login(user_with(Role.PROVINCE_ADMIN, reform.VN))
    assert client.get("/admin/").status_code == 302
