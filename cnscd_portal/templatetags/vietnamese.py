"""Numbers, dates, phone numbers and icons as every page of the portal writes them.

A builtin of the templates (settings.TEMPLATES), so no page loads it by name. Filters give "–" for None: a value that
is missing is never shown as 0.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MISSING = "–"
SPRITE = "vendor/bootstrap-icons/icons.svg"


def _decimal(value: object) -> Decimal | None:
    """The value as a Decimal, or None where it is no finite number. Floats go through their shortest spelling."""
    try:
        result = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def _grouped(value: Decimal, places: int) -> str:
    """1234.5 with two places → "1.234,50"; halves are rounded away from zero, as offices do by hand."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)  # no "-0"
    return f"{rounded:,f}".translate(str.maketrans(",.", ".,"))


@register.filter
def number(value: object, places: object = None) -> str:
    """4351 → "4.351"; 1234.56 → "1.234,56"; None → "–".

    Whole numbers have no decimals, others two, unless `places` says how many: `{{ mean|number:1 }}`.
    """
    if value is None or value == "":
        return MISSING
    found = _decimal(value)
    if found is None:
        return str(value)
    if places is None or places == "":
        return _grouped(found, 0 if found == found.to_integral_value() else 2)
    return _grouped(found, int(str(places)))


@register.filter
def rate(value: object) -> str:
    """A plain ratio as per cent with two decimals and without the sign: 0.9478 → "94,78"; None → "–"."""
    if value is None or value == "":
        return MISSING
    found = _decimal(value)
    return str(value) if found is None else _grouped(found * 100, 2)


def _day(value: object) -> date | None:
    """The day in Viet Nam of a date, a moment, or None for anything else."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@register.filter
def day(value: object) -> str:
    """A date, or a moment's day in Viet Nam, as dd/mm/yyyy; None → "–"."""
    found = _day(value)
    return f"{found:%d/%m/%Y}" if found else MISSING


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in Vietnam time: "14:32 20/09/2024"; None → "–"."""
    if not isinstance(value, datetime):
        return MISSING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%H:%M %d/%m/%Y}"


@register.filter
def ago(value: object) -> str:
    """How long ago, always with the day: "12 ngày trước (08/09)"; a day to come: "còn 3 ngày (15/09)"; None → "–".

    The year is written when it is not this one.
    """
    found = _day(value)
    if found is None:
        return MISSING
    today = timezone.localdate()
    written = f"{found:%d/%m}" if found.year == today.year else f"{found:%d/%m/%Y}"
    days = (today - found).days
    if days == 0:
        words = "hôm nay"
    elif days == 1:
        words = "hôm qua"
    elif days > 0:
        words = f"{_grouped(Decimal(days), 0)} ngày trước"
    else:
        words = f"còn {_grouped(Decimal(-days), 0)} ngày"
    return f"{words} ({written})"


def _national(value: object) -> str:
    """The digits of a number as dialled in Viet Nam: "+84912345123" → "0912345123"; "" for None or blank."""
    text = str(value or "")
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith("+84"):
        return "0" + digits[2:]
    return digits


@register.filter
def phone(value: object) -> str:
    """An E.164 number as people write it: "+84912345123" → "0912 345 123"; foreign numbers stay; None → "–"."""
    if not value:
        return MISSING
    digits = _national(value)
    if not digits.startswith("0") or len(digits) not in (10, 11):
        return str(value)
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


@register.filter
def masked_phone(value: object) -> str:
    """A phone number of which only the first two and last three digits show: "09•• ••• 123"; None → "–"."""
    digits = _national(value)
    if not digits:
        return MISSING
    if len(digits) < 8:
        return "••• •••"
    return f"{digits[:2]}•• ••• {digits[-3:]}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="icon" width="16" height="16" fill="currentColor" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )
