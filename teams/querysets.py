"""Reads of teams."""

from __future__ import annotations

import datetime

from django.db import models


class TeamQuerySet(models.QuerySet):
    def active_on(self, day: datetime.date) -> TeamQuerySet:
        """Teams that stand on the day: begun, and not dissolved."""
        return self.filter(active_from__lte=day).exclude(dissolved__lte=day)
