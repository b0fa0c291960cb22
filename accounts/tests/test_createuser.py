"""The command `createuser`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import token_hash
from accounts.models import Invitation, User
from accounts.roles import Right, Role
from accounts.scope import scope


def createuser(*arguments, stdin=None, monkeypatch=None, **options):
    out = io.StringIO()
    if stdin is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    call_command("createuser", *arguments, stdout=out, stderr=io.StringIO(), **options)
    return json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


def test_an_invitation_link_is_printed_and_only_its_hash_kept(country):
    told = createuser("b.le@vidu.vn", "--role", "province_officer", "--area", "38", "--name", "Lê Thị B", "--json")
    user = User.objects.get(email="b.le@vidu.vn")
    assert told["user"] == {"id": user.pk, "name": "Lê Thị B", "email": "b.le@vidu.vn", "phone": None}
    assert told["created"]
    assert told["granted"]
    assert told["area"] == {"code": "38", "name": "Tỉnh Thanh Hóa", "level": "province"}
    token = told["invitation"]["link"].rstrip("/").rsplit("/", 1)[-1]
    invitation = Invitation.objects.get(user=user)
    assert invitation.token_hash == token_hash(token)
    assert token not in invitation.token_hash
    assert not user.has_usable_password()
    assert scope(user, Right.IMPORT)


def test_a_password_from_standard_input_is_kept_as_argon2(country, monkeypatch):
    told = createuser(
        "0912 345 678", "--role", "country_viewer", "--area", "VN", "--password-stdin", "--json",
        stdin="mật khẩu dài\n", monkeypatch=monkeypatch,
    )  # fmt: skip
    user = User.objects.get(phone="+84912345678")
    assert told["invitation"] is None
    assert user.password.startswith("argon2$")
    assert user.check_password("mật khẩu dài")
    assert scope(user, Right.READ_FACTS).everything


def test_a_second_run_changes_nothing_and_another_role_is_added(country, monkeypatch):
    line = ("c@vidu.vn", "--area", "38", "--json", "--password-stdin")
    createuser(*line, "--role", "viewer", stdin="mat-khau-dai", monkeypatch=monkeypatch)
    before = User.objects.values_list("password", "name").get(email="c@vidu.vn")
    again = createuser(*line, "--role", "viewer", stdin="mat-khau-dai", monkeypatch=monkeypatch)
    assert (again["created"], again["granted"]) == (False, False)
    assert User.objects.values_list("password", "name").get(email="c@vidu.vn") == before
    more = createuser(*line, "--role", "province_admin", stdin="mat-khau-dai", monkeypatch=monkeypatch)
    assert (more["created"], more["granted"]) == (False, True)
    assert set(User.objects.get(email="c@vidu.vn").grants.values_list("role", flat=True)) == {
        Role.VIEWER,
        Role.PROVINCE_ADMIN,
    }


def test_the_same_person_in_another_spelling_is_the_same_user(country):
    createuser("+84 912.345.678", "--role", "viewer", "--area", "38")
    createuser("0912345678", "--role", "viewer", "--area", "38")
    createuser("D@Vidu.VN", "--role", "viewer", "--area", "38")
    createuser("d@vidu.vn", "--role", "viewer", "--area", "38")
    assert User.objects.filter(phone="+84912345678").count() == 1
    assert User.objects.filter(email="d@vidu.vn").count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("khong-phai-so", "--role", "viewer", "--area", "38"), "chưa phải số điện thoại"),
        (("a@vidu.vn", "--role", "king", "--area", "38"), "Không có vai trò “king”. Các vai trò: country_viewer"),
        (("sai@@vidu", "--role", "viewer", "--area", "38"), "chưa phải địa chỉ email"),
        (("a@vidu.vn", "--role", "viewer", "--area", "ABC"), "chưa phải mã địa bàn"),
        (("a@vidu.vn", "--role", "viewer", "--area", "98765"), "Không có đơn vị nào mang mã 98765"),
        (("a@vidu.vn", "--role", "commune_clerk", "--area", "38"), "Cán bộ xã cần địa bàn cấp xã"),
        (("a@vidu.vn", "--role", "province_officer", "--area", "95"), "không còn hiệu lực hôm nay. Nay thuộc:"),
        (("a@vidu.vn", "--role", "viewer", "--area", "380"), "không còn hiệu lực hôm nay"),
    ],
)
def test_what_cannot_be_done_says_why_and_exits_with_2(country, arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as error:
        createuser(*arguments)
    assert error.value.returncode == 2
    assert not User.objects.filter(email="a@vidu.vn").exists()


def test_the_error_is_json_too(country, capsys):
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("createuser", "a@vidu.vn", "--role", "viewer", "--area", "ABC", "--json", stdout=out)
    assert "chưa phải mã địa bàn" in json.loads(out.getvalue())["error"]


def test_an_officer_of_an_ended_district_can_still_be_made(country):
    told = createuser("h@vidu.vn", "--role", "district_officer", "--area", "380", "--json")
    assert told["area"]["level"] == "district"
    user = User.objects.get(email="h@vidu.vn")
    assert scope(user, Right.READ_FACTS)
    assert not scope(user, Right.EDIT)


def test_a_short_password_is_refused(country, monkeypatch):
    with pytest.raises(CommandError, match="ít nhất 8 ký tự"):
        createuser(
            "a@vidu.vn", "--role", "viewer", "--area", "38", "--password-stdin", stdin="ngan", monkeypatch=monkeypatch
        )
