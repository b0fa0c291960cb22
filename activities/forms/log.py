"""The quick log: what a team did, for whom, how many. Every word a user may read here is the portal's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from activities import usual
from activities.forms.numbers import WholeNumberField
from activities.kinds import SHORT_AUDIENCES, SHORT_KINDS, ActivityKind
from activities.models import Activity, DataElement
from cnscd_portal.templatetags.vietnamese import number
from teams.forms import day_field
from teams.models import Team

# Work that may reach nobody: a meeting of the team, a Wi-Fi point.
REACHING_NOBODY_IS_FINE = {
    ActivityKind.MEETING,
    ActivityKind.LAUNCH,
    ActivityKind.MODEL,
    ActivityKind.INFRASTRUCTURE,
    ActivityKind.COMMUNICATION,
}
# One of these for each person reached is usual; more is asked about.
PER_PERSON = {"dvc_guidance_sessions", "vneid_assists", "signatures_assisted", "traders_supported"}
FIRST_KINDS = 5


class TeamField(forms.ModelChoiceField):
    def label_from_instance(self, team: Team) -> str:
        """The team with its old or new commune: five communes that merged all had a "thôn 1"."""
        return getattr(team, "label", team.name)


def _first(labels: dict[str, str], wanted: Iterable[str]) -> list[tuple[str, str]]:
    """The choices with the wanted ones before the others, which keep their own order."""
    front = [value for value in wanted if value in labels]
    return [(value, labels[value]) for value in [*front, *(value for value in labels if value not in front)]]


class LogForm(forms.Form):
    """`teams` are those the user may log for; `offered` those that the page lists (it hides the field for one)."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    team = TeamField(
        queryset=Team.objects.none(),
        label="Tổ",
        empty_label="Chọn tổ",
        error_messages={"required": "Chọn tổ.", "invalid_choice": "Chọn tổ trong địa bàn của bạn."},
    )
    date = day_field(
        "Ngày",
        error_messages={"required": "Nhập ngày.", "invalid": "Không có ngày này. Viết ngày/tháng/năm."},
    )
    kind = forms.ChoiceField(
        label="Đã làm gì?",
        widget=forms.RadioSelect,
        choices=list(SHORT_KINDS.items()),
        error_messages={"required": "Chọn việc đã làm.", "invalid_choice": "Chọn việc đã làm."},
    )
    audience = forms.ChoiceField(
        label="Cho ai?",
        widget=forms.RadioSelect,
        choices=list(SHORT_AUDIENCES.items()),
        error_messages={"required": "Chọn đối tượng.", "invalid_choice": "Chọn đối tượng."},
    )
    reached = WholeNumberField(
        label="Bao nhiêu lượt người?",
        error_messages={
            "required": "Nhập số lượt người.",
            "min_value": "Nhập số lượt từ 1 trở lên.",
            "max_value": "Nhập số lượt từ 1 đến 100.000.",
        },
    )
    households = WholeNumberField(label="Số hộ", required=False)
    topic = forms.CharField(label="Nội dung", max_length=200, required=False)
    note = forms.CharField(
        label="Ghi chú",
        max_length=2000,
        required=False,
        help_text="Không ghi họ tên, số căn cước của người dân.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        label="Lý do số khác thường", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        teams: QuerySet[Team],
        elements: list[DataElement],
        kinds_used: Iterable[str] = (),
        last: Activity | None = None,
        team: Team | None = None,
        activity: Activity | None = None,
    ) -> None:
        initial = self._of(activity) if activity else self._start(last)
        if team is not None:
            initial["team"] = team.pk
        super().__init__(data, initial=initial)
        self.activity = activity
        self.elements = elements
        # What an activity has already stays in sight: a file may bring a number that its kind does not usually have.
        self.kept = {name.removeprefix("value_") for name in initial if name.startswith("value_")}
        self.fields["team"].queryset = teams
        if team is not None:
            self.fields["team"].widget = forms.HiddenInput()
        if activity is not None:
            del self.fields["uuid"], self.fields["team"]
        self.fields["kind"].choices = _first(SHORT_KINDS, kinds_used)
        self.fields["audience"].choices = _first(SHORT_AUDIENCES, [initial.get("audience", "")])
        for element in elements:
            self.fields[f"value_{element.code}"] = WholeNumberField(
                label=element.name, required=False, widget=forms.NumberInput(attrs={"placeholder": "–"})
            )

    # -- What the page starts with ------------------------------------------------------------------------------------

    @staticmethod
    def _start(last: Activity | None) -> dict[str, Any]:
        start: dict[str, Any] = {"uuid": uuid.uuid4(), "date": timezone.localdate()}
        if last is not None:
            start |= {"team": last.team_id, "kind": last.kind, "audience": last.audience}
        return start

    @staticmethod
    def _of(activity: Activity) -> dict[str, Any]:
        names = ("date", "kind", "audience", "reached", "households", "topic", "note", "reason")
        values = {f"value_{row.element.code}": row.value for row in activity.values.select_related("element")}
        return {name: getattr(activity, name) for name in names} | values

    # -- Parts that the page lays out ---------------------------------------------------------------------------------

    @property
    def first_kinds(self) -> list[Any]:
        return list(self["kind"])[:FIRST_KINDS]

    @property
    def other_kinds(self) -> list[Any]:
        return list(self["kind"])[FIRST_KINDS:]

    @property
    def other_kind_chosen(self) -> bool:
        return any(choice.data["selected"] for choice in self.other_kinds)

    @property
    def first_audiences(self) -> list[Any]:
        return list(self["audience"])[:FIRST_KINDS]

    @property
    def other_audiences(self) -> list[Any]:
        return list(self["audience"])[FIRST_KINDS:]

    @property
    def other_audience_chosen(self) -> bool:
        return any(choice.data["selected"] for choice in self.other_audiences)

    def kinds_of(self, element: DataElement) -> list[str]:
        """The kinds of work with which the element is asked for."""
        return ActivityKind.values if element.code in self.kept else element.activity_kinds

    @property
    def asked(self) -> list[tuple[DataElement, Any, str]]:
        """The elements with their fields and their kinds, for the page and its script."""
        return [(element, field, " ".join(self.kinds_of(element))) for element, field in self.counts]

    @property
    def counts(self) -> list[tuple[DataElement, Any]]:
        """The elements with their fields."""
        return [(element, self[f"value_{element.code}"]) for element in self.elements]

    @property
    def counts_open(self) -> bool:
        return any(field.value() not in (None, "") or field.errors for _element, field in self.counts)

    @property
    def more_open(self) -> bool:
        return any(
            self[name].value() not in (None, "") or self[name].errors for name in ("households", "topic", "note")
        )

    @property
    def reason_asked(self) -> bool:
        return bool(self["reason"].errors or self["reason"].value())

    @property
    def date_open(self) -> bool:
        if not self.is_bound:
            return self["date"].value() != timezone.localdate()
        return bool(self["date"].errors) or self.cleaned_data.get("date") != timezone.localdate()

    # -- Checks -------------------------------------------------------------------------------------------------------

    def clean_date(self):
        date = self.cleaned_data["date"]
        if date > timezone.localdate():
            raise ValidationError("Ngày không được sau hôm nay.")
        return date

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = data.get("kind")
        if data.get("reached") == 0 and kind and kind not in REACHING_NOBODY_IS_FINE:
            self.add_error("reached", "Nhập số lượt từ 1 trở lên.")
        for element, field in self.counts:
            if kind and data.get(field.name) and kind not in self.kinds_of(element):
                self.add_error(field.name, f"Số này không đi với việc “{ActivityKind(kind).label}”. Để trống.")
        if not self.errors and not data["reason"].strip() and (asked := self._question(data)):
            self.add_error("reason", asked)
        return data

    def _question(self, data: dict[str, Any]) -> str:
        """The sentence about a number that may be right but is far from the usual, or ""."""
        team = self.activity.team if self.activity else data["team"]
        for element, field in self.counts:
            value = data.get(field.name) or 0
            if element.code in PER_PERSON and value > data["reached"]:
                return (
                    f"{element.name}: {number(value)}, nhiều hơn {number(data['reached'])} lượt người. "
                    "Đúng thì ghi lý do."
                )
        if (data.get("households") or 0) > data["reached"]:
            return (
                f"{number(data['households'])} hộ, nhiều hơn {number(data['reached'])} lượt người. Đúng thì ghi lý do."
            )
        return usual.question(team, data["date"], data["reached"], self.activity.pk if self.activity else None)

    @property
    def facts(self) -> dict[str, Any]:
        """What `activities.actions.log` and `change` take, from a valid form."""
        names = ("date", "kind", "audience", "reached", "households", "topic", "note", "reason")
        values = {
            element.code: self.cleaned_data[field.name]
            for element, field in self.counts
            if self.cleaned_data.get(field.name) is not None
        }
        return {name: self.cleaned_data[name] for name in names} | {"values": values}

    def refuse(self, error: ValidationError) -> None:
        """Puts what an action refused at the field it speaks of."""
        told = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
        for name, sentences in told.items():
            self.add_error(name if name in self.fields else None, sentences)
