"""The one question that voiding and returning ask."""

from __future__ import annotations

from typing import Any

from django import forms


class ReasonForm(forms.Form):
    """A reason, told to who is concerned and kept with the row."""

    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any = None, *, label: str) -> None:
        super().__init__(data)
        field = self.fields["reason"]
        field.label = label
        field.error_messages["required"] = f"Ghi {label[:1].lower()}{label[1:]}."
        field.error_messages["max_length"] = "Viết ngắn hơn 300 chữ cái."
        field.widget.attrs.pop("maxlength", None)
