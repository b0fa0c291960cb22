"""Reads of areas by day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from areas.models import Area


class AreaQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> AreaQuerySet:
        """Units that exist on the day."""
        return self.filter(valid__contains=day)

    def under(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """Units that exist on the day and count towards `area` on it, wholly, partly or perhaps; `area` included."""
        return self.on(day).filter(ancestry__ancestor=area, ancestry__during__contains=day)

    def ancestors_of(self, area: Area, day: datetime.date) -> AreaQuerySet:
        """Areas towards which `area` counts on the day, widest first; itself included while it is valid."""
        return self.filter(descent__area=area, descent__during__contains=day).order_by("level", "sort_key")
