"""Filters of the lists. Every filter is a GET parameter, so that each view of a list is a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from accounts.models import User
from activities import facts
from activities.kinds import ActivityKind
from activities.models import Activity, DataElement, Return, Site, Status
from activities.periods import Calendar, Period
from areas.models import Area, AreaAncestry, Level
from cnscd_portal import listing
from teams.forms import day_field
from teams.models import Team

# Months that the filter of returns offers; any other can stand in the address.
OFFERED_MONTHS = 24
BASES = [("reported", "Tại thời điểm"), ("today", "Hiện hành (quy đổi)")]


def _hidden(queryset: QuerySet, **kwargs: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(queryset=queryset, required=False, widget=forms.HiddenInput(), **kwargs)


def _choices(choices) -> list[tuple[str, str]]:
    return [("", "Tất cả"), *choices]


class ListFilter(forms.Form):
    """A filter form. A value that cannot be read is told and filters nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="filter_%s", **kwargs)
        # The addresses say `from`, which Python keeps for itself.
        fields = {"from" if name == "start" else name: field for name, field in self.fields.items()}
        # What the page does not show is there only while it is set, so that addresses stay short.
        self.fields = {
            name: field for name, field in fields.items() if not field.widget.is_hidden or self.data.get(name)
        }

    def value(self, name: str) -> Any:
        """The cleaned value, or None."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def active(self) -> bool:
        """Whether any filter is set."""
        self.is_valid()
        return any(value not in (None, "", False) for value in self.cleaned_data.values())


class ActivityFilter(ListFilter):
    q = forms.CharField(
        label="Tìm nội dung, tổ, thôn, xã",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "gõ không dấu cũng được"}),
    )
    kind = forms.ChoiceField(label="Việc", required=False, choices=_choices(ActivityKind.choices))
    status = forms.ChoiceField(
        label="Trạng thái",
        required=False,
        choices=_choices((value, label) for value, label in Status.choices if value != Status.DRAFT),
    )
    by = forms.CharField(label="Người ghi", required=False, max_length=100)
    start = day_field("Từ ngày", required=False, error_messages={"invalid": "Không có ngày này."})
    to = day_field("Đến ngày", required=False, error_messages={"invalid": "Không có ngày này."})
    team = _hidden(Team.objects.all())
    area = _hidden(Area.objects.all())
    element = _hidden(
        DataElement.objects.filter(Q(source=DataElement.Source.LOG) | Q(code__in=facts.ACTIVITY_ELEMENTS)),
        to_field_name="code",
    )
    counted = forms.BooleanField(required=False, widget=forms.HiddenInput())
    basis = forms.ChoiceField(required=False, choices=[("", ""), *BASES], widget=forms.HiddenInput())

    def apply(self, rows: QuerySet[Activity]) -> QuerySet[Activity]:
        """The rows that every filter lets through, with `share` (1 where no area is asked for)."""
        if area := self.value("area"):
            rows = rows.towards(area, today=self.value("basis") == "today")
        else:
            rows = rows.annotate(share=Value(1))
        if first := self.value("from"):
            rows = rows.filter(date__gte=first)
        if last := self.value("to"):
            rows = rows.filter(date__lte=last)
        for name in ("kind", "status", "team"):
            if value := self.value(name):
                rows = rows.filter(**{name: value})
        if self.value("counted"):
            rows = rows.counted()
        if name := self.value("by"):
            rows = rows.filter(entered_by__in=people_named(name))
        return matching(rows, self.value("q"))


class ReturnFilter(ListFilter):
    """`from`, `to`, `element`, `calendar` and `basis` come from a figure: a flow is listed by the days on which returns
    post in between, a running total by what stood on the last day (facts.standing)."""

    q = forms.CharField(
        label="Tìm xã, phường",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "gõ không dấu cũng được"}),
    )
    period = forms.ChoiceField(label="Kỳ", required=False)
    status = forms.ChoiceField(
        label="Trạng thái",
        required=False,
        choices=_choices((value, label) for value, label in Status.choices if value != Status.VOID),
    )
    area = _hidden(Area.objects.all())
    element = _hidden(DataElement.objects.filter(source=DataElement.Source.RETURN), to_field_name="code")
    start = forms.DateField(required=False, widget=forms.HiddenInput())
    to = forms.DateField(required=False, widget=forms.HiddenInput())
    counted = forms.BooleanField(required=False, widget=forms.HiddenInput())
    basis = forms.ChoiceField(required=False, choices=[("", ""), *BASES], widget=forms.HiddenInput())
    calendar = forms.ChoiceField(required=False, choices=[("", ""), *Calendar.choices], widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month = Period.month_of(timezone.localdate())
        offered = [month]
        while len(offered) < OFFERED_MONTHS:
            offered.append(offered[-1].before())
        if (asked := self.named_period) and asked not in offered:
            offered.append(asked)
        self.fields["period"].choices = _choices((period.token, period.label) for period in offered)

    @property
    def named_period(self) -> Period | None:
        """The period that the address names; None where it names none or one that cannot be read."""
        calendar = self.data.get("calendar")
        try:
            return Period.parse(
                self.data.get("period", ""), calendar if calendar in Calendar.values else Calendar.STATUTORY
            )
        except ValueError:
            return None

    def apply(self, rows: QuerySet[Return]) -> QuerySet[Return]:
        """The rows that every filter lets through, with `share` (1 where no area is asked for)."""
        rows = rows.with_posting_day()
        element, last = self.value("element"), self.value("to")
        if element and last and self.value("counted"):
            rows = facts.standing(rows, element, self.value("from"), last)
        else:
            if first := self.value("from"):
                rows = rows.filter(posted__gte=first)
            if last:
                rows = rows.filter(posted__lte=last)
        if area := self.value("area"):
            day = timezone.localdate() if self.value("basis") == "today" else None
            if day is None and element and last and element.kind == DataElement.Kind.STOCK:
                day = last  # a stock stands under the boundaries of the period's last day
            rows = rows.towards(area, on=day)
        else:
            rows = rows.annotate(share=Value(1))
        if period := self.named_period:
            rows = rows.filter(calendar=period.calendar, period=period.dates)
        elif calendar := self.value("calendar"):
            rows = rows.filter(calendar=calendar)
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if self.value("counted"):
            rows = rows.counted()
        if words := self.value("q"):
            rows = rows.filter(area__in=counting_today(areas_named(words)))
        return rows


class SiteFilter(ListFilter):
    q = forms.CharField(
        label="Tìm tên, thôn, xã",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "gõ không dấu cũng được"}),
    )
    kind = forms.ChoiceField(label="Loại", required=False, choices=_choices(Site.Kind.choices))
    standing = forms.ChoiceField(
        label="Hiện còn", required=False, choices=_choices([("yes", "Đang hoạt động"), ("no", "Đã thôi")])
    )
    area = _hidden(Area.objects.all())
    team = _hidden(Team.objects.all())

    def apply(self, rows: QuerySet[Site]) -> QuerySet[Site]:
        """The rows that every filter lets through."""
        today = timezone.localdate()
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        if team := self.value("team"):
            rows = rows.filter(team=team)
        if area := self.value("area"):
            rows = rows.filter(area__in=counting_today(Area.objects.filter(pk=area.pk)))
        if standing := self.value("standing"):
            stand = rows.standing_on(today)
            rows = stand if standing == "yes" else rows.exclude(pk__in=stand.values("pk"))
        if words := self.value("q"):
            named = rows.model.objects.filter(listing.search_condition(words)).values("pk")
            placed = rows.model.objects.filter(area__in=counting_today(areas_named(words))).values("pk")
            rows = rows.filter(pk__in=named.union(placed, all=True))
        return rows


def people_named(text: str) -> QuerySet[User]:
    """Ids of the users whose name has every word of the text, accents or not."""
    return listing.search(User.objects.all(), text).values("pk")


def areas_named(text: str) -> QuerySet[Area]:
    return Area.objects.filter(listing.search_condition(text), level__gte=Level.DISTRICT)


def counting_today(areas: QuerySet[Area]) -> QuerySet:
    """Ids of the areas that count today towards one of these, wholly, partly or perhaps."""
    today = timezone.localdate()
    return AreaAncestry.objects.filter(ancestor__in=areas.values("pk"), during__contains=today).values("area")


def matching(rows: QuerySet[Activity], text: str | None) -> QuerySet[Activity]:
    """Activities of which the topic, the team or a place above has every word of the text, accents or not.

    One condition rather than a union of ids: a common word then reads the first page along the index of dates, and
    counting takes one pass (100,000 rows of which a fifth match: 0.3 s for the page against 1.1 s).
    """
    if not text or not text.split():
        return rows
    teams = Team.objects.filter(listing.search_condition(text)).values("pk")
    return rows.filter(
        listing.search_condition(text) | Q(team__in=teams) | Q(area__in=counting_today(areas_named(text)))
    )
