"""Forms of the team pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Subquery
from django.utils import timezone

from areas.models import Area, Level
from teams.models import Team
from teams.querysets import State, TeamQuerySet

SILENT_DAYS = 30
USUAL_SIZE = range(3, 10)  # members of a team: one head of village and two people at least, nine in the largest

Result = TypeVar("Result")


class Asking(forms.Form):
    """A form that asks before it takes what is odd but possible, and takes an action's refusal to its fields.

    `oddities` names what is odd; the sentence then stands at the box “Đúng, vẫn lưu”, which the user ticks.
    """

    confirm = forms.BooleanField(label="Đúng, vẫn lưu", required=False)
    asked = False

    def oddities(self, data: dict[str, Any]) -> list[str]:
        return []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and (odd := self.oddities(data)):
            self.asked = True
            if not data.get("confirm"):
                self.add_error("confirm", " ".join(odd))
        return data

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        """What the action gives, or None with its refusal shown at the fields it names."""
        try:
            return act()
        except ValidationError as refusal:
            told = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
            for name, sentences in told.items():
                for sentence in sentences:
                    self.add_error(name if name in self.fields else None, sentence)
            return None

    def shown_fields(self) -> list[forms.BoundField]:
        """Fields of the page; the box to confirm only once there is something to confirm."""
        return [field for field in self.visible_fields() if field.name != "confirm" or self.asked]


class TeamFilter(forms.Form):
    """What narrows the list of teams. Values that cannot be read filter nothing."""

    q = forms.CharField(
        label="Tìm tổ, thôn, tổ trưởng",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    level = forms.TypedChoiceField(
        label="Cấp",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Mọi cấp"), *((x.value, x.label) for x in (Level.VILLAGE, Level.COMMUNE, Level.DISTRICT))],
    )
    state = forms.ChoiceField(label="Trạng thái", required=False, choices=[("", "Mọi trạng thái"), *State.choices])
    no_leader = forms.BooleanField(label="Chưa có tổ trưởng", required=False)
    silent = forms.BooleanField(label=f"{SILENT_DAYS} ngày không ghi việc", required=False)
    area = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def set_values(self) -> dict[str, Any]:
        """The filters that are set and could be read."""
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, teams: TeamQuerySet) -> TeamQuerySet:
        """The teams that pass every filter that is set."""
        today = timezone.localdate()
        found = self.set_values
        if "q" in found:
            teams = teams.matching(found["q"])
        if "level" in found:
            teams = teams.filter(level=found["level"])
        if "state" in found:
            teams = teams.in_state(found["state"], today)
        if "no_leader" in found:
            teams = teams.without_leader()
        if "silent" in found:
            teams = teams.silent_since(today - datetime.timedelta(days=SILENT_DAYS))
        if "area" in found:
            # The name comes with the rows: a query of its own would be the fifth of the page.
            named = Area.objects.filter(pk=found["area"]).values("name")
            teams = teams.under(found["area"], today).annotate(filter_area=Subquery(named))
        return teams


def day_field(label: str, **options: Any) -> forms.DateField:
    """A day typed as dd/mm/yyyy."""
    attributes = {"class": "date", "placeholder": "dd/mm/yyyy", "autocomplete": "off"}
    return forms.DateField(label=label, widget=forms.DateInput(attrs=attributes), **options)


class TeamForm(Asking):
    """What is known of a team. Its place, its end and its predecessors have forms of their own."""

    name = forms.CharField(label="Tên tổ", max_length=200, error_messages={"required": "Nhập tên tổ."})
    established = day_field("Ngày thành lập", required=False)
    launched = day_field("Ngày ra mắt", required=False)
    planned = day_field("Ngày lên kế hoạch", required=False)
    decision_number = forms.CharField(label="Số quyết định", max_length=60, required=False)
    decision_date = day_field("Ngày quyết định", required=False)
    programme = forms.CharField(label="Chương trình", max_length=120, required=False)
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, team: Team | None = None, area: Area | None = None, **kwargs: Any) -> None:
        if team:
            kwargs.setdefault("initial", {name: getattr(team, name) for name in self.base_fields if name != "confirm"})
        super().__init__(*args, **kwargs)
        self.team, self.area = team, area

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        today = timezone.localdate()
        for name in ("established", "launched", "decision_date"):
            if data.get(name) and data[name] > today:
                self.add_error(name, "Ngày không được sau hôm nay.")
        counted = self.team.counted_from if self.team else None
        if not self.errors and not (data.get("established") or data.get("planned") or counted):
            self.add_error("established", "Nhập ngày thành lập, hoặc ngày lên kế hoạch.")
        return super().clean()

    def oddities(self, data: dict[str, Any]) -> list[str]:
        if self.team or self.area is None:
            return []
        today = timezone.localdate()
        beside = Team.objects.filter(
            places__area=self.area, places__during__contains=today, level=self.area.level
        ).exclude(dissolved__lte=today)
        names = list(beside.values_list("name", flat=True)[:3])
        return [f"{self.area.name} đã có {', '.join(names)}. Thêm một tổ nữa?"] if names else []

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirm"}


class DissolveForm(Asking):
    on = day_field("Từ ngày", error_messages={"required": "Nhập ngày giải thể."})
    reason = forms.CharField(label="Lý do", max_length=300, error_messages={"required": "Ghi lý do giải thể."})


class MoveForm(Asking):
    on = day_field("Từ ngày", error_messages={"required": "Nhập ngày chuyển."})
