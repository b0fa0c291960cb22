"""A place that teams made or look after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.models import Site
from areas.models import Area
from teams.forms import day_field
from teams.models import Team


class CoordinateField(forms.FloatField):
    """Degrees with a dot, as maps give them, or with a comma, as they are written here."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "number"})
    default_error_messages = {"invalid": "Viết độ thập phân, ví dụ 19,8067."}

    def to_python(self, value: Any) -> float | None:
        if isinstance(value, str):
            text = value.strip().removesuffix("°").replace(",", ".")
            if text.count(".") > 1:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = text
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",") if isinstance(value, float) else value


class SiteForm(forms.ModelForm):
    """`area` is chosen before; a team is one of those that stand there."""

    since = day_field("Từ ngày", error_messages={"required": "Nhập ngày bắt đầu."})
    until = day_field("Thôi từ ngày", required=False, help_text="Ngày đầu tiên không còn điểm này.")
    latitude = CoordinateField(label="Vĩ độ", required=False)
    longitude = CoordinateField(label="Kinh độ", required=False)
    link = forms.URLField(
        label="Liên kết",
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"type": "url", "inputmode": "url"}),
        error_messages={"invalid": "Viết liên kết đủ, ví dụ https://thanhhoa.gov.vn."},
    )

    class Meta:
        model = Site
        fields = ["kind", "name", "team", "since", "until", "link", "latitude", "longitude", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "kind": {"required": "Chọn loại.", "invalid_choice": "Chọn loại."},
            "name": {"required": "Nhập tên.", "max_length": "Viết tên ngắn hơn 200 chữ cái."},
            "team": {"invalid_choice": "Chọn tổ đứng ở nơi này."},
        }

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.area = area
        today = timezone.localdate()
        here = Team.objects.filter(places__area=area, places__during__contains=today)
        if self.instance.team_id:
            here = here | Team.objects.filter(pk=self.instance.team_id)
        self.fields["team"].queryset = here.distinct().order_by("sort_key", "id")
        self.fields["team"].empty_label = "Không có tổ phụ trách"
        self.fields["kind"].choices = [("", "Chọn loại"), *Site.Kind.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        since, today = data.get("since"), timezone.localdate()
        area = self.instance.area
        if since and since > today:
            self.add_error("since", "Ngày không được sau hôm nay.")
        elif since and not area.is_valid_on(since):
            self.add_error("since", f"{area.name} không tồn tại ngày {since:%d/%m/%Y}. Chọn ngày khác.")
        if since and data.get("until") and data["until"] < since:
            self.add_error("until", "Ngày thôi không được trước ngày bắt đầu.")
        if (data.get("latitude") is None) != (data.get("longitude") is None) and not self.errors:
            self.add_error("longitude", "Nhập cả vĩ độ và kinh độ, hoặc để trống cả hai.")
        return data
