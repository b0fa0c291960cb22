"""Areas in the admin site. Dates, names and the tree are changed by decrees (`areas.actions`) and only shown here; an
admin corrects positions and settles what an ended unit became."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from areas import actions, planning
from areas.changes import Part
from areas.errors import ReorganisationError
from areas.models import Area, AreaName, AreaParent, AreaSuccession


def written(bounds) -> str:
    """A date range in words: `từ 01/07/2025`, `đến trước 01/07/2025`, `luôn luôn`."""
    parts = []
    if bounds.lower:
        parts.append(f"từ {planning.written(bounds.lower)}")
    if bounds.upper:
        parts.append(f"đến trước {planning.written(bounds.upper)}")
    return " ".join(parts) or "luôn luôn"


class ValidityFilter(admin.SimpleListFilter):
    title = "hiệu lực"
    parameter_name = "validity"

    def lookups(self, request, model_admin):
        return [("today", "Đang có"), ("ended", "Đã kết thúc"), ("coming", "Sắp có")]

    def queryset(self, request, queryset):
        day = timezone.localdate()
        match self.value():
            case "today":
                return queryset.on(day)
            case "ended":
                return queryset.filter(valid__endswith__lte=day)
            case "coming":
                return queryset.filter(valid__startswith__gt=day)
        return queryset


class DisagreementFilter(admin.SimpleListFilter):
    title = "kế thừa"
    parameter_name = "sources"

    def lookups(self, request, model_admin):
        return [("differ", "Hai nguồn khác nhau"), ("split", "Đã chia, chưa có tỷ lệ")]

    def queryset(self, request, queryset):
        match self.value():
            case "differ":
                return queryset.filter(pk__in=AreaSuccession.objects.filter(agreed=False).values("predecessor"))
            case "split":
                unknown = AreaSuccession.objects.filter(predecessor=OuterRef("pk"), weight=None)
                split = unknown.order_by().values("predecessor").annotate(parts=Count("pk")).filter(parts__gt=1)
                return queryset.filter(Exists(split))
        return queryset


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class NameInline(ReadOnlyInline):
    model = AreaName
    fields = ["name", "kind", "time", "decree"]
    readonly_fields = ["time"]

    @admin.display(description="thời gian")
    def time(self, row):
        return written(row.during)


class ParentInline(ReadOnlyInline):
    model = AreaParent
    fk_name = "child"
    fields = ["parent", "time", "decree"]
    readonly_fields = ["time"]

    @admin.display(description="thời gian")
    def time(self, row):
        return written(row.during)


class PredecessionInline(ReadOnlyInline):
    model = AreaSuccession
    fk_name = "successor"
    verbose_name_plural = "gồm từ các đơn vị cũ"
    fields = ["predecessor", "date", "weight", "decree", "agreed"]


class SuccessionFormSet(forms.BaseInlineFormSet):
    """All successors of one ended unit, judged together as `areas.actions.settle` will judge them."""

    def parts(self) -> list[Part]:
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        return [Part(row["successor"], row["weight"]) for row in rows if not row.get("DELETE")]

    def decree(self) -> str:
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.has_changed()]
        return next((row["decree"] for row in rows if row.get("decree")), "")

    def clean(self):
        super().clean()
        if any(self.errors) or not self.has_changed():
            return
        if not self.decree():
            raise ValidationError("Nhập căn cứ vào dòng vừa sửa.")
        try:
            planning.check_settlement(self.instance, self.parts())
        except ReorganisationError as error:
            raise ValidationError(str(error)) from error


class SuccessionInline(admin.TabularInline):
    model = AreaSuccession
    fk_name = "predecessor"
    verbose_name_plural = "đã thành các đơn vị mới"
    formset = SuccessionFormSet
    fields = ["successor", "weight", "decree", "agreed"]
    readonly_fields = ["agreed"]
    raw_id_fields = ["successor"]
    extra = 0

    def has_add_permission(self, request, obj=None):
        return obj is not None and obj.valid.upper is not None and super().has_add_permission(request, obj)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    list_display = ["name", "level", "code", "time"]
    list_filter = ["level", ValidityFilter, DisagreementFilter]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["code"]  # names are found by get_search_results, without accents
    search_help_text = "Tên (không cần dấu) hoặc mã"
    ordering = ["level", "sort_key", "code"]
    fields = ["name", "kind", "level", "code", "time", "latitude", "longitude", "area_km2"]
    readonly_fields = ["name", "kind", "level", "code", "time"]
    inlines = [NameInline, ParentInline, SuccessionInline, PredecessionInline]

    @admin.display(description="thời gian tồn tại", ordering="valid")
    def time(self, area):
        return written(area.valid)

    def get_search_results(self, request, queryset, search_term):
        words = search_term.strip()
        if not words:
            return queryset, False
        named = Area.objects.named(words).values("pk")
        return queryset.filter(Q(pk__in=named) | Q(code=words)), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_formset(self, request, form, formset, change):
        if isinstance(formset, SuccessionFormSet):
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            if formset.has_changed():
                actions.settle(
                    predecessor=form.instance, parts=formset.parts(), decree=formset.decree(), by=request.user
                )
                self.message_user(request, "Đã ghi đơn vị kế thừa; số liệu sẽ được cộng lại.", messages.SUCCESS)
            return
        super().save_formset(request, form, formset, change)


class SettleForm(ActionForm):
    decree = forms.CharField(label="Căn cứ", required=False, max_length=200)


@admin.register(AreaSuccession)
class AreaSuccessionAdmin(admin.ModelAdmin):
    """What ended units became. Where two sources differ, the right rows are chosen here."""

    list_display = ["predecessor", "old_code", "successor", "new_code", "date", "weight", "agreed", "decree"]
    list_filter = ["agreed", "predecessor__level", "date"]
    list_select_related = ["predecessor", "successor"]
    list_per_page = 50
    list_display_links = None
    show_full_result_count = False
    search_fields = ["predecessor__code", "successor__code"]
    search_help_text = "Tên (không cần dấu) hoặc mã"
    ordering = ["predecessor__sort_key", "predecessor", "successor__sort_key"]
    actions = ["choose"]
    action_form = SettleForm

    @admin.display(description="mã cũ")
    def old_code(self, row):
        return row.predecessor.code

    @admin.display(description="mã mới")
    def new_code(self, row):
        return row.successor.code

    def get_search_results(self, request, queryset, search_term):
        words = search_term.strip()
        if not words:
            return queryset, False
        found = Area.objects.named(words).values("pk")
        by_code = Q(predecessor__code=words) | Q(successor__code=words)
        return queryset.filter(Q(predecessor__in=found) | Q(successor__in=found) | by_code), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Chọn các dòng này là đúng, bỏ các dòng khác của cùng đơn vị cũ")
    def choose(self, request, queryset):
        chosen: dict[Area, list[Part]] = {}
        for row in queryset.select_related("predecessor", "successor"):
            chosen.setdefault(row.predecessor, []).append(Part(row.successor, row.weight))
        try:
            with transaction.atomic():
                for predecessor, parts in chosen.items():
                    actions.settle(
                        predecessor=predecessor, parts=parts, decree=request.POST.get("decree", ""), by=request.user
                    )
        except ReorganisationError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"Đã chọn cho {len(chosen)} đơn vị cũ.", messages.SUCCESS)
