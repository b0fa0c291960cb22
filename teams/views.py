"""Pages of teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Level
from cnscd_portal import history, listing
from teams import actions, reading
from teams.forms import DissolveForm, MoveForm, TeamFilter, TeamForm
from teams.models import Team
from teams.places import choose_place, chosen_area

TEAM_LEVELS = (Level.VILLAGE, Level.COMMUNE, Level.DISTRICT)


def may_edit_somewhere(user: Any) -> bool:
    """Whether the user may add and change teams of some area."""
    return bool(scope(user, Right.EDIT))


def find_team(request: HttpRequest, pk: int, *, to_edit: bool = False) -> Team:
    """The team, with `editable` and its place; 404 where the user may not see it, 403 where they may not change it."""
    editable = Team.objects.within(scope(request.user, Right.EDIT)).filter(pk=OuterRef("pk"))
    teams = Team.objects.visible_to(request.user).with_place(timezone.localdate()).annotate(editable=Exists(editable))
    team = get_object_or_404(teams, pk=pk)
    if to_edit and not team.editable:
        raise PermissionDenied
    return team


@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    form = TeamFilter(request.GET)
    teams = form.apply(Team.objects.visible_to(request.user)).with_list_facts(timezone.localdate())
    page = listing.page(request, teams, order=("sort_key", "id"))
    context = {
        "page": page,
        "form": form,
        "active": form.set_values,
        "without_area": listing.keep_filters(request, area=None),
        "may_add": may_edit_somewhere(request.user),
    }
    return listing.render(request, "teams/list.html", "teams/list_rows.html", context)


@require_safe
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk)
    today = timezone.localdate()
    stays = list(team.places.select_related("area").order_by("-during"))
    context = {
        "team": team,
        "stays": stays,
        "members": reading.members(team, today),
        "months": reading.months(team, today),
        "trainings": reading.trainings(team),
        "sites": team.sites.order_by("sort_key")[:20],
        "chain": reading.chain(team),
        "may_reveal": bool(scope(request.user, Right.READ_PHONES)),
    }
    return render(request, "teams/detail.html", context)


@require_safe
def team_history(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk)
    return history.render(request, team, "places", "memberships", back=reverse("teams:detail", args=[pk]))


def team_new(request: HttpRequest) -> HttpResponse:
    """First the place, then the team: without `?area=` the page asks where it stands."""
    if not may_edit_somewhere(request.user):
        raise PermissionDenied
    area = chosen_area(request)
    if area is None:
        return choose_place(request, title="Thêm tổ: chọn nơi", levels=TEAM_LEVELS)
    form = TeamForm(request.POST or None, area=area)
    if request.method == "POST" and form.is_valid():
        team = form.attempt(lambda: actions.found(area=area, by=request.user, **form.values()))
        if team:
            messages.success(request, f"Đã thêm {team.name}. Thêm thành viên của tổ ở dưới.")
            return redirect("teams:detail", team.pk)
    back = reverse("teams:list")
    return show_form(request, form, title="Thêm tổ", button="Thêm tổ", back=back, area=area, change_area=request.path)


def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk, to_edit=True)
    form = TeamForm(request.POST or None, team=team)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: actions.change(team=team, by=request.user, **form.values()))
    ):
        messages.success(request, "Đã lưu.")
        return redirect("teams:detail", pk)
    return show_form(request, form, title=f"Sửa {team.name}", button="Lưu", back=reverse("teams:detail", args=[pk]))


def team_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk, to_edit=True)
    form = DissolveForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(
            lambda: actions.dissolve(
                team=team, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], by=request.user
            )
        )
    ):
        messages.success(request, f"{team.name} giải thể từ ngày {form.cleaned_data['on']:%d/%m/%Y}.")
        return redirect("teams:detail", pk)
    note = "Tổ thôi hoạt động từ ngày này. Thành viên, việc đã ghi và số liệu trước đó vẫn giữ."
    return show_form(
        request,
        form,
        title=f"Giải thể {team.name}",
        button="Giải thể tổ",
        back=reverse("teams:detail", args=[pk]),
        note=note,
        danger=True,
    )


@require_POST
def team_restore(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk, to_edit=True)
    try:
        actions.restore(team=team, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"Đã hoàn tác giải thể {team.name}.")
    return redirect("teams:detail", pk)


def team_move(request: HttpRequest, pk: int) -> HttpResponse:
    team = find_team(request, pk, to_edit=True)
    area = chosen_area(request)
    if area is None:
        return choose_place(request, title=f"Chuyển {team.name}: chọn nơi mới", levels=[Level(team.level)])
    form = MoveForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: actions.move(team=team, area=area, on=form.cleaned_data["on"], by=request.user))
    ):
        messages.success(request, f"{team.name} chuyển đến {area.name} từ ngày {form.cleaned_data['on']:%d/%m/%Y}.")
        return redirect("teams:detail", pk)
    return show_form(
        request,
        form,
        title=f"Chuyển {team.name}",
        button="Chuyển tổ",
        back=reverse("teams:detail", args=[pk]),
        area=area,
        change_area=request.path,
        note="Việc đã ghi trước ngày này vẫn thuộc nơi cũ.",
    )


def show_form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    """A form's page; 422 when it comes back with something to mend."""
    return render(request, "teams/form.html", {"form": form, **context}, status=422 if form.errors else 200)
