"""Reads of activities, returns and sites: what a user may see, and what counts towards an area."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area, AreaAncestry

if TYPE_CHECKING:
    from accounts.models import User


def counting_towards(area: Area, day) -> models.QuerySet:
    """Ancestry rows that take a fact to `area` on `day` (an expression or a date), for the fact's OuterRef("area")."""
    return AreaAncestry.objects.filter(ancestor=area, area_id=models.OuterRef("area_id"), during__contains=day)


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ActivityQuerySet:
        """The rows that the user may read; none without a grant."""
        return self.filter(scope(user, Right.READ_FACTS).rows(area="area", team_level="team__level"))

    def counted(self) -> ActivityQuerySet:
        """Those that figures count: submitted and approved (F8)."""
        return self.filter(status__in=("submitted", "approved"))

    def towards(self, area: Area, *, today: bool = False) -> ActivityQuerySet:
        """Those that count towards the area: on their own day, or (`today`) under the boundaries of today.

        Each row gets `share`: the part of it that counts there, null where nobody knows (figures A2).
        """
        day = timezone.localdate() if today else models.OuterRef("date")
        ancestry = counting_towards(area, day)
        # The plain IN lets the planner start from the area's few descendants; the subquery alone would run per row.
        below = AreaAncestry.objects.filter(ancestor=area).values("area_id")
        return self.filter(models.Exists(ancestry), area_id__in=below).annotate(
            share=models.Subquery(ancestry.values("share")[:1])
        )


class ReturnQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReturnQuerySet:
        """The returns of the communes whose facts the user may read. A team leader's grant covers teams only."""
        return self.filter(scope(user, Right.READ_FACTS).rows(area="area"))

    def counted(self) -> ReturnQuerySet:
        """Those that figures count: submitted and approved (F8)."""
        return self.filter(status__in=("submitted", "approved"))

    def with_posting_day(self) -> ReturnQuerySet:
        """Each row with `posted`: the earlier of its period's last day and its area's last day (F2)."""
        ends = Func(
            Func(F("period"), function="upper"),
            Func(F("area__valid"), function="upper"),
            function="LEAST",
            output_field=models.DateField(),
        )
        return self.annotate(
            posted=models.ExpressionWrapper(
                ends - models.Value(datetime.timedelta(days=1)), output_field=models.DateField()
            )
        )

    def towards(self, area: Area, *, on: datetime.date | None = None) -> ReturnQuerySet:
        """Those that count towards the area under the boundaries of the day on which they post, or of the day `on`.

        Needs `with_posting_day()`. Each row gets `share`, null where nobody knows.
        """
        ancestry = counting_towards(area, on or models.OuterRef("posted"))
        below = AreaAncestry.objects.filter(ancestor=area).values("area_id")
        return self.filter(models.Exists(ancestry), area_id__in=below).annotate(
            share=models.Subquery(ancestry.values("share")[:1])
        )


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SiteQuerySet:
        """The sites that the user may read; a team leader sees those of teams."""
        return self.filter(scope(user, Right.READ_FACTS).rows(area="area", team_level="team__level"))

    def standing_on(self, day: datetime.date) -> SiteQuerySet:
        """Sites that stand on the day; `until` is the first day without the site."""
        return self.filter(since__lte=day).exclude(until__lte=day)
