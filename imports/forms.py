"""The form of an upload."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area, Level
from imports.actions import LARGEST_UPLOAD
from imports.models import KIND_LABELS
from imports.reading import EXTENSIONS

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User

MOST_FILES = 20


class FilesInput(forms.ClearableFileInput):
    """A button in Vietnamese over the browser's own, which speaks the browser's language."""

    allow_multiple_selected = True
    template_name = "imports/files_input.html"


class FilesField(forms.FileField):
    """Several files, each checked alone; gives a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = list(data) if isinstance(data, (list, tuple)) and data else [data or None]
        if len(files) > MOST_FILES:
            raise ValidationError(f"Mỗi lần nhập tối đa {MOST_FILES} tệp. Tải lên làm nhiều lần.")
        return [self._checked(super(FilesField, self).clean(file, initial)) for file in files]

    @staticmethod
    def _checked(file: UploadedFile) -> UploadedFile:
        name = file.name or ""
        if name.rpartition(".")[2].lower() not in EXTENSIONS:
            raise ValidationError(f"“{name}” không phải tệp bảng tính. Chọn tệp xlsx, xls, ods hoặc csv.")
        if file.size is not None and file.size > LARGEST_UPLOAD:
            raise ValidationError(f"“{name}” lớn hơn 20 MB. Bỏ ảnh trong tệp rồi tải lại.")
        return file


class UploadForm(forms.Form):
    """What is uploaded, and of which day its figures are."""

    kind = forms.ChoiceField(
        label="Loại danh sách",
        choices=[("", "Chọn loại"), *KIND_LABELS.items()],
        error_messages={"required": "Chọn loại danh sách."},
    )
    as_of = forms.DateField(
        label="Số liệu tính đến ngày",
        help_text="Tên xã, huyện trong tệp được tìm theo địa giới của ngày này.",
        widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Nhập ngày của số liệu.", "invalid": "Ghi ngày/tháng/năm, ví dụ 30/09/2024."},
    )
    province = forms.ModelChoiceField(
        label="Tỉnh, thành phố",
        queryset=Area.objects.none(),
        required=False,
        empty_label="Như trong tệp",
    )
    files = FilesField(  # type: ignore[assignment]  # the metaclass takes it off the class
        label="Tệp",
        help_text="xlsx, xls, ods, csv; mỗi tệp đến 20 MB, chọn được nhiều tệp.",
        widget=FilesInput(attrs={"accept": ",".join(f".{x}" for x in EXTENSIONS)}),
        error_messages={"required": "Chọn tệp.", "empty": "Tệp trống.", "invalid": "Chọn tệp."},
    )
    create_missing = forms.BooleanField(label="Danh sách thành viên: tạo cả tổ còn thiếu", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = timezone.localdate()
        found = scope(user, Right.IMPORT)
        provinces = Area.objects.filter(level=Level.PROVINCE).order_by("sort_key", "id")
        provinces = provinces if found.everything else provinces.filter(pk__in=found.areas)
        self.fields["province"].queryset = provinces  # type: ignore[attr-defined]
        self.fields["province"].label_from_instance = _with_end  # type: ignore[attr-defined]
        if len(provinces) < 2:
            del self.fields["province"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        province, day = data.get("province"), data.get("as_of")
        if province and day and not province.is_valid_on(day):
            self.add_error(
                "province", f"{province.name} không còn vào ngày {day:%d/%m/%Y}. Chọn nơi khác hoặc sửa ngày."
            )
        return data


def _with_end(area: Area) -> str:
    return (
        f"{area.name} (đến {area.valid.upper - datetime.timedelta(days=1):%d/%m/%Y})" if area.valid.upper else area.name
    )
