"""Users, grants and invitations in the admin site, for who runs the portal."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import Grant, Invitation, User
from cnscd_portal import listing

admin.site.unregister(Group)  # rights come from grants alone


class NewUserForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("name", "email", "phone")
        field_classes = {}


class GrantInline(admin.TabularInline):
    model = Grant
    fk_name = "user"
    extra = 0
    raw_id_fields = ["area", "given_by"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = NewUserForm
    list_display = ["name", "email", "phone", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "grants__role"]
    search_fields = ["email", "phone"]
    search_help_text = "Tên (không dấu cũng được), email, số điện thoại"
    ordering = ["sort_key", "id"]
    readonly_fields = ["last_login", "date_joined", "notice_read_at"]
    filter_horizontal = ["user_permissions"]
    inlines = [GrantInline]
    fieldsets = [
        (None, {"fields": ["name", "email", "phone", "password"]}),
        ("Quyền vào trang quản trị", {"fields": ["is_active", "is_staff", "is_superuser", "user_permissions"]}),
        ("Thời điểm", {"fields": ["last_login", "date_joined", "notice_read_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["name", "email", "phone", "usable_password", "password1", "password2"]})]

    def get_search_results(self, request, queryset, search_term):
        found, distinct = super().get_search_results(request, queryset, search_term)
        if search_term:
            found = found | listing.search(queryset, search_term)
        return found, distinct


class InForceFilter(admin.SimpleListFilter):
    title = "hiệu lực"
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", "Đang hiệu lực"), ("no", "Chưa hoặc không còn")]

    def queryset(self, request, queryset):
        on_the_day = queryset.on(timezone.localdate())
        if self.value() == "yes":
            return on_the_day
        return queryset.exclude(pk__in=on_the_day.values("pk")) if self.value() == "no" else queryset


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "area", "during", "given_by"]
    list_filter = [InForceFilter, "role", "area__level"]
    list_select_related = ["user", "area", "given_by"]
    search_fields = ["user__name", "user__email", "user__phone", "area__name", "area__code"]
    raw_id_fields = ["user", "area", "given_by"]


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Read only: a link is made in the portal, because its token is known only then."""

    list_display = ["user", "invited_by", "created_at", "expires_at", "used_at"]
    list_select_related = ["user", "invited_by"]
    search_fields = ["user__name", "user__email", "user__phone"]
    date_hierarchy = "created_at"
    exclude = ["token_hash"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
