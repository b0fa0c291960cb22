"""Number fields as people type them: 1.234, 1 234, 1.234,5. A dot groups thousands, a comma is the decimal sign."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cnscd_portal.templatetags.vietnamese import number

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+")
_DECIMAL = re.compile(r"((?:\d{1,3}(?:\.\d{3})+)|\d+)(?:,(\d+))?")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+")
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")


class WholeNumberField(forms.IntegerField):
    """A count. `1.234` is one thousand two hundred and thirty-four; a decimal is refused, because a count has none."""

    widget = forms.NumberInput

    def __init__(self, *, min_value: int = 0, max_value: int = 100_000, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"] = {
            "invalid": "Viết số nguyên, ví dụ 12 hoặc 1.234.",
            "min_value": f"Nhập số từ {number(min_value)} trở lên.",
            "max_value": f"Nhập số từ {number(min_value)} đến {number(max_value)}.",
            **kwargs["error_messages"],
        }
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            text = _BLANKS.sub("", value)
            if text in self.empty_values:
                return None
            if text.startswith("-") and _GROUPED.fullmatch(text[1:]):
                raise ValidationError(self.error_messages["min_value"], code="min_value")
            if not _GROUPED.fullmatch(text):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            return int(text.replace(".", ""))
        return super().to_python(value)


class AmountField(forms.CharField):
    """A value of a return as a Decimal with at most two places, or None where nothing is typed: empty is not 0."""

    default_error_messages = {
        "invalid": "Viết số, ví dụ 1.234 hoặc 1.234,5.",
        "negative": "Nhập số từ 0 trở lên.",
        "places": "Viết nhiều nhất 2 chữ số sau dấu phẩy.",
        "large": "Số quá lớn. Xem lại đơn vị tính.",
        "whole": "Số {unit} là số nguyên, ví dụ 1.234.",
        "comma": "{typed} là số đếm: có phải {meant}?",
    }

    def __init__(self, *, whole: str = "", **kwargs: Any) -> None:
        """`whole`: the unit of a count, which has no decimals; "" where decimals are taken."""
        self.whole = whole
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "number"}))
        super().__init__(required=False, strip=True, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, Decimal | int) else value

    def clean(self, value: Any) -> Decimal | None:
        text = _BLANKS.sub("", str(value or ""))
        if not text:
            return None
        if text.startswith("-"):
            raise self._error("negative")
        if self.whole and _COMMAS.fullmatch(text):
            # 307,250 typed on an English keyboard: asked about, never guessed.
            asked = self.error_messages["comma"].format(typed=text, meant=text.replace(",", "."))
            raise ValidationError(asked, code="comma")
        found = _DECIMAL.fullmatch(text)
        if not found:
            raise self._error("invalid")
        whole, places = found[1].replace(".", ""), found[2] or ""
        if len(whole) > 15:
            raise self._error("large")
        if places.strip("0") and self.whole:
            raise ValidationError(self.error_messages["whole"].format(unit=self.whole), code="whole")
        if len(places.rstrip("0")) > 2:
            raise self._error("places")
        try:
            return Decimal(f"{whole}.{places or 0}")
        except InvalidOperation:
            raise self._error("invalid") from None

    def _error(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)
