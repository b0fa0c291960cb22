"""The admin site: the catalogue of data elements to edit; facts to look at and mend, usable at 100,000 rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from activities.kinds import ActivityKind
from activities.models import Activity, ActivityValue, DataElement, Return, ReturnValue, Site
from cnscd_portal import listing


class SearchWithoutAccents(admin.ModelAdmin):
    """Searches the generated column `search`, so that case and accents do not matter."""

    search_path = "search"
    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return listing.search(queryset, search_term, self.search_path), False


class ElementForm(forms.ModelForm):
    activity_kinds = forms.MultipleChoiceField(
        label="Loại hoạt động",
        required=False,
        choices=ActivityKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Các loại việc mà biểu mẫu hỏi số này.",
    )

    class Meta:
        model = DataElement
        fields = [
            "code", "name", "unit", "kind", "source", "pillar", "activity_kinds", "position", "active", "help",
        ]  # fmt: skip


@admin.register(DataElement)
class DataElementAdmin(admin.ModelAdmin):
    form = ElementForm
    list_display = ["name", "code", "unit", "kind", "source", "pillar", "position", "active"]
    list_editable = ["position", "active"]
    list_filter = ["source", "kind", "pillar", "active"]
    search_fields = ["name", "code"]
    list_per_page = 200

    def get_readonly_fields(self, request: HttpRequest, obj: DataElement | None = None) -> list[str]:
        """What figures and files know the element by stays; registry elements are what the portal derives."""
        if obj is None:
            return []
        fixed = ["code", "source", "kind"]
        return [*fixed, "activity_kinds"] if obj.source == DataElement.Source.REGISTRY else fixed

    def has_delete_permission(self, request: HttpRequest, obj: DataElement | None = None) -> bool:
        """An element that is no longer asked for is set out of use; its figures stay."""
        return False


class ActivityValueInline(admin.TabularInline):
    model = ActivityValue
    extra = 0
    autocomplete_fields = ["element"]


@admin.register(Activity)
class ActivityAdmin(SearchWithoutAccents):
    list_display = ["date", "kind", "team", "area", "reached", "status", "entered_by"]
    list_filter = ["status", "kind"]
    list_select_related = ["team", "area", "entered_by"]
    search_fields = ["search"]
    search_help_text = "Tìm nội dung, không dấu cũng được."
    raw_id_fields = ["team", "area", "entered_by"]
    readonly_fields = ["uuid", "import_key", "entered_at"]
    date_hierarchy = None
    inlines = [ActivityValueInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Voided, never deleted."""
        return False


class ReturnValueInline(admin.TabularInline):
    model = ReturnValue
    extra = 0
    fields = ["element", "value", "qualifier", "reason"]
    autocomplete_fields = ["element"]


@admin.register(Return)
class ReturnAdmin(SearchWithoutAccents):
    search_path = "area__search"
    list_display = ["area", "calendar", "kind", "period", "estimate", "status", "due", "submitted_at"]
    list_filter = ["status", "calendar", "kind", "estimate"]
    list_select_related = ["area"]
    search_fields = ["area__search"]
    search_help_text = "Tìm xã, không dấu cũng được."
    raw_id_fields = ["area", "entered_by"]
    readonly_fields = ["submissions", "fingerprint"]
    inlines = [ReturnValueInline]


@admin.register(Site)
class SiteAdmin(SearchWithoutAccents):
    list_display = ["name", "kind", "area", "team", "since", "until"]
    list_filter = ["kind"]
    list_select_related = ["area", "team"]
    search_fields = ["search"]
    search_help_text = "Tìm tên, không dấu cũng được."
    raw_id_fields = ["area", "team"]
