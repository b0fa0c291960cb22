"""Logging a piece of work: /activities/new/, what the user sees after sending, and taking it back at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Right
from accounts.scope import can_team, scope
from activities import actions
from activities.forms.log import LogForm
from activities.loggable import teams_for
from activities.models import Activity, DataElement, Status
from cnscd_portal.templatetags.vietnamese import moment
from teams.models import Team

# More teams than this are searched on the server: a list of 4,351 would weigh more than the whole page may.
LISTED_TEAMS = 150
FOUND_TEAMS = 50
LAST_LOGS = 10


def log_elements() -> list[DataElement]:
    return list(DataElement.objects.filter(source=DataElement.Source.LOG, active=True))


def kinds_used(user) -> list[str]:
    """The kinds of work that the user logs, the last used first."""
    own = Activity.objects.filter(entered_by=user).order_by()
    return list(own.values("kind").annotate(last=Max("entered_at")).order_by("-last").values_list("kind", flat=True))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The quick log. Who may log for very many teams first finds one."""
    if not scope(request.user, Right.LOG):
        raise PermissionDenied("Người ghi việc là tổ trưởng và cán bộ xã.")
    teams = teams_for(request.user)
    listed = list(teams[: LISTED_TEAMS + 1])
    team = _chosen(request, teams, listed)
    if not listed or (team is None and len(listed) > LISTED_TEAMS):
        return _choose_team(request, teams, any_team=bool(listed))
    last = list(
        Activity.objects.filter(entered_by=request.user).select_related("team").order_by("-entered_at")[:LAST_LOGS]
    )
    form = LogForm(
        request.POST if request.method == "POST" else None,
        teams=teams,
        elements=log_elements(),
        kinds_used=kinds_used(request.user),
        last=last[0] if last else None,
        team=team,
    )
    if request.method == "POST" and form.is_valid() and (sent := _send(request, form)):
        return sent
    context = {"form": form, "team": team, "last": last, "change_team": len(listed) > 1}
    return render(request, "activities/new.html", context)


def _chosen(request: HttpRequest, teams, listed: list[Team]) -> Team | None:
    """The only team, or the one that the address or the form names."""
    if len(listed) == 1:
        return listed[0]
    asked = request.GET.get("team", "") or (request.POST.get("team", "") if len(listed) > LISTED_TEAMS else "")
    return get_object_or_404(teams, pk=asked) if asked.isdecimal() and len(asked) < 19 else None


def _choose_team(request: HttpRequest, teams, *, any_team: bool) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = list(teams.matching(words)[: FOUND_TEAMS + 1]) if words else []
    context = {"words": words, "found": found[:FOUND_TEAMS], "more": len(found) > FOUND_TEAMS, "any_team": any_team}
    return render(request, "activities/choose_team.html", context)


def _send(request: HttpRequest, form: LogForm) -> HttpResponse | None:
    """Logs a valid form and goes on to the confirmation; None puts what was refused into the form."""
    began = timezone.now()
    try:
        activity = actions.log(
            team=form.cleaned_data["team"], uuid=form.cleaned_data["uuid"], by=request.user, **form.facts
        )
    except ValidationError as error:
        form.refuse(error)
        return None
    if activity.entered_at < began and not actions.is_same(activity, **form.facts):
        messages.warning(
            request, f"Việc này đã gửi lúc {moment(activity.entered_at)} với nội dung khác. Muốn đổi thì bấm Sửa."
        )
        return redirect("activities:activity", activity.pk)
    return redirect("activities:sent", activity.pk)


@require_GET
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """After sending: when, what, and the way to log again or take it back."""
    rows = Activity.objects.visible_to(request.user).select_related("team", "area")
    activity = get_object_or_404(rows, pk=pk)
    context = {
        "activity": activity,
        "values": activity.values.select_related("element").order_by("element__position"),
        "may_undo": _may_undo(request.user, activity),
        "again": f"?team={activity.team_id}",
    }
    return render(request, "activities/sent.html", context)


def _may_undo(user, activity: Activity) -> bool:
    """Who logged it may take it back while nobody has decided on it."""
    return activity.entered_by_id == user.pk and activity.status == Status.SUBMITTED


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what the user has just sent: it is voided, with that as its reason."""
    activity = get_object_or_404(Activity.objects.visible_to(request.user), pk=pk)
    if activity.status != Status.VOID:
        if not (_may_undo(request.user, activity) and can_team(request.user, Right.LOG, activity.team)):
            raise PermissionDenied("Việc đã được duyệt hoặc do người khác ghi. Mở việc đó rồi hủy với lý do.")
        actions.void(activity=activity, reason=actions.UNDO_REASON, by=request.user)
    return redirect("activities:sent", activity.pk)
