"""The life of an invitation link."""

import datetime

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, User
from accounts.roles import Role

WORD = "mật khẩu dài"


@pytest.fixture
def inviter(reform, user_with):
    return user_with(Role.PROVINCE_OFFICER, reform.T)


@pytest.fixture
def link(reform, inviter):
    user = User.objects.create_user(name="Trần Văn Tâm", phone="+84912345678")
    actions.add_grant(user=user, role=Role.TEAM_LEADER, area=reform.e1, by=inviter)
    return actions.invite(user=user, by=inviter)


def test_it_says_who_invites_for_what_and_how_to_sign_in(client, link):
    page = client.get(link.path).content.decode()
    assert "Chào <strong>Trần Văn Tâm</strong>" in page
    assert "Bạn là: Tổ trưởng, Thôn 1, xã Êm" in page
    assert "Người mời: Người 1, Chuyên viên tỉnh, Tỉnh Trường" in page
    assert "0912 345 678" in page
    assert "Ít nhất 8 ký tự. Có thể dán." in page
    assert page.count('type="password"') == 1


def test_looking_spends_nothing_and_a_password_spends_it_once(client, link):
    for _ in range(3):
        assert client.get(link.path).status_code == 200
        assert client.head(link.path).status_code == 200
    done = client.post(link.path, {"password": WORD})
    assert done["Location"] == "/notice/?next=%2F"
    user = User.objects.get(phone="+84912345678")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.check_password(WORD)
    again = client.post(link.path, {"password": "mật khẩu của kẻ khác"})
    assert again.status_code == 410
    assert "Liên kết đã dùng" in again.content.decode()
    user.refresh_from_db()
    assert user.check_password(WORD)


@pytest.mark.parametrize("word", ["ngan", "password", "1234567890", ""])
def test_a_weak_password_is_refused_and_the_link_stays(client, link, word):
    response = client.post(link.path, {"password": word})
    assert response.status_code == 200
    assert "Có 1 chỗ cần sửa" in response.content.decode()
    link.invitation.refresh_from_db()
    assert link.invitation.is_open


def test_it_runs_out_after_seven_days_and_offers_a_message_that_asks_for_another(client, link):
    assert link.invitation.expires_at - link.invitation.created_at == datetime.timedelta(days=7)
    ended = timezone.make_aware(datetime.datetime(2026, 9, 12, 10))
    Invitation.objects.filter(pk=link.invitation.pk).update(expires_at=ended)
    for response in (client.get(link.path), client.post(link.path, {"password": WORD})):
        page = response.content.decode()
        assert response.status_code == 410
        assert "Liên kết hết hạn ngày 12/09/2026." in page
        assert "Sao chép tin nhắn xin liên kết mới" in page
        assert "Kính gửi Người 1: liên kết đặt mật khẩu" in page
    assert not User.objects.get(phone="+84912345678").has_usable_password()


def test_a_new_link_ends_the_earlier_one(client, link, inviter):
    newer = actions.invite(user=link.invitation.user, by=inviter)
    assert client.get(link.path).status_code == 410
    assert client.get(newer.path).status_code == 200


def test_the_token_itself_is_kept_nowhere(link):
    assert Invitation.objects.get().token_hash == actions.token_hash(link.token)
    assert link.token not in str(list(Invitation.objects.values()))
    assert len(link.token) >= 43


def test_an_unknown_token_and_a_closed_account_are_not_found(client, link):
    assert client.get("/invite/khong-co/").status_code == 404
    User.objects.filter(phone="+84912345678").update(is_active=False)
    assert client.get(link.path).status_code == 404


def test_accepting_opens_a_locked_name(client, link):
    for _ in range(10):
        client.post("/login/", {"username": "0912345678", "password": "sai"})
    assert client.post("/login/", {"username": "0912345678", "password": WORD}).status_code == 429
    client.post(link.path, {"password": WORD})
    client.post("/logout/")
    assert client.post("/login/", {"username": "0912345678", "password": WORD}).status_code == 302


def test_two_answers_at_once_spend_the_link_once(link):
    actions.accept(invitation=link.invitation, password=WORD)
    with pytest.raises(actions.LinkSpent):
        actions.accept(invitation=link.invitation, password="mật khẩu khác")
