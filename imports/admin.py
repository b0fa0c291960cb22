"""Batches and aliases for administrators. What became of a batch is read, never edited."""

from django.contrib import admin

from imports.models import Batch, PlaceAlias


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):
    list_display = (
        "id",
        "filename",
        "kind_label",
        "created_by",
        "created_at",
        "state",
        "created",
        "updated",
        "refused",
    )
    list_filter = ("kind", "state", "created_at")
    search_fields = ("filename", "sha256")
    list_select_related = ("created_by",)
    date_hierarchy = "created_at"
    exclude = ("result",)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(PlaceAlias)
class PlaceAliasAdmin(admin.ModelAdmin):
    list_display = ("text", "within", "area", "confirmed_by", "confirmed_at")
    search_fields = ("text",)
    list_select_related = ("within", "area", "confirmed_by")
    raw_id_fields = ("within", "area", "confirmed_by")
