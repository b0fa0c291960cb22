"""A commune's return: one row for each element, by pillar, with the period before beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities import checks
from activities.checks import Entry
from activities.forms.numbers import AmountField
from activities.models import DataElement, Return, ReturnValue
from teams.forms import day_field

# Units of which a part makes sense; all others are counted.
MEASURED = {"%", "km", "km²", "ha", "tấn", "giờ", "triệu đồng", "tỷ đồng"}
PILLARS = [
    DataElement.Pillar.GOVERNMENT,
    DataElement.Pillar.ECONOMY,
    DataElement.Pillar.SOCIETY,
    DataElement.Pillar.TEAMS,
    DataElement.Pillar.TRAINING,
    DataElement.Pillar.ACTIVITY,
    DataElement.Pillar.MODELS,
]


@dataclass(frozen=True)
class Row:
    """One element of the form: what it was, what is typed, what is asked about it."""

    element: DataElement
    previous: Decimal | None
    value: forms.BoundField
    qualifier: forms.BoundField
    reason: forms.BoundField
    question: str

    @property
    def more_open(self) -> bool:
        """Whether qualifier and reason show at once: something is there, or asked for."""
        qualified = self.qualifier.value() not in (None, "", ReturnValue.Qualifier.EXACT)
        return bool(qualified or self.reason.value() or self.question or self.qualifier.errors or self.reason.errors)

    @property
    def errors(self) -> list[str]:
        return [*self.value.errors, *self.qualifier.errors, *self.reason.errors]


def sort_by_pillar(elements: list[DataElement]) -> list[DataElement]:
    """The elements pillar by pillar, in the order of the report."""
    return sorted(elements, key=lambda e: (PILLARS.index(DataElement.Pillar(e.pillar)), e.position, e.pk))


def by_pillar(rows: list[Any]) -> list[tuple[str, list[Any]]]:
    """(name of the pillar, rows) of rows that have an `element` and are sorted by pillar."""
    groups = groupby(rows, key=lambda row: row.element.pillar)
    return [(DataElement.Pillar(pillar).label, list(group)) for pillar, group in groups]


class ReturnForm(forms.Form):
    """`previous`: {code: value} of the period before; `entries`: what the return holds already.

    What cannot be true is refused when it is sent (`activities.checks`); a draft takes it, but the form tells it.
    """

    mark_optional = False
    note = forms.CharField(
        label="Khó khăn, kiến nghị", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        elements: list[DataElement],
        previous: Mapping[str, Decimal],
        entries: Mapping[str, Entry],
        note: str = "",
    ) -> None:
        self.elements = sort_by_pillar(elements)
        self.previous = previous
        initial: dict[str, Any] = {"note": note}
        for code, entry in entries.items():
            initial |= {
                f"value_{code}": entry.value,
                f"qualifier_{code}": entry.qualifier,
                f"reason_{code}": entry.reason,
            }
        super().__init__(data, initial=initial)
        for element in self.elements:
            self._add(element)
        self.fields["note"] = self.fields.pop("note")
        self._questions = self._asked(entries)

    def _add(self, element: DataElement) -> None:
        whole = "" if element.unit in MEASURED else element.unit
        self.fields[f"value_{element.code}"] = AmountField(whole=whole, label=element.name)
        qualifier = forms.ChoiceField(
            label=f"Mức chính xác: {element.name}", required=False, choices=ReturnValue.Qualifier.choices
        )
        qualifier.initial = ReturnValue.Qualifier.EXACT
        self.fields[f"qualifier_{element.code}"] = qualifier
        reason = forms.CharField(label=f"Lý do: {element.name}", required=False, max_length=300)
        self.fields[f"reason_{element.code}"] = reason

    def _asked(self, entries: Mapping[str, Entry]) -> dict[str, str]:
        """{code: question} about the figures as they stand in the form."""
        if self.is_bound and self.is_valid():
            entries = self.entries
        known = {element.code: element for element in self.elements}
        entries = {code: entry for code, entry in entries.items() if code in known}
        return checks.odd(entries, self.previous, known) | checks.impossible(entries, known)

    @property
    def entries(self) -> dict[str, Entry]:
        """What a valid form says; a field left empty is not in it."""
        found = {}
        for element in self.elements:
            value = self.cleaned_data[f"value_{element.code}"]
            if value is not None:
                qualifier = self.cleaned_data[f"qualifier_{element.code}"] or ReturnValue.Qualifier.EXACT
                found[element.code] = Entry(value, qualifier, self.cleaned_data[f"reason_{element.code}"].strip())
        return found

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                element=element,
                previous=self.previous.get(element.code),
                value=self[f"value_{element.code}"],
                qualifier=self[f"qualifier_{element.code}"],
                reason=self[f"reason_{element.code}"],
                question=self._questions.get(element.code, ""),
            )
            for element in self.elements
        ]

    @property
    def sections(self) -> list[tuple[str, list[Row]]]:
        return by_pillar(self.rows)


class GiveBackForm(forms.Form):
    """Why a return goes back, and if need be until when it may be sent again."""

    reason = forms.CharField(
        label="Lý do trả lại",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Ghi lý do trả lại.", "max_length": "Viết ngắn hơn 300 chữ cái."},
    )
    due = day_field(
        "Gia hạn đến", required=False, error_messages={"invalid": "Không có ngày này. Viết ngày/tháng/năm."}
    )

    def clean_due(self):
        due = self.cleaned_data["due"]
        if due is not None and due < timezone.localdate():
            raise ValidationError("Hạn mới không được trước hôm nay.")
        return due


def elements_for(report: Return | None) -> list[DataElement]:
    """The elements in use that returns give, and those of the return that are no longer in use."""
    asked = list(DataElement.objects.filter(source=DataElement.Source.RETURN, active=True))
    kept = [row.element for row in report.values.select_related("element")] if report else []
    return asked + [element for element in kept if element not in asked]
