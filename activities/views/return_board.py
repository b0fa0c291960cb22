"""The list of returns, who has not sent one, and the decisions of those who approve."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Right
from accounts.scope import can, scope
from activities import facts, receipts, returns
from activities.forms.filters import ReturnFilter
from activities.forms.returns import GiveBackForm
from activities.models import Return, Status
from activities.periods import Period, due_on, latest_ended
from activities.views.returns import communes_of, found_return
from areas.labels import labels
from areas.models import Area, Level
from cnscd_portal import history, listing

ORDER = ("-due", "-id")
WHO_APPROVES = "Người duyệt là chuyên viên tỉnh, huyện."


@require_GET
def return_list(request: HttpRequest) -> HttpResponse:
    """The returns that the user may read; with `element` the rows behind a number."""
    form = ReturnFilter(request.GET)
    rows = form.apply(Return.objects.visible_to(request.user))
    context: dict[str, Any] = {"form": form, "element": form.value("element"), "area": form.value("area")}
    if context["element"]:
        rows = facts.return_amounts(rows, context["element"])
        context["total"] = facts.total(rows, context["element"])
    rows = rows.annotate(filled=Count("values")).select_related("area") if not context["element"] else rows
    page = listing.page(request, rows.select_related("area"), order=ORDER)
    places = labels({row.area_id for row in page})
    for row in page:
        row.named, row.place = receipts.period_of(row), places[row.area_id]
    may_enter = bool(scope(request.user, Right.EDIT))
    few = list(communes_of(request.user)[:2]) if may_enter else []
    approves = bool(scope(request.user, Right.APPROVE))
    context |= {
        "page": page,
        "may_enter": may_enter,
        "may_read": bool(scope(request.user, Right.READ_FACTS)),
        "may_approve": approves and any(row.status == Status.SUBMITTED for row in page),
        "due": _due(few[0]) if len(few) == 1 else None,
        "board": _board(request, form) if len(few) != 1 and not context["element"] else None,
        "without_place": listing.keep_filters(
            request, area=None, element=None, basis=None, counted=None, calendar=None, to=None, **{"from": None}
        ),
    }
    return listing.render(request, "activities/returns/list.html", "activities/returns/list_rows.html", context)


def _due(area: Area) -> dict[str, Any]:
    """What waits for the clerk of one commune: the return of the last month that is over."""
    period = latest_ended(timezone.localdate())
    return {
        "area": area,
        "period": period,
        "on": due_on(period),
        "left": (due_on(period) - timezone.localdate()).days,
        "report": returns.find(area, period),
    }


def _communes(request: HttpRequest, period: Period):
    """Communes whose facts the user reads and that owe a return of the period: those valid on its last day (F12)."""
    readable = scope(request.user, Right.READ_FACTS).rows(area="pk")
    return Area.objects.on(period.end).filter(readable, level=Level.COMMUNE)


def _board(request: HttpRequest, form: ReturnFilter) -> dict[str, Any]:
    """How many communes have sent the return of a period, on time and late."""
    period = form.named_period or latest_ended(timezone.localdate())
    owing = _communes(request, period)
    sent = Return.objects.counted().filter(
        area__in=owing.values("pk"), calendar=period.calendar, period=period.dates, estimate=False
    )
    counts = sent.aggregate(
        sent=Count("area", distinct=True),
        late=Count("area", distinct=True, filter=Q(submitted_at__date__gt=due_on(period))),
    )
    communes = owing.count()
    return {
        "period": period,
        "communes": communes,
        "sent": counts["sent"],
        "late": counts["late"],
        "missing": communes - counts["sent"],
        "due": due_on(period),
    }


@require_GET
def missing(request: HttpRequest) -> HttpResponse:
    """The communes that have not sent the return of a period (?period=, default: the last month that is over)."""
    form = ReturnFilter(request.GET)
    period = form.named_period or latest_ended(timezone.localdate())
    sent = Return.objects.filter(calendar=period.calendar, period=period.dates, estimate=False)
    communes = _communes(request, period).exclude(pk__in=sent.counted().values("area"))
    page = listing.page(request, communes, order=("sort_key", "id"))
    begun = {row.area_id: row for row in sent.filter(area__in=[area.pk for area in page])}
    places = labels([area.pk for area in page])
    for area in page:
        area.report, area.label = begun.get(area.pk), places[area.pk]
    context = {
        "page": page,
        "period": period,
        "due": due_on(period),
        "link": request.build_absolute_uri(f"/returns/new/?period={period.token}"),
    }
    return listing.render(request, "activities/returns/missing.html", "activities/returns/missing_rows.html", context)


@require_GET
def return_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed the return, when, and what."""
    found = found_return(request, pk)
    return history.render(request, found, "values", back=f"/returns/{found.pk}/", section="returns")


@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Approves the chosen returns that wait for it."""
    found = scope(request.user, Right.APPROVE)
    if not found:
        raise PermissionDenied(WHO_APPROVES)
    ids = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal() and len(pk) < 19]
    waiting = Return.objects.visible_to(request.user).filter(found.rows(area="area"), pk__in=ids)
    done = returns.approve(reports=waiting, by=request.user)
    if done:
        messages.success(request, f"Đã duyệt {len(done)} báo cáo.")
    else:
        messages.warning(request, "Chọn ít nhất một báo cáo đang chờ duyệt.")
    query = request.GET.urlencode()
    return redirect(f"/returns/?{query}" if query else "/returns/")


@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns it to the commune with a reason."""
    report = found_return(request, pk)
    if not can(request.user, Right.APPROVE, report.area):
        raise PermissionDenied(WHO_APPROVES)
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            returns.give_back(report=report, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        else:
            messages.success(request, "Đã trả lại. Báo cáo không được tính cho đến khi gửi lại.")
        return redirect("activities:return", pk)
    context = {"form": form, "report": report, "period": receipts.period_of(report)}
    return render(request, "activities/returns/give_back.html", context)
