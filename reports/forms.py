"""What a page of figures shows: the tokens of its address, the same as those of the command and the interface.

`?period=2024-9M&calendar=statutory&basis=reported&indicator=…&columns=…&sort=…&level=…&trend=…`. Every view is a link.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from activities.periods import Calendar, Period, PeriodKind, latest_ended
from areas.models import Level
from reports.models import Basis

BASES = {"reported": Basis.REPORTED, "today": Basis.TODAY}
BASIS_TOKENS = {basis: token for token, basis in BASES.items()}
FIRST_YEAR = 2022  # teams began in 2022 (CV 793/BTTTT-THH)
TRENDS = ("months", "same")


@dataclass(frozen=True)
class Choice:
    """What the reader has chosen. `level` is 0, `indicator`, `columns`, `sort` and `trend` "" where they chose nothing;
    `error` is the sentence about a token that nobody can read, which then counts as not given; `chose_period`: the
    period is the reader's own.
    """

    period: Period
    basis: Basis = Basis.REPORTED
    indicator: str = ""
    columns: str = ""
    sort: str = ""
    level: int = 0
    trend: str = ""
    error: str = ""
    chose_period: bool = False

    @classmethod
    def read(cls, query: QueryDict, *, today: datetime.date) -> Choice:
        """The choice that an address makes; by default the latest ended statutory month, boundaries of the day."""
        errors = []
        calendar = query.get("calendar") or Calendar.STATUTORY
        if calendar not in Calendar.values:
            errors.append(f"Không có lịch “{calendar}”. Chọn statutory hoặc civil.")
            calendar = Calendar.STATUTORY
        period, chosen = latest_ended(today, calendar), False
        if query.get("period"):
            try:
                period, chosen = Period.parse(str(query["period"]), calendar), True
            except ValueError as error:
                errors.append(str(error))
        basis = query.get("basis") or "reported"
        if basis not in BASES:
            errors.append(f"Không có địa giới “{basis}”. Chọn reported hoặc today.")
        level = query.get("level", "")
        return cls(
            period=period,
            basis=BASES.get(basis, Basis.REPORTED),
            indicator=_slug(query.get("indicator")),
            columns=_slug(query.get("columns")),
            sort=_sort(query),
            level=next((of for of in Level if of.identifier == level), 0),
            trend=trend if (trend := query.get("trend", "")) in TRENDS else "",
            error=" ".join(errors),
            chose_period=chosen,
        )

    @property
    def calendar(self) -> Calendar:
        return self.period.calendar

    def but(self, **changes: Any) -> Choice:
        """The same with some things changed."""
        return replace(self, **changes)

    def tokens(self) -> dict[str, str]:
        """The tokens of the figures themselves; a calendar or basis that is the default is left out."""
        found = {"period": self.period.token}
        if self.calendar != Calendar.STATUTORY:
            found["calendar"] = str(self.calendar)
        if self.basis != Basis.REPORTED:
            found["basis"] = BASIS_TOKENS[self.basis]
        return found

    def all_tokens(self) -> dict[str, str]:
        """All tokens, those of what the page shows of the figures included."""
        shown = {"indicator": self.indicator, "columns": self.columns, "sort": self.sort, "trend": self.trend}
        level = {"level": Level(self.level).identifier} if self.level else {}
        return self.tokens() | {name: value for name, value in shown.items() if value} | level

    def query(self, **changes: Any) -> str:
        """The address's query with some things changed: `?period=2024-9M&sort=name`."""
        return "?" + urlencode(self.but(**changes).all_tokens())


def _slug(value: str | None) -> str:
    text = (value or "").strip()
    return text if text.replace("_", "").isalnum() and text.isascii() else ""


def _sort(query: QueryDict) -> str:
    """`name`, `-name`, `active_teams`, `-active_teams`."""
    text = (query.get("sort") or "").strip()
    name = _slug(text.removeprefix("-"))
    return ("-" if text.startswith("-") else "") + name if name else ""


class FiguresBar(forms.Form):
    """The controls of a page of figures. They only write the address; `Choice` reads it."""

    period = forms.ChoiceField(label="Kỳ")
    calendar = forms.ChoiceField(label="Lịch", choices=Calendar.choices, widget=forms.RadioSelect)
    basis = forms.ChoiceField(
        label="Địa giới",
        choices=[(token, basis.label) for token, basis in BASES.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, choice: Choice, *, today: datetime.date):
        initial = {"period": choice.period.token, "calendar": choice.calendar, "basis": BASIS_TOKENS[choice.basis]}
        super().__init__(initial=initial)
        periods = self.fields["period"]
        assert isinstance(periods, forms.ChoiceField)
        periods.choices = period_choices(choice.period, today=today)
        kept = choice.all_tokens()
        self.kept = [(name, kept[name]) for name in ("indicator", "columns", "sort", "level", "trend") if name in kept]


def period_choices(chosen: Period, *, today: datetime.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Periods that have begun, latest year first; one that the address names beside them is there too."""
    groups = []
    last = Period.month_of(today, chosen.calendar).year
    for year in range(max(last, chosen.year), min(FIRST_YEAR, chosen.year) - 1, -1):
        periods = [
            Period(kind, year, month, chosen.calendar)
            for kind, months in (
                (PeriodKind.YEAR, [12]),
                (PeriodKind.NINE_MONTHS, [9]),
                (PeriodKind.HALF_YEAR, [6, 12]),
                (PeriodKind.QUARTER, [3, 6, 9, 12]),
                (PeriodKind.MONTH, range(1, 13)),
            )
            for month in months
        ]
        begun = [(p.token, p.label) for p in periods if p.start <= today or p == chosen]
        if begun:
            groups.append((f"Năm {year}", begun))
    return groups
