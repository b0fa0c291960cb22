"""Sites: list, one site, form. A site belongs to the area where it stands."""

from __future__ import annotations

import pghistory
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Right
from accounts.scope import can, scope
from activities.forms.filters import SiteFilter
from activities.forms.sites import SiteForm
from activities.models import Site
from areas.models import Level
from cnscd_portal import history, listing
from teams.places import choose_place, chosen_area

WHO_EDITS = "Người sửa được là cán bộ xã."


@require_GET
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites that the user may read, in Vietnamese order."""
    form = SiteFilter(request.GET)
    rows = form.apply(Site.objects.visible_to(request.user)).select_related("area", "team")
    page = listing.page(request, rows, order=("sort_key", "id"))
    context = {
        "form": form,
        "page": page,
        "area": form.value("area"),
        "team": form.value("team"),
        "may_edit": bool(scope(request.user, Right.EDIT)),
        "may_read": bool(scope(request.user, Right.READ_FACTS)),
        "today": timezone.localdate(),
        "without_place": listing.keep_filters(request, area=None, team=None),
    }
    return listing.render(request, "activities/sites/list.html", "activities/sites/list_rows.html", context)


def _found(request: HttpRequest, pk: int) -> Site:
    rows = Site.objects.visible_to(request.user).select_related("area", "team")
    return get_object_or_404(rows, pk=pk)


@require_GET
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """One site."""
    found = _found(request, pk)
    today = timezone.localdate()
    context = {
        "site": found,
        "stands": found.since <= today and (found.until is None or today < found.until),
        "may_edit": can(request.user, Right.EDIT, found.area),
    }
    return render(request, "activities/sites/detail.html", context)


@require_GET
def site_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed the site, when, and what."""
    found = _found(request, pk)
    return history.render(request, found, back=f"/sites/{found.pk}/", section="sites")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new site; without ?area= first where it stands."""
    if not scope(request.user, Right.EDIT):
        raise PermissionDenied(WHO_EDITS)
    area = chosen_area(request)
    if area is None:
        return choose_place(request, title="Điểm này ở đâu?", levels=[Level.VILLAGE, Level.COMMUNE])
    return _form(request, Site(area=area, since=timezone.localdate()))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a site."""
    found = _found(request, pk)
    if not can(request.user, Right.EDIT, found.area):
        raise PermissionDenied(WHO_EDITS)
    return _form(request, found)


def _form(request: HttpRequest, found: Site) -> HttpResponse:
    form = SiteForm(request.POST if request.method == "POST" else None, instance=found, area=found.area)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic(), pghistory.context(user=request.user.pk):
            saved = form.save()
        messages.success(request, "Đã lưu.")
        return redirect("activities:site", saved.pk)
    return render(request, "activities/sites/form.html", {"form": form, "site": found})
