"""Pages of training classes and their lists."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area, Level
from cnscd_portal import history, listing
from members import trainings
from members.models import Attendance, Member, Training
from members.training_forms import TrainingFilter, TrainingForm
from members.views.people import visible_memberships
from teams.models import Team
from teams.places import choose_place, chosen_area
from teams.views import may_edit_somewhere, show_form

AREA_LEVELS = (Level.PROVINCE, Level.COMMUNE, Level.DISTRICT, Level.VILLAGE)
OFFERED = 50  # people offered for the list at a time


def find_training(request: HttpRequest, pk: int, *, to_edit: bool = False) -> Training:
    """The class, with `editable`; 404 where the user may not see it, 403 where they may not change it."""
    editable = Training.objects.of_area(scope(request.user, Right.EDIT)).filter(pk=OuterRef("pk"))
    visible = Training.objects.visible_to(request.user).select_related("area").annotate(editable=Exists(editable))
    training = get_object_or_404(visible, pk=pk)
    if to_edit and not training.editable:
        raise PermissionDenied
    return training


@require_safe
def training_list(request: HttpRequest) -> HttpResponse:
    form = TrainingFilter(request.GET)
    listed = Attendance.objects.filter(training=OuterRef("pk")).order_by().values("training")
    classes = (
        form.apply(Training.objects.visible_to(request.user))
        .select_related("area")
        .annotate(listed=Subquery(listed.annotate(number=Count("pk")).values("number")))
    )
    context = {
        "page": listing.page(request, classes, order=("-date", "-id")),
        "form": form,
        "active": form.set_values,
        "without_area": listing.keep_filters(request, area=None),
        "may_add": may_edit_somewhere(request.user),
    }
    return listing.render(request, "members/training_list.html", "members/training_rows.html", context)


@require_safe
def training_detail(request: HttpRequest, pk: int) -> HttpResponse:
    training = find_training(request, pk)
    everyone = training.attendances.all()
    seen = everyone
    # Who may read the class's own area may read its list; others read the people of their teams.
    if not scope(request.user, Right.READ_FACTS).covers(training.area_id):
        seen = everyone.filter(team__in=Team.objects.visible_to(request.user).values("pk"))
    rows = seen.select_related("member", "team").annotate(person=F("member__sort_key"))
    page = listing.page(request, rows, order=("person", "id"))
    listed = everyone.count()
    context = {
        "training": training,
        "page": page,
        "listed": listed,
        "differs": bool(listed and training.head_count is not None and training.head_count != listed),
        "may_list": training.editable and training.status == Training.Status.HELD,
    }
    return listing.render(request, "members/training_detail.html", "members/attendance_rows.html", context)


@require_safe
def training_history(request: HttpRequest, pk: int) -> HttpResponse:
    training = find_training(request, pk)
    back = reverse("members:training", args=[pk])
    # The list of a class is long and its own page shows it; each person's page shows their classes.
    return history.render(request, training, back=back)


def training_new(request: HttpRequest) -> HttpResponse:
    if not may_edit_somewhere(request.user):
        raise PermissionDenied
    area = chosen_area(request) or (None if "choose" in request.GET else _only_area(request))
    if area is None:
        return choose_place(request, title="Thêm lớp tập huấn: chọn nơi tổ chức", levels=AREA_LEVELS)
    form = TrainingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        training = form.attempt(lambda: trainings.plan(area=area, by=request.user, **form.values()))
        if training:
            messages.success(request, f"Đã thêm lớp {training.code}.")
            return redirect("members:training", training.pk)
    return show_form(
        request,
        form,
        title="Thêm lớp tập huấn",
        button="Thêm lớp",
        back=reverse("members:trainings"),
        area=area,
        change_area=f"{request.path}?choose=1",
    )


def training_edit(request: HttpRequest, pk: int) -> HttpResponse:
    training = find_training(request, pk, to_edit=True)
    form = TrainingForm(request.POST or None, training=training)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: trainings.change(training=training, by=request.user, **form.values()))
    ):
        messages.success(request, "Đã lưu.")
        return redirect("members:training", pk)
    title = f"Sửa lớp {training.code}"
    return show_form(request, form, title=title, button="Lưu", back=reverse("members:training", args=[pk]))


def attendance_new(request: HttpRequest, pk: int) -> HttpResponse:
    """People found by their name or their team, to be ticked."""
    training = find_training(request, pk, to_edit=True)
    people = Member.objects.visible_to(request.user)
    problem = ""
    if request.method == "POST":
        chosen = [int(value) for value in request.POST.getlist("member") if value.isdecimal() and len(value) <= 18]
        try:
            if not chosen:
                raise ValidationError("Chọn ít nhất một người.")
            new = trainings.attend(training=training, members=people.filter(pk__in=chosen[:500]), by=request.user)
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            messages.success(request, f"Đã thêm {new} người vào danh sách.")
            return redirect("members:attendance_new", pk)
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    if text.split():
        teams = Team.objects.matching(text).values("pk")
        people = people.filter(listing.search_condition(text) | Q(memberships__team__in=teams)).distinct()
    listed = Exists(training.attendances.filter(member=OuterRef("pk")))
    people = people.annotate(listed=listed).prefetch_related(visible_memberships(request.user))
    found = list(people.order_by("sort_key", "id")[: OFFERED + 1]) if text.split() else []
    context = {
        "training": training,
        "text": text,
        "found": found[:OFFERED],
        "more": len(found) > OFFERED,
        "problem": problem,
        "today": timezone.localdate(),
    }
    response = listing.render(request, "members/attendance_new.html", "members/attendance_choices.html", context)
    response.status_code = 422 if problem else 200
    return response


@require_POST
def attendance_remove(request: HttpRequest, pk: int) -> HttpResponse:
    attendance = get_object_or_404(Attendance.objects.select_related("member"), pk=pk)
    training = find_training(request, attendance.training_id, to_edit=True)
    trainings.take_off(attendance=attendance, by=request.user)
    messages.success(request, f"Đã bỏ {attendance.member.name} khỏi danh sách.")
    return redirect("members:training", training.pk)


def _only_area(request: HttpRequest) -> Area | None:
    """The user's one area, where they have one to write in: a clerk's commune, an officer's province."""
    found = scope(request.user, Right.EDIT)
    if found.everything or len(found.now) != 1:
        return None
    return Area.objects.filter(pk__in=found.now).first()
