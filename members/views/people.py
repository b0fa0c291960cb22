"""Pages of people: list, detail, forms, and the phone number behind its mask."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.roles import Right
from accounts.scope import scope
from cnscd_portal import history, listing
from members import actions
from members.forms import JoinForm, MemberFilter, MembershipForm, PersonForm, ReformForm
from members.models import Attendance, Member, Membership, PhoneReveal, Training
from teams import reading
from teams.models import Team
from teams.views import find_team, show_form


def find_member(request: HttpRequest, pk: int, *, to_edit: bool = False) -> Member:
    """The person, with `editable`; 404 where the user may not see them, 403 where they may not change them."""
    editable = Member.objects.within(scope(request.user, Right.EDIT)).filter(pk=OuterRef("pk"))
    member = get_object_or_404(Member.objects.visible_to(request.user).annotate(editable=Exists(editable)), pk=pk)
    if to_edit and not member.editable:
        raise PermissionDenied
    return member


def visible_memberships(user: Any) -> Prefetch:
    """Memberships of teams that the user may see, open ones first, as `shown_memberships`."""
    rows = Membership.objects.filter(team__in=Team.objects.visible_to(user).values("pk")).select_related("team")
    return Prefetch("memberships", rows.order_by("-left", "-joined", "-id"), to_attr="shown_memberships")


@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    form = MemberFilter(request.GET)
    held = Attendance.objects.filter(member=OuterRef("pk"), training__status=Training.Status.HELD)
    classes = held.order_by().values("member").annotate(number=Count("pk")).values("number")
    members = form.apply(Member.objects.visible_to(request.user))
    members = members.annotate(classes=Subquery(classes)).prefetch_related(visible_memberships(request.user))
    context = {
        "page": listing.page(request, members, order=("sort_key", "id")),
        "form": form,
        "active": form.set_values,
        "without_place": listing.keep_filters(request, area=None, team=None),
        "may_reveal": bool(scope(request.user, Right.READ_PHONES)),
        "today": timezone.localdate(),
    }
    return listing.render(request, "members/list.html", "members/list_rows.html", context)


@require_safe
def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    member = find_member(request, pk)
    context = {
        "member": member,
        "memberships": Membership.objects.filter(
            member=member, team__in=Team.objects.visible_to(request.user).values("pk")
        )
        .select_related("team")
        .order_by("-left", "-joined", "-id"),
        "attendances": member.attendances.select_related("training").order_by("-training__date", "-id")[:50],
        "may_reveal": bool(scope(request.user, Right.READ_PHONES)),
    }
    return render(request, "members/detail.html", context)


@require_safe
def member_history(request: HttpRequest, pk: int) -> HttpResponse:
    member = find_member(request, pk)
    return history.render(request, member, "memberships", back=reverse("members:detail", args=[pk]))


def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    member = find_member(request, pk, to_edit=True)
    form = PersonForm(request.POST or None, member=member)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: actions.change(member=member, by=request.user, **form.person()))
    ):
        messages.success(request, "Đã lưu.")
        return redirect("members:detail", pk)
    return show_form(request, form, title=f"Sửa {member.name}", button="Lưu", back=reverse("members:detail", args=[pk]))


def member_new(request: HttpRequest, team_pk: int) -> HttpResponse:
    team = find_team(request, team_pk, to_edit=True)
    if team.dissolved:
        messages.error(request, "Tổ đã giải thể, không thêm thành viên được.")
        return redirect("teams:detail", team_pk)
    visible = Member.objects.visible_to(request.user)
    form = JoinForm(request.POST or None, team=team, visible=visible)
    if request.method == "POST" and form.is_valid():
        joined = form.attempt(
            lambda: actions.join(team=team, member=form.chosen(), person=form.person(), by=request.user, **form.posts())
        )
        if joined:
            messages.success(request, f"Đã thêm {joined.member.name} vào {team.name}.")
            return redirect("teams:detail", team_pk)
    title = f"Thêm thành viên vào {team.name}"
    back = reverse("teams:detail", args=[team_pk])
    return show_form(request, form, title=title, button="Thêm thành viên", back=back)


def membership_edit(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("member", "team"), pk=pk)
    team = find_team(request, membership.team_id, to_edit=True)
    form = MembershipForm(request.POST or None, membership=membership)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: actions.change_membership(membership=membership, by=request.user, **form.posts()))
    ):
        left = form.cleaned_data["left"]
        told = f"{membership.member.name} rời tổ từ ngày {left:%d/%m/%Y}." if left else "Đã lưu."
        messages.success(request, told)
        return redirect("teams:detail", team.pk)
    title = f"{membership.member.name}, {team.name}"
    return show_form(request, form, title=title, button="Lưu", back=reverse("teams:detail", args=[team.pk]))


def team_reform(request: HttpRequest, team_pk: int) -> HttpResponse:
    team = find_team(request, team_pk, to_edit=True)
    memberships = list(reading.members(team, timezone.localdate()).filter(left__isnull=True))
    form = ReformForm(request.POST or None, team=team, memberships=memberships)
    if request.method == "POST" and form.is_valid():
        new = form.attempt(
            lambda: actions.reform(
                team=team,
                on=form.cleaned_data["on"],
                name=form.cleaned_data["name"],
                decision_number=form.cleaned_data["decision_number"],
                decision_date=form.cleaned_data["decision_date"],
                staying=form.staying(),
                joining=form.joining(),
                by=request.user,
            )
        )
        if new:
            messages.success(request, f"Đã kiện toàn. Đây là tổ mới, từ ngày {new.established:%d/%m/%Y}.")
            return redirect("teams:detail", new.pk)
    context = {"form": form, "team": team}
    return render(request, "members/reform.html", context, status=422 if form.errors else 200)


@never_cache
def member_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks what for; a POST writes that down and shows the number once. `?masked=1` gives the mask back."""
    member = find_member(request, pk)
    allowed = Member.objects.within(scope(request.user, Right.READ_PHONES)).filter(pk=pk).exists()
    if not allowed:
        raise PermissionDenied
    context = {"member": member, "purposes": PhoneReveal.Purpose, "may_reveal": True, "error": ""}
    if "masked" in request.GET:
        return listing.render(request, "members/phone_page.html", "members/phone_masked.html", context)
    if request.method == "POST":
        try:
            actions.reveal_phone(member=member, purpose=request.POST.get("purpose", ""), by=request.user)
        except ValidationError:
            context["error"] = "Chọn mục đích xem số."
        else:
            context |= {"shown": True, "times": actions.reveals_today(request.user)}
    fragment = "members/phone_shown.html" if context.get("shown") else "members/phone_ask.html"
    return listing.render(request, "members/phone_page.html", fragment, context)
