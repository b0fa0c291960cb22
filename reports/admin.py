"""The admin site of indicators: the catalogue to edit, targets to give, and how the roll-up stands, to read."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.http import HttpRequest

from cnscd_portal.templatetags.vietnamese import day, number, rate
from reports.models import Indicator, IndicatorTerm, RollUpState, Target

ONE_DAY = datetime.timedelta(days=1)
# Nobody is asked to double a rate's whole: 80 in such a field was meant as 80 %.
MOST_OF_A_RATE = Decimal(2)


_GROUPED = re.compile(r"\s*[1-9]\d{0,2}(\.\d{3})+(,\d+)?\s*")


class TypedNumber(forms.DecimalField):
    """A number as people type it: `1.200.000` and `0,85`; shown without the zeros that its column fills it up with."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(
            value.replace(".", "") if isinstance(value, str) and _GROUPED.fullmatch(value) else value
        )

    def prepare_value(self, value: Any) -> Any:
        return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


def as_shown(value: Decimal | None, indicator: Indicator) -> str:
    """A target in the indicator's unit, as pages write it: `80,00 %`, `100 lượt`; `–` for None."""
    if value is None:
        return "–"
    return f"{rate(value)} %" if indicator.unit == "%" else f"{number(value)} {indicator.unit}"


def check_rate(value: Decimal | None, unit: str | None) -> None:
    """ValidationError where a rate was written as per cent."""
    if value is not None and unit == "%" and value > MOST_OF_A_RATE:
        raise ValidationError("Tỷ lệ viết bằng số thập phân: 0,8 cho 80 %.")


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = [
            "code", "number", "name", "pillar", "unit", "source", "direction", "target", "context", "legal_source",
            "note", "position", "active",
        ]  # fmt: skip
        localized_fields = ["target"]
        field_classes = {"target": TypedNumber}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            check_rate(cleaned.get("target"), cleaned.get("unit"))
        except ValidationError as error:
            self.add_error("target", error)
        return cleaned


class TermForm(forms.ModelForm):
    class Meta:
        model = IndicatorTerm
        fields = ["part", "element", "coefficient"]
        localized_fields = ["coefficient"]
        field_classes = {"coefficient": TypedNumber}


class TermFormSet(forms.BaseInlineFormSet):
    """The terms of one indicator: a figure needs something to add up."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if not any(row["part"] == IndicatorTerm.Part.NUMERATOR for row in kept):
            raise ValidationError("Chọn ít nhất một chỉ tiêu số liệu cho tử số.")


class TermInline(admin.TabularInline):
    model = IndicatorTerm
    form = TermForm
    formset = TermFormSet
    autocomplete_fields = ["element"]
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    form = IndicatorForm
    list_display = ["number", "name", "unit", "formula", "source", "general_target", "position", "active"]
    list_display_links = ["name"]
    list_editable = ["position", "active"]
    list_filter = ["pillar", "source", "context", "active"]
    list_per_page = 200
    search_fields = ["number", "name", "code"]
    inlines = [TermInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Indicator]:
        return super().get_queryset(request).prefetch_related("terms__element")

    @admin.display(description="công thức")
    def formula(self, indicator: Indicator) -> str:
        """`Hồ sơ thanh toán trực tuyến ÷ Hồ sơ có phí, lệ phí`, a coefficient other than 1 before its element."""
        sides = []
        for part in IndicatorTerm.Part.values:
            terms = [t for t in indicator.terms.all() if t.part == part]
            sides.append(
                " + ".join(
                    f"{number(t.coefficient)} × {t.element.name}" if t.coefficient != 1 else t.element.name
                    for t in terms
                )
            )
        return " ÷ ".join(side for side in sides if side)

    @admin.display(description="chỉ tiêu chung", ordering="target")
    def general_target(self, indicator: Indicator) -> str:
        return as_shown(indicator.target, indicator)

    def get_readonly_fields(self, request: HttpRequest, obj: Indicator | None = None) -> list[str]:
        """Links, commands and files know an indicator by its code."""
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Indicator | None = None) -> bool:
        """An indicator that is no longer shown is set out of use; its terms stay."""
        return False


class TargetForm(forms.ModelForm):
    """A target with its first and its last day, as decisions write them; a blank one leaves that side open."""

    first = forms.DateField(label="Từ ngày", required=False, widget=AdminDateWidget)
    last = forms.DateField(label="Đến hết ngày", required=False, widget=AdminDateWidget)

    class Meta:
        model = Target
        fields = ["indicator", "area", "value", "legal_source"]
        localized_fields = ["value"]
        field_classes = {"value": TypedNumber}
        help_texts = {"value": "Tỷ lệ viết 0,8 cho 80 %. Chỉ tiêu của số phát sinh là của cả năm."}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.instance.during = DateRange()  # the model's default is text, which a range field does not judge
        during = self.instance.during
        self.initial["first"] = during.lower
        self.initial["last"] = during.upper - ONE_DAY if during.upper else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "Ngày cuối không được trước ngày đầu.")
        elif not self.errors:
            self.instance.during = DateRange(first, last + ONE_DAY if last else None)
        indicator = cleaned.get("indicator")
        try:
            check_rate(cleaned.get("value"), indicator and indicator.unit)
        except ValidationError as error:
            self.add_error("value", error)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """`during` is made of two fields of the form, and judged with the constraint that keeps targets apart."""
        return super()._get_validation_exclusions() - {"during"}  # type: ignore[misc]


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    form = TargetForm
    fields = ["indicator", "area", "value", "first", "last", "legal_source"]
    list_display = ["indicator", "area", "shown", "time", "legal_source"]
    list_filter = ["indicator__pillar", "area__level"]
    list_select_related = ["indicator", "area"]
    list_per_page = 50
    search_fields = ["indicator__number", "indicator__name", "area__name", "area__code"]
    autocomplete_fields = ["indicator"]
    raw_id_fields = ["area"]

    @admin.display(description="chỉ tiêu", ordering="value")
    def shown(self, target: Target) -> str:
        return as_shown(target.value, target.indicator)

    @admin.display(description="thời gian")
    def time(self, target: Target) -> str:
        first, until = target.during.lower, target.during.upper
        parts = [f"từ {day(first)}" if first else "", f"đến hết {day(until - ONE_DAY)}" if until else ""]
        return " ".join(part for part in parts if part) or "luôn luôn"


@admin.register(RollUpState)
class RollUpStateAdmin(admin.ModelAdmin):
    """Read only: the roll-up writes it."""

    list_display = ["today", "folded_at", "checked_at", "cells_checked", "cells_mended"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RollUpState | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RollUpState | None = None) -> bool:
        return False
