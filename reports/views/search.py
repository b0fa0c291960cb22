"""Finding an area by its name, accents or not."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.scope import areas_visible_to, standings
from areas.models import Area, AreaAncestry, Level
from reports.board import nearest_day

MOST = 30


@require_safe
def areas(request: SignedInRequest) -> HttpResponse:
    """Areas that a name may mean, each with what it is in; without a name the reader's own dashboard."""
    text = " ".join(request.GET.get("q", "").split())
    own = own_areas(request.user)
    if not text and len(own) == 1 and not request.htmx:
        return redirect("reports:dashboard", area_id=own[0].pk)
    found = find(request.user, text) if text else []
    context = {"q": text, "found": found, "more": len(found) == MOST, "own": own}
    response = render(request, "reports/parts/found.html" if request.htmx else "reports/areas.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def own_areas(user: Any) -> list[Area]:
    """Where the user's grants stand today, widest first; of a unit that ended without successor the unit itself."""
    ids = {pk for standing in standings(user) for pk in (standing.now or {standing.area_id})}
    return list(Area.objects.filter(pk__in=ids).order_by("level", "sort_key"))


def find(user: Any, text: str) -> list[Area]:
    """Areas that the user may open and whose name has the words: those of today first, widest first. Each has `within`,
    the units above it, which tells apart what bears one name.
    """
    today = timezone.localdate()
    lives = Q(valid__contains=today)
    rows: list[Any] = list(
        areas_visible_to(user)
        .filter(pk__in=Area.objects.named(text).values("pk"))
        .annotate(dead=Case(When(lives, then=Value(0)), default=Value(1), output_field=IntegerField()))
        .order_by("dead", "level", "sort_key", "code")[:MOST]
    )
    above = _above(rows, today)
    for row in rows:
        row.within = ", ".join(above.get(row.pk, []))
    return rows


def _above(rows: list[Area], today: datetime.date) -> dict[int, list[str]]:
    """Names of the units above each, narrowest first; of a unit that has ended, those of its last day."""
    named: dict[int, list[str]] = {}
    ancestry = (
        AreaAncestry.objects.alias(then=nearest_day(today))
        .filter(area__in=rows, during__contains=F("then"), ancestor__level__gt=Level.COUNTRY)
        .exclude(ancestor=F("area"))
        .order_by("-ancestor__level", "ancestor__sort_key")
        .values_list("area", "ancestor__name", "ancestor__valid")
    )
    for area_id, name, valid in ancestry:
        old = valid.upper is not None and valid.upper <= today
        named.setdefault(area_id, []).append(f"{name} (cũ)" if old else name)
    return named
