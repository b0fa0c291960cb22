"""E-mail addresses and phone numbers as people type them."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest


def phone_e164(text: str) -> str | None:
    """`0912 345 678`, `84912345678`, `+84.912.345.678` → `+84912345678`; None where it is no Vietnamese number.

    Only the length is judged, never the range: the library calls real ranges such as 0890–0895 invalid.
    """
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 84 or len(str(number.national_number)) not in (9, 10):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_identifier(text: str) -> dict[str, str]:
    """`{"email": …}` in lower case or `{"phone": …}` in E.164. ValueError, in Vietnamese, where it is neither."""
    text = text.strip()
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            raise ValueError(f"“{text}” chưa phải địa chỉ email. Ví dụ: ten@vidu.vn") from None
        return {"email": text.lower()}
    phone = phone_e164(text)
    if phone is None:
        raise ValueError(f"“{text}” chưa phải số điện thoại hay email. Số điện thoại có 10 chữ số, ví dụ 0912 345 678.")
    return {"phone": phone}


def find_user(identifier: str):
    """The user whose e-mail address or phone number this is, or None."""
    try:
        return get_user_model().objects.filter(**parse_identifier(identifier)).first()
    except ValueError:
        return None


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that failures are counted under (AXES_USERNAME_CALLABLE): one however the number is written."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    try:
        return next(iter(parse_identifier(typed).values()))
    except ValueError:
        return typed.strip().lower()[:255]
