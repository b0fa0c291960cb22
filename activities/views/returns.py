"""A commune's return: the form that is due, review, sending, receipt."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Right
from accounts.scope import can, scope
from activities import checks, receipts, returns
from activities.forms.returns import ReturnForm, by_pillar, elements_for, sort_by_pillar
from activities.models import Return, Status
from activities.periods import Calendar, Period, due_on, latest_ended
from areas.labels import labels
from areas.models import Area, Level
from cnscd_portal import listing

WHO_EDITS = "Người nhập báo cáo là cán bộ xã."
FOUND_COMMUNES = 50


def found_return(request: HttpRequest, pk: int) -> Return:
    rows = Return.objects.visible_to(request.user).select_related("area", "entered_by")
    return get_object_or_404(rows, pk=pk)


def communes_of(user):
    """Communes of today whose return the user may enter, in Vietnamese order."""
    found = scope(user, Right.EDIT)
    today = timezone.localdate()
    return Area.objects.on(today).filter(found.rows(area="pk"), level=Level.COMMUNE).order_by("sort_key", "id")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The return that is due, of the user's only commune; who has several first finds one.

    ?area= (id), ?period= (2026-09), ?estimate=1 name another one. One that exists already is opened instead.
    """
    if not scope(request.user, Right.EDIT):
        raise PermissionDenied(WHO_EDITS)
    area = _area(request)
    if area is None:
        return _choose_commune(request)
    if not can(request.user, Right.EDIT, area):
        raise PermissionDenied(WHO_EDITS)
    period, estimate = _period(request), request.GET.get("estimate") == "1"
    if report := returns.find(area, period, estimate=estimate):
        return redirect("activities:return-edit" if report.status in returns.OPEN else "activities:return", report.pk)
    try:
        returns.check_period(area, period)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("activities:return-list")
    # Not saved until something is typed: looking at a form makes no row.
    report = Return(area=area, calendar=period.calendar, kind=period.kind, period=period.dates, estimate=estimate)
    report.due = due_on(period, estimate=estimate)
    return _form(request, report, period)


def _area(request: HttpRequest) -> Area | None:
    """The commune that the address names, else the user's only one."""
    asked = request.GET.get("area", "")
    if asked:
        if not (asked.isdecimal() and len(asked) < 19):
            raise Http404
        readable = scope(request.user, Right.READ_FACTS).rows(area="pk")
        return get_object_or_404(Area.objects.filter(readable, level=Level.COMMUNE), pk=asked)
    few = list(communes_of(request.user)[:2])
    return few[0] if len(few) == 1 else None


def _period(request: HttpRequest) -> Period:
    token = request.GET.get("period", "")
    if not token:
        return latest_ended(timezone.localdate())
    try:
        return Period.parse(token, request.GET.get("calendar") or Calendar.STATUTORY)
    except ValueError as error:
        raise Http404(str(error)) from error


