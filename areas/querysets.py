"""Reads of areas by day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q, Value

from areas.text import SearchKey

if TYPE_CHECKING:
    from areas.models import Area


class AreaQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> AreaQuerySet:
        """Units that exist on the day."""
        return self.filter(valid__contains=day)

    def under(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """Units that exist on the day and count towards `area` on it, wholly, partly or perhaps; `area` included.

        An ended area goes on in what it became, so nothing stands under it; ask for its successors.
        """
        return self.on(day).filter(descendants_on(area.pk, day))

    def counting_towards(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """As `under`, with units that have ended or are to come: all whose facts count towards `area` on the day."""
        return self.filter(descendants_on(area.pk, day))

    def children_of(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """Units that exist on the day and stand directly under `area` on it.

        Villages of an ended commune stand under every commune of the day that they may be in (A4).
        """
        from areas.models import Level

        if area.level >= Level.COMMUNE:
            return self.under(area, day).filter(level=Level.VILLAGE).exclude(pk=area.pk)
        return self.on(day).filter(parent_edges__parent=area, parent_edges__during__contains=day)

    def ancestors_of(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """Areas towards which `area` counts on the day, widest first; itself included while it is valid and before."""
        return self.filter(descent__area=area, descent__during__contains=day).order_by("level", "sort_key")

    def roots(self, day: datetime.date) -> AreaQuerySet:
        """Units of the day that stand under no other: the country."""
        from areas.models import AreaParent

        edges = AreaParent.objects.filter(child=models.OuterRef("pk"), during__contains=day)
        return self.on(day).filter(~models.Exists(edges))

    def by_code(self, code: str, day: datetime.date, *, level: int | None = None) -> AreaQuerySet:
        """The unit that bears the code on the day; at most one at a level."""
        found = self.on(day).filter(code=code)
        return found if level is None else found.filter(level=level)

    def successors_of(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """What the area is on the day: itself while it is valid, else what followed it, step by step."""
        from areas.succession import successors_on

        return self.filter(pk__in=successors_on([area.pk], day)[area.pk])

    def named(self, words: str) -> AreaQuerySet:
        """Units whose name, of today or earlier, holds the words, whatever their case and accents."""
        from areas.models import AreaName

        key = SearchKey(Value(" ".join(words.split())))
        earlier = AreaName.objects.annotate(key=key).filter(search__contains=F("key")).values("area")
        return self.annotate(key=key).filter(Q(search__contains=F("key")) | Q(pk__in=earlier))

    def in_order(self) -> AreaQuerySet:
        """Vietnamese order of names."""
        return self.order_by("sort_key", "code")


def descendants_on(area_id: int, day: datetime.date) -> Q:
    """The condition that an area counts towards `area_id` on the day. A pair's ranges never overlap: no row doubles."""
    return Q(ancestry__ancestor=area_id, ancestry__during__contains=day)
