"""The journal: list, one activity, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Right
from accounts.scope import can, can_team, scope
from activities import actions, facts
from activities.forms.filters import ActivityFilter
from activities.forms.log import LogForm
from activities.forms.reasons import ReasonForm
from activities.models import Activity, Status
from activities.views.log import kinds_used, log_elements
from areas.models import AreaAncestry, Level
from cnscd_portal import history, listing

ORDER = ("-date", "-id")
WHO_LOGS = "Người sửa được là tổ trưởng và cán bộ xã."
WHO_APPROVES = "Người duyệt là chuyên viên tỉnh, huyện."


@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    """The activities that the user may read, the latest first; with `element` the rows behind a number."""
    form = ActivityFilter(request.GET)
    rows = form.apply(Activity.objects.visible_to(request.user))
    context: dict[str, Any] = {"form": form, "element": form.value("element")}
    if context["element"]:
        rows = facts.activity_amounts(rows, context["element"])
        context["total"] = facts.total(rows, context["element"])
    page = listing.page(request, with_commune(rows).select_related("team", "area", "entered_by"), order=ORDER)
    approves = scope(request.user, Right.APPROVE)
    context |= {
        "page": page,
        "area": form.value("area"),
        "team": form.value("team"),
        "may_log": bool(scope(request.user, Right.LOG)),
        "may_read": bool(scope(request.user, Right.READ_FACTS)),
        "may_approve": bool(approves) and any(row.status == Status.SUBMITTED for row in page),
        "without_place": listing.keep_filters(request, area=None, team=None, element=None, basis=None, counted=None),
    }
    return listing.render(request, "activities/list.html", "activities/list_rows.html", context)


def with_commune(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """Each row with `commune`: the name of its commune on the day, several where a split is not settled."""
    communes = (
        AreaAncestry.objects.filter(
            area=OuterRef("area"), during__contains=OuterRef("date"), ancestor__level=Level.COMMUNE
        )
        .order_by()
        .values("area")
        .annotate(names=StringAgg("ancestor__name", delimiter=" hoặc ", order_by="ancestor__sort_key"))
        .values("names")
    )
    return rows.annotate(commune=Subquery(communes[:1]))


def _found(request: HttpRequest, pk: int) -> Activity:
    rows = with_commune(Activity.objects.visible_to(request.user)).select_related("team", "area", "entered_by")
    return get_object_or_404(rows, pk=pk)


def _may_change(request: HttpRequest, activity: Activity) -> bool:
    return can_team(request.user, Right.LOG, activity.team)


@require_GET
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity: what, who, where, its numbers, what may be done with it."""
    found = _found(request, pk)
    living = found.status != Status.VOID
    may_decide = living and can(request.user, Right.APPROVE, found.area)
    context = {
        "activity": found,
        "values": found.values.select_related("element").order_by("element__position"),
        "may_change": living and _may_change(request, found),
        "may_approve": may_decide and found.status == Status.SUBMITTED,
        "may_give_back": may_decide and found.status in (Status.SUBMITTED, Status.APPROVED),
    }
    return render(request, "activities/detail.html", context)


@require_GET
def activity_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed the activity, when, and what."""
    found = _found(request, pk)
    return history.render(request, found, "values", back=f"/activities/{found.pk}/", section="activities")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an activity; it waits for approval again."""
    found = _found(request, pk)
    if not _may_change(request, found):
        raise PermissionDenied(WHO_LOGS)
    if found.status == Status.VOID:
        messages.warning(request, "Việc này đã hủy, không sửa được.")
        return redirect("activities:activity", pk)
    form = LogForm(
        request.POST if request.method == "POST" else None,
        teams=found.team.__class__.objects.filter(pk=found.team_id),
        elements=_elements_of(found),
        kinds_used=[found.kind, *(kind for kind in kinds_used(request.user) if kind != found.kind)],
        activity=found,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(activity=found, by=request.user, **form.facts)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Đã lưu. Việc chờ duyệt lại.")
            return redirect("activities:activity", pk)
    return render(request, "activities/edit.html", {"form": form, "activity": found})


def _elements_of(activity: Activity) -> list:
    """The elements that the form asks for now, and those of the activity that it no longer asks for."""
    asked = log_elements()
    kept = [row.element for row in activity.values.select_related("element")]
    return asked + [element for element in kept if element not in asked]


@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Voids an activity, on a page that names the consequence."""
    found = _found(request, pk)
    if not _may_change(request, found):
        raise PermissionDenied(WHO_LOGS)
    form = ReasonForm(request.POST if request.method == "POST" else None, label="Lý do hủy")
    if request.method == "POST" and form.is_valid():
        actions.void(activity=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "Đã hủy. Việc này không còn trong số liệu.")
        return redirect("activities:activity", pk)
    context = {
        "form": form,
        "activity": found,
        "values": found.values.select_related("element").order_by("element__position"),
    }
    return render(request, "activities/void.html", context)


@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns an activity to who wrote it, with a reason."""
    found = _found(request, pk)
    if not can(request.user, Right.APPROVE, found.area):
        raise PermissionDenied(WHO_APPROVES)
    form = ReasonForm(request.POST if request.method == "POST" else None, label="Lý do trả lại")
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_back(activity=found, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        else:
            messages.success(request, "Đã trả lại. Việc không được tính cho đến khi gửi lại.")
        return redirect("activities:activity", pk)
    return render(request, "activities/give_back.html", {"form": form, "activity": found})


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest) -> HttpResponse:
    """Approves the chosen activities, or all that wait in a filtered list after a page that says how many.

    POST `id`: the chosen ones. GET, and POST `all`: those of the list's filters in the address.
    """
    found = scope(request.user, Right.APPROVE)
    if not found:
        raise PermissionDenied(WHO_APPROVES)
    waiting = Activity.objects.visible_to(request.user).filter(found.rows(area="area"), status=Status.SUBMITTED)
    if request.method == "GET" or "all" in request.POST:
        waiting = ActivityFilter(request.GET).apply(waiting)
        if request.method == "GET":
            return _confirm(request, waiting)
    else:
        ids = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal() and len(pk) < 19]
        if not ids:
            messages.warning(request, "Chọn ít nhất một việc để duyệt.")
            return redirect(_back(request))
        waiting = waiting.filter(pk__in=ids)
    done = len(actions.approve(activities=waiting, by=request.user))
    if done:
        messages.success(request, f"Đã duyệt {done} việc.")
    else:
        messages.warning(request, "Không còn việc nào chờ duyệt trong các việc đã chọn.")
    return redirect(_back(request))


def _confirm(request: HttpRequest, waiting: QuerySet[Activity]) -> HttpResponse:
    rows = waiting.order_by()
    context = {
        "sums": rows.aggregate(count=Count("pk"), teams=Count("team", distinct=True), reached=Sum("reached")),
        "odd": waiting.exclude(reason="").select_related("team").order_by("-reached")[:20],
        "back": _back(request),
    }
    return render(request, "activities/approve.html", context)


def _back(request: HttpRequest) -> str:
    """The list with the filters that stand in the address."""
    query = request.GET.urlencode()
    return f"/activities/?{query}" if query else "/activities/"
