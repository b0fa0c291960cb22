"""Forms of the training pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from areas.models import Area
from cnscd_portal import listing
from members import trainings
from members.models import Training
from members.querysets import TrainingQuerySet
from teams.forms import Asking, day_field


class TrainingFilter(forms.Form):
    """What narrows the list of classes. `from` and `to` are days, both included."""

    q = forms.CharField(
        label="Tìm tên lớp, mã lớp",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label="Trạng thái", required=False, choices=[("", "Mọi trạng thái"), *Training.Status.choices]
    )
    format = forms.ChoiceField(
        label="Hình thức", required=False, choices=[("", "Mọi hình thức"), *Training.Format.choices]
    )
    area = forms.ModelChoiceField(queryset=Area.objects.all(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = day_field("Từ ngày", required=False)  # a word of Python, so no attribute can name it
        self.fields["to"] = day_field("Đến ngày", required=False)

    @property
    def set_values(self) -> dict[str, Any]:
        """The filters that are set and could be read."""
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, classes: TrainingQuerySet) -> TrainingQuerySet:
        """The classes that pass every filter that is set."""
        found = self.set_values
        if "q" in found:
            classes = classes.filter(listing.search_condition(found["q"]) | Q(code__istartswith=found["q"]))
        for name in ("status", "format"):
            if name in found:
                classes = classes.filter(**{name: found[name]})
        if "from" in found:
            classes = classes.filter(date__gte=found["from"])
        if "to" in found:
            classes = classes.filter(date__lte=found["to"])
        if "area" in found:
            classes = classes.under(found["area"], timezone.localdate())
        return classes


def count_field(label: str, **options: Any) -> forms.IntegerField:
    """A whole number of things; dots between thousands are taken."""
    return CountField(
        label=label,
        required=False,
        min_value=0,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number", "autocomplete": "off"}),
        error_messages={
            "invalid": "Chỉ ghi chữ số, ví dụ 60.",
            "min_value": "Số không được dưới 0.",
            "max_value": "Số không được quá 1.000.000.",
        },
        **options,
    )


class CountField(forms.IntegerField):
    """`1.240` and `1 240` are 1240: in a count the dot parts thousands."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            parts = value.replace("\xa0", " ").replace(" ", ".").strip(".").split(".")
            if len(parts) > 1 and all(part.isdecimal() and len(part) == 3 for part in parts[1:]):
                value = "".join(parts)
        return super().to_python(value)


class TrainingForm(Asking):
    """A class, planned or held. Its area is chosen before."""

    code = forms.CharField(label="Mã lớp", max_length=32, error_messages={"required": "Nhập mã lớp."})
    title = forms.CharField(label="Tên lớp", max_length=200, error_messages={"required": "Nhập tên lớp."})
    status = forms.ChoiceField(label="Trạng thái", choices=Training.Status.choices, initial=Training.Status.PLANNED)
    date = day_field("Ngày", error_messages={"required": "Nhập ngày tổ chức, hoặc ngày dự kiến."})
    format = forms.ChoiceField(label="Hình thức", choices=Training.Format.choices)
    audience = forms.ChoiceField(label="Đối tượng", choices=Training.Audience.choices)
    organiser = forms.CharField(label="Đơn vị tổ chức", max_length=200, required=False)
    sessions = count_field("Số buổi")
    head_count = count_field("Số lượt tham gia", help_text="Tính là lượt, không tính là người.")
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, training: Training | None = None, **kwargs: Any) -> None:
        if training:
            kept = [name for name in trainings.FIELDS if name != "area"]
            kwargs.setdefault("initial", {name: getattr(training, name) for name in kept})
        super().__init__(*args, **kwargs)
        self.training = training

    def oddities(self, data: dict[str, Any]) -> list[str]:
        listed = self.training.attendances.count() if self.training else 0
        count = data.get("head_count")
        if listed and count is not None and count != listed:
            return [f"Danh sách có {listed} người, số lượt ghi {count}. Vẫn lưu?"]
        return []

    def values(self) -> dict[str, Any]:
        """What the actions take, but for the area."""
        return {name: self.cleaned_data[name] for name in trainings.FIELDS if name != "area"}
