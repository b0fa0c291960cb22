"""Choosing a place: what a user may write in, found without accents, as links of a page that works without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import areas_visible_to, can, scope
from areas.labels import labels
from areas.models import Area, AreaAncestry, Level
from areas.querysets import AreaQuerySet
from cnscd_portal import listing
from cnscd_portal.listing import search_condition

SHOWN = 30


def choices(user: Any, *, level: int, text: str) -> AreaQuerySet:
    """Areas of the level that exist today, where the user may edit, whose own name or commune has every word of `text`.

    Each has `above`: the name of what it lies in ("Xã A hoặc Xã B" where a split is not settled).
    """
    today = timezone.localdate()
    found = scope(user, Right.EDIT)
    areas = Area.objects.on(today).filter(level=level)
    if not found.everything:
        areas = areas.filter(pk__in=found.areas)
    for word in text.split()[:8]:
        wider = Area.objects.filter(search_condition(word), level__gte=Level.DISTRICT, level__lt=level).values("pk")
        below = AreaAncestry.objects.filter(ancestor__in=wider, during__contains=today).values("area")
        areas = areas.filter(Q(search_condition(word)) | Q(pk__in=below))
    return areas.annotate(above=Subquery(above(today, OuterRef("pk"), level))).order_by("sort_key", "id")


def above(day: Any, area: Any, level: int) -> Any:
    """The name of the area's commune (of its province, for a commune) on the day, as a subquery."""
    wanted = Level.COMMUNE if level == Level.VILLAGE else Level.PROVINCE
    return (
        AreaAncestry.objects.filter(area=area, during__contains=day, ancestor__level=wanted)
        .order_by()
        .values("area")
        .annotate(names=StringAgg("ancestor__name", delimiter=" hoặc ", order_by="ancestor__sort_key"))
        .values("names")[:1]
    )


def chosen_area(request: HttpRequest) -> Area | None:
    """The area of `?area=`: 404 where the user sees nothing, 403 where they may not write."""
    asked = request.GET.get("area", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    area = get_object_or_404(areas_visible_to(request.user), pk=asked)
    if not can(request.user, Right.EDIT, area):
        raise PermissionDenied
    return area


def choose_place(request: HttpRequest, *, title: str, levels: Sequence[Level]) -> HttpResponse:
    """A page of places of one of the levels (the first unless `?level=` says another), each a link with `?area=`."""
    asked = {str(level.value): level for level in levels}.get(request.GET.get("level", ""), levels[0])
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    found = list(choices(request.user, level=asked, text=text)[: SHOWN + 1])
    # Merged communes have several “Thôn 1”: the label tells which, by the commune it was made in.
    named = labels([area.pk for area in found[:SHOWN]])
    for area in found[:SHOWN]:
        area.label = named[area.pk]
    context = {
        "title": title,
        "text": text,
        "level": asked,
        "levels": levels if len(levels) > 1 else [],
        "found": found[:SHOWN],
        "more": len(found) > SHOWN,
    }
    return listing.render(request, "teams/place.html", "teams/place_rows.html", context)