def _choose_commune(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    communes = listing.search(communes_of(request.user), words)
    found = list(communes[: FOUND_COMMUNES + 1])
    context = {
        "words": words,
        "found": found[:FOUND_COMMUNES],
        "more": len(found) > FOUND_COMMUNES,
        "period": _period(request),
    }
    return render(request, "activities/returns/choose_commune.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a return that is open: a draft, or one that was given back."""
    report = found_return(request, pk)
    if not can(request.user, Right.EDIT, report.area):
        raise PermissionDenied(WHO_EDITS)
    if report.status not in returns.OPEN:
        messages.warning(request, "Báo cáo đã gửi, không sửa được. Đề nghị cấp trên trả lại để sửa.")
        return redirect("activities:return", pk)
    return _form(request, report, receipts.period_of(report))


def _form(request: HttpRequest, report: Return, period: Period) -> HttpResponse:
    """Shows the form, or saves what was typed and goes on: `save` stays, `review` shows what will be sent."""
    saved = report.pk is not None
    form = ReturnForm(
        request.POST if request.method == "POST" else None,
        elements=elements_for(report if saved else None),
        previous=returns.previous(report.area, period),
        entries=returns.entries_of(report) if saved else {},
        note=report.note,
    )
    if request.method == "POST" and form.is_valid():
        try:
            if not saved:
                report = returns.start(area=report.area, period=period, estimate=report.estimate, by=request.user)
            returns.save(report=report, entries=form.entries, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            if "review" in request.POST:
                return redirect("activities:return-review", report.pk)
            messages.success(request, f"Đã lưu nháp lúc {timezone.localtime():%H:%M}. Chưa gửi.")
            return redirect("activities:return-edit", report.pk)
    context = {"form": form, "report": report, "period": period, "left": _left(report)}
    return render(request, "activities/returns/form.html", context)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What is filled, changed and odd, before it is sent; POST sends it."""
    report = found_return(request, pk)
    if not can(request.user, Right.EDIT, report.area):
        raise PermissionDenied(WHO_EDITS)
    if report.status not in returns.OPEN:
        return redirect("activities:return", pk)
    problems: list[str] = []
    if request.method == "POST":
        try:
            returns.submit(report=report, by=request.user)
        except ValidationError as error:
            problems = error.messages
        else:
            return redirect("activities:return-receipt", pk)
    context = _read(report) | {"problems": problems}
    return render(request, "activities/returns/review.html", context)


def _left(report: Return) -> int:
    """Days until the return is due, negative where that is past."""
    return (report.due - timezone.localdate()).days


def _read(report: Return) -> dict[str, Any]:
    """A return for reading: its rows by pillar, with the period before, the change and what is asked about."""
    period = receipts.period_of(report)
    before = returns.previous(report.area, period)
    elements = {element.code: element for element in sort_by_pillar(elements_for(report))}
    entries = returns.entries_of(report)
    blocks = checks.impossible(entries, elements)
    asks = {} if report.status == Status.APPROVED else checks.odd(entries, before, elements)
    rows = [
        _ReadRow(element, entries.get(code), before.get(code), blocks.get(code, ""), asks.get(code, ""))
        for code, element in elements.items()
    ]
    return {
        "report": report,
        "period": period,
        "sections": by_pillar(rows),
        "filled": len(entries),
        "empty": [row.element for row in rows if row.entry is None],
        "unanswered": [row for row in rows if row.unanswered],
        "repeated": checks.repeated(entries, before) if report.status in returns.OPEN else "",
        "left": _left(report),
    }


class _ReadRow:
    """One element of a return for reading."""

    def __init__(self, element, entry, previous, blocked: str, asked: str) -> None:
        self.element, self.entry, self.previous = element, entry, previous
        self.blocked, self.asked = blocked, asked
        self.change = entry.value - previous if entry is not None and previous is not None else None

    @property
    def unanswered(self) -> bool:
        return bool(self.blocked or (self.asked and not self.entry.reason))


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One return: its state, its figures beside those of the period before, what may be done with it."""
    found = found_return(request, pk)
    may_decide = can(request.user, Right.APPROVE, found.area)
    context = _read(found) | {
        "place": labels([found.area_id])[found.area_id],
        "may_edit": found.status in returns.OPEN and can(request.user, Right.EDIT, found.area),
        "may_approve": may_decide and found.status == Status.SUBMITTED,
        "may_give_back": may_decide and found.status in (Status.SUBMITTED, Status.APPROVED),
    }
    return render(request, "activities/returns/detail.html", context)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of sending, on one sheet of A4. Nothing was sent: not found."""
    found = found_return(request, pk)
    if not found.submissions or found.submitted_at is None or found.status in returns.OPEN:
        raise Http404
    late = (timezone.localdate(found.submitted_at) - found.due).days
    # TT 02/2023/TT-BTTTT gives the one who adds up a day more than the unit that reports.
    decided_by = found.due + datetime.timedelta(days=1)
    context = {
        "report": found,
        "period": receipts.period_of(found),
        "number": receipts.number_of(found),
        "holds": found.fingerprint == receipts.fingerprint(found),
        "late": max(late, 0),
        "decided_by": decided_by,
        "decision_late": decided_by < timezone.localdate(),
        "address": request.build_absolute_uri(),
    }
    return render(request, "activities/returns/receipt.html", context)
