"""Sign-in, lockout, notice, one's own password."""

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from accounts.actions import token_hash
from accounts.mail import send_password_link
from accounts.models import Invitation, User
from accounts.roles import Role

WORD = "mật khẩu dài"
ZALO = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36 Zalo android/12100644"


@pytest.fixture
def leader(db):
    return User.objects.create_user(
        name="Trần Văn Tâm", phone="+84912345678", email="tam@vidu.vn", password=WORD, notice_read_at=timezone.now()
    )


def sign_in(client, name, word=WORD, **more):
    return client.post("/login/", {"username": name, "password": word, **more})


@pytest.mark.parametrize(
    "typed", ["0912345678", "0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", " TAM@vidu.vn "]
)
def test_sign_in_by_phone_number_in_any_shape_or_email(client, leader, typed):
    response = sign_in(client, typed)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(leader.pk)


def test_passwords_are_kept_as_argon2(leader):
    assert leader.password.startswith("argon2$")


@pytest.mark.parametrize(("name", "word"), [("0912345678", "sai"), ("0999999999", WORD), ("ai@vidu.vn", WORD)])
def test_a_wrong_name_and_a_wrong_password_read_the_same(client, leader, name, word):
    response = sign_in(client, name, word)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Số điện thoại, email hoặc mật khẩu chưa đúng." in page
    assert "<title>Lỗi: " in page
    assert f'value="{name}"' in page


def test_a_closed_account_does_not_get_in(client, leader):
    User.objects.filter(pk=leader.pk).update(is_active=False)
    assert "chưa đúng" in sign_in(client, "tam@vidu.vn").content.decode()


def test_empty_fields_say_what_to_type(client, db):
    page = sign_in(client, "", "").content.decode()
    assert "Nhập số điện thoại hoặc email." in page
    assert "Nhập mật khẩu." in page
    assert "Có 2 chỗ cần sửa" in page


def test_ten_failures_lock_the_name_however_it_is_written(client, leader):
    shapes = ["0912345678", "0912 345 678", "+84912345678"]
    for turn in range(9):
        assert sign_in(client, shapes[turn % 3], "sai").status_code == 200
    tenth = sign_in(client, "0912.345.678", "sai")
    assert tenth.status_code == 429
    right = sign_in(client, "0912345678")
    assert right.status_code == 429
    assert "Sai 10 lần. Thử lại sau 15 phút, hoặc nhờ người mời gửi liên kết mới." in right.content.decode()
    assert right["Retry-After"] == "900"
    assert sign_in(client, "tam@vidu.vn").status_code == 302


def test_a_lock_opens_after_fifteen_minutes(client, leader):
    for _ in range(10):
        sign_in(client, "0912345678", "sai")
    assert sign_in(client, "0912345678").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=15, seconds=1))
    assert sign_in(client, "0912345678").status_code == 302


def test_the_page_asked_for_is_kept_through_sign_in(client, leader):
    asked = client.get("/account/")
    assert asked["Location"] == "/login/?next=/account/"
    page = client.get(asked["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/account/">' in page
    assert sign_in(client, "tam@vidu.vn", next="/account/")["Location"] == "/account/"


@pytest.mark.parametrize("target", ["https://vidu.com/", "//vidu.com", "javascript:alert(1)"])
def test_sign_in_leads_to_no_other_site(client, leader, target):
    assert sign_in(client, "tam@vidu.vn", next=target)["Location"] == "/"


def test_a_fragment_whose_session_ended_opens_the_sign_in_page_whole(client, db):
    response = client.get(
        "/login/?next=/users/%3Fafter%3Dx",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/users/?q=an"},
    )
    assert response["HX-Redirect"] == "/login/?next=%2Fusers%2F%3Fq%3Dan"


def test_zalos_browser_is_told_to_open_chrome(client, db):
    assert (
        "Mở bằng Chrome để ghi được khi mất mạng."
        in client.get("/login/", headers={"User-Agent": ZALO}).content.decode()
    )
    assert "Chrome để ghi" not in client.get("/login/").content.decode()


def test_the_sign_in_page_is_small(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/login/")
    assert len(response.content) < 8_000
    assert "bootstrap" not in response.content.decode()


def test_the_notice_comes_once_after_the_first_sign_in(client, leader):
    User.objects.filter(pk=leader.pk).update(notice_read_at=None)
    first = sign_in(client, "tam@vidu.vn", next="/account/")
    assert first["Location"] == "/notice/?next=%2Faccount%2F"
    page = client.get(first["Location"]).content.decode()
    for words in ("Cổng giữ gì", "Để làm gì", "Căn cứ", "Giữ bao lâu", "91/2025/QH15", "Tôi đã đọc"):
        assert words in page
    read = client.post("/notice/", {"next": "/account/"})
    assert read["Location"] == "/account/"
    leader.refresh_from_db()
    assert leader.notice_read_at is not None
    client.post("/logout/")
    assert sign_in(client, "tam@vidu.vn", next="/account/")["Location"] == "/account/"


def test_sign_out_takes_a_post(client, leader):
    client.force_login(leader)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert "_auth_user_id" not in client.session


def test_who_is_signed_in_already_goes_on(client, leader):
    client.force_login(leader)
    assert client.get("/login/?next=/account/")["Location"] == "/account/"


def test_a_password_is_changed_with_the_one_in_use(client, leader):
    client.force_login(leader)
    wrong = client.post("/password/", {"current": "sai", "password": "mật khẩu mới"})
    assert "Mật khẩu đang dùng chưa đúng." in wrong.content.decode()
    short = client.post("/password/", {"current": WORD, "password": "ngan"})
    assert "8 ký tự" in short.content.decode()
    done = client.post("/password/", {"current": WORD, "password": "mật khẩu mới"})
    assert done["Location"] == "/account/"
    leader.refresh_from_db()
    assert leader.check_password("mật khẩu mới")
    assert client.get("/account/").status_code == 200


def test_ones_own_account_shows_roles(client, leader, reform, user_with):
    clerk = user_with(Role.COMMUNE_CLERK, reform.E)
    client.force_login(clerk)
    assert "Cán bộ xã, Xã Êm" in client.get("/account/").content.decode()
    client.force_login(leader)
    assert "Bạn chưa có vai trò nào." in client.get("/account/").content.decode()


def test_a_forgotten_password_answers_alike_for_known_and_unknown(client, leader):
    known = client.post("/password/forgotten/", {"email": "tam@vidu.vn"}).content.decode()
    unknown = client.post("/password/forgotten/", {"email": "ai@vidu.vn"}).content.decode()
    assert "Nếu có tài khoản dùng email này" in known
    assert len(known) == len(unknown)
    assert "nhờ người mời gửi liên kết mới" in client.get("/password/forgotten/").content.decode()


@override_settings(PORTAL_URL="https://cong.vidu.vn")
def test_the_mailed_link_sets_a_new_password_within_a_day(client, leader):
    assert send_password_link("tam@vidu.vn")
    assert not send_password_link("tam@vidu.vn"), "a second one within minutes"
    assert not send_password_link("ai@vidu.vn")
    (letter,) = mail.outbox
    link = next(line for line in letter.body.splitlines() if line.startswith("https://cong.vidu.vn/invite/"))
    invitation = Invitation.objects.get(token_hash=token_hash(link.rstrip("/").rsplit("/", 1)[-1]))
    assert invitation.expires_at - invitation.created_at == timezone.timedelta(hours=24)
    client.post(link.removeprefix("https://cong.vidu.vn"), {"password": "mật khẩu khác"})
    leader.refresh_from_db()
    assert leader.check_password("mật khẩu khác")
