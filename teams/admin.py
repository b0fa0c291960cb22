"""Teams in the admin site. At 100,000 rows a list of choices is no use: keys are typed or looked up."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from cnscd_portal.listing import search_condition
from teams.models import Team, TeamPlace


class AccentFreeAdmin(admin.ModelAdmin):
    """A list that is searched without accents, through the generated columns named in `search_fields`."""

    list_per_page = 50
    show_full_result_count = False
    search_help_text = "Gõ không dấu cũng được"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        condition = Q()
        for field in self.search_fields:
            condition |= search_condition(search_term, field)
        return (queryset.filter(condition) if search_term.split() else queryset), False


class PlaceInline(admin.TabularInline):
    model = TeamPlace
    raw_id_fields = ("area",)
    extra = 0


@admin.register(Team)
class TeamAdmin(AccentFreeAdmin):
    list_display = ("name", "level", "established", "launched", "dissolved")
    list_filter = ("level",)
    search_fields = ("search",)
    ordering = ("sort_key", "id")
    raw_id_fields = ("predecessors",)
    readonly_fields = ("active_from",)
    inlines = (PlaceInline,)


@admin.register(TeamPlace)
class TeamPlaceAdmin(AccentFreeAdmin):
    list_display = ("team", "area", "during")
    list_select_related = ("team", "area")
    search_fields = ("team__search", "area__search")
    ordering = ("-id",)
    raw_id_fields = ("team", "area")
