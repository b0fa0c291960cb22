"""People and trainings in the admin site. Phone numbers stay masked here too: looking at one is for the portal's pages,
which ask what for and write it down."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from cnscd_portal.templatetags.vietnamese import masked_phone
from members.models import Attendance, Member, Membership, PhoneReveal, Training
from teams.admin import AccentFreeAdmin


class MembershipInline(admin.TabularInline):
    model = Membership
    fields = ("team", "role", "post", "source_body", "joined", "left")
    raw_id_fields = ("team",)
    extra = 0


@admin.register(Member)
class MemberAdmin(AccentFreeAdmin):
    list_display = ("name", "birth_year", "sex", "masked")
    search_fields = ("search",)
    ordering = ("sort_key", "id")
    fields = ("name", "birth_year", "sex", "masked", "smartphone")
    readonly_fields = ("masked",)
    inlines = (MembershipInline,)

    @admin.display(description="số điện thoại")
    def masked(self, member: Member) -> str:
        return masked_phone(member.phone)


@admin.register(Membership)
class MembershipAdmin(AccentFreeAdmin):
    list_display = ("member", "team", "role", "joined", "left")
    list_select_related = ("member", "team")
    list_filter = ("role",)
    search_fields = ("member__search", "team__search")
    ordering = ("-id",)
    raw_id_fields = ("member", "team")


@admin.register(Training)
class TrainingAdmin(AccentFreeAdmin):
    list_display = ("code", "title", "area", "date", "status", "head_count")
    list_select_related = ("area",)
    list_filter = ("status", "format", "audience")
    search_fields = ("search",)
    date_hierarchy = "date"
    ordering = ("-date", "-id")
    raw_id_fields = ("area",)


@admin.register(Attendance)
class AttendanceAdmin(AccentFreeAdmin):
    list_display = ("member", "team", "training")
    list_select_related = ("member", "team", "training")
    search_fields = ("member__search", "training__search")
    ordering = ("-id",)
    raw_id_fields = ("training", "member", "team")


@admin.register(PhoneReveal)
class PhoneRevealAdmin(AccentFreeAdmin):
    """Read only: what was looked at stays looked at."""

    list_display = ("at", "user", "member", "purpose")
    list_select_related = ("user", "member")
    list_filter = ("purpose",)
    search_fields = ("member__search",)
    date_hierarchy = "at"
    ordering = ("-at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PhoneReveal | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PhoneReveal | None = None) -> bool:
        return False
