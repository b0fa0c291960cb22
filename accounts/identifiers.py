"""E-mail addresses and phone numbers as people type them."""

from __future__ import annotations

import phonenumbers
from django.contrib.auth import get_user_model


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


def find_user(identifier: str):
    """The user whose e-mail address or phone number this is, or None."""
    identifier = identifier.strip()
    users = get_user_model().objects
    if "@" in identifier:
        return users.filter(email__iexact=identifier).first()
    phone = phone_e164(identifier)
    return users.filter(phone=phone).first() if phone else None
