"""`createuser`: make a user with a role on an area, by an invitation link or a password from standard input."""

from __future__ import annotations

import json
import re
import sys

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.granting import level_error
from accounts.identifiers import parse_identifier
from accounts.models import User
from accounts.roles import Role
from areas.models import Area, Level
from areas.succession import successors_on
from cnscd_portal.templatetags.vietnamese import moment

SHAPES = {
    Level.COUNTRY: r"VN",
    Level.PROVINCE: r"[0-9]{2}",
    Level.DISTRICT: r"[0-9]{3}",
    Level.COMMUNE: r"[0-9]{5}",
    Level.VILLAGE: r"[0-9]{5}-[0-9]+",
}
LEAST = 8  # characters of a password that the operator chooses; the sign-in pages ask for more


class UnusableRequest(CommandError):
    """Nothing was done. Exit code 2."""

    def __init__(self, sentence: str):
        super().__init__(sentence, returncode=2)


def find_area(code: str, role: str) -> Area:
    """The area that the code names today. A district's code may be that of one that has ended, for its officers."""
    today = timezone.localdate()
    level = next((level for level, shape in SHAPES.items() if re.fullmatch(shape, code)), None)
    if level is None:
        raise UnusableRequest(
            f"“{code}” chưa phải mã địa bàn. Mã: VN, tỉnh 2 chữ số, huyện 3, xã 5, thôn là mã xã-số thứ tự."
        )
    named = Area.objects.filter(level=level, code=code)
    area = named.on(today).first()
    last = named.order_by("-valid").first()
    if area is None and last and level == Level.DISTRICT and role == Role.DISTRICT_OFFICER:
        return last
    if area is None and last:
        raise UnusableRequest(f"Mã {code} ({last.name}) không còn hiệu lực hôm nay.{_now_part_of(last, today)}")
    if area is None:
        raise UnusableRequest(f"Không có đơn vị nào mang mã {code}. Chạy load_areas nếu chưa nạp địa bàn.")
    return area


def _now_part_of(area: Area, today) -> str:
    heirs = Area.objects.filter(pk__in=successors_on([area.pk], today)[area.pk]).order_by("sort_key")
    return f" Nay thuộc: {', '.join(f'{heir.name} ({heir.code})' for heir in heirs)}." if heirs else ""


class Command(BaseCommand):
    help = "Make a user with a role on an area. A user who is there already only gets what is missing."

    def add_arguments(self, parser):
        parser.add_argument("identifier", metavar="EMAIL_OR_PHONE")
        parser.add_argument("--role", required=True, help=", ".join(Role.values))
        parser.add_argument("--area", required=True, metavar="CODE", help="as valid today; VN is the country")
        parser.add_argument("--name", default="", help="default: the e-mail address or phone number")
        parser.add_argument("--password-stdin", action="store_true", help="else an invitation link is printed")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, identifier, role, area, name, password_stdin, **options):
        try:
            result = self._make(identifier, role, area.strip().upper(), name.strip(), password_stdin)
        except UnusableRequest as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(error)}, ensure_ascii=False))
            raise
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
        else:
            self._tell(result)

    @transaction.atomic
    def _make(self, typed: str, role: str, code: str, name: str, password_stdin: bool) -> dict:
        if role not in Role.values:
            raise UnusableRequest(f"Không có vai trò “{role}”. Các vai trò: {', '.join(Role.values)}.")
        try:
            identifier = parse_identifier(typed)
        except ValueError as error:
            raise UnusableRequest(str(error)) from None
        area = find_area(code, role)
        if wrong := level_error(role, area):
            raise UnusableRequest(wrong)
        password = self._read_password() if password_stdin else None
        user, created = User.objects.get_or_create(
            **identifier,
            defaults={"name": name or next(iter(identifier.values())), "password": make_password(None)},
        )
        if not user.is_active:
            raise UnusableRequest(f"Tài khoản {user} đã ngừng. Mở lại trong trang Người dùng trước.")
        if name and user.name != name:
            user.name = name
            user.save(update_fields=["name"])
        if password and not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        grant, granted = actions.add_grant(user=user, role=role, area=area, by=None)
        invitation = None
        if not user.has_usable_password():
            sent = actions.invite(user=user, by=None)
            invitation = {"link": settings.PORTAL_URL + sent.path, "expires_at": sent.invitation.expires_at.isoformat()}
            self._expires = sent.invitation.expires_at
        return {
            "user": {"id": user.pk, "name": user.name, "email": user.email, "phone": user.phone},
            "created": created,
            "role": grant.role,
            "area": {"code": area.code, "name": area.name, "level": area.level_identifier},
            "granted": granted,
            "invitation": invitation,
        }

    def _read_password(self) -> str:
        password = sys.stdin.readline().rstrip("\r\n")
        if len(password) < LEAST:
            raise UnusableRequest(f"Mật khẩu cần ít nhất {LEAST} ký tự (một dòng ở đầu vào chuẩn).")
        try:
            validate_password(password)
        except ValidationError as error:
            self.stderr.write("\n".join(error.messages))
        return password

    def _tell(self, result: dict) -> None:
        user, area = result["user"], result["area"]
        who = user["name"]
        self.stdout.write(f"{'Đã tạo' if result['created'] else 'Đã có'} người dùng {who}.")
        done = "Đã giao" if result["granted"] else "Đã có"
        self.stdout.write(f"{done} vai trò {Role(result['role']).label}, {area['name']}.")
        if result["invitation"]:
            self.stdout.write(f"Gửi liên kết đặt mật khẩu (dùng được đến {moment(self._expires)}):")
            self.stdout.write(result["invitation"]["link"])
