"""Reads of activities, returns and sites: what a user may see, and what counts towards an area."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import F, Func
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area

if TYPE_CHECKING:
    from accounts.models import User

Rows = TypeVar("Rows", bound=models.QuerySet)


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
        return _towards(self, area, timezone.localdate() if today else F("date"))


def _towards(rows: Rows, area: Area, day: Any) -> Rows:
    """Facts whose area counts towards `area` on `day`, a date or an expression: one ancestry row each, because the
    ranges of one pair do not overlap. A join: subqueries for each row took a second over a province's year."""
    return rows.filter(area__ancestry__ancestor=area, area__ancestry__during__contains=day).annotate(
        share=F("area__ancestry__share")
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
        return _towards(self, area, on or F("posted"))


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SiteQuerySet:
        """The sites that the user may read; a team leader sees those of teams."""
        return self.filter(scope(user, Right.READ_FACTS).rows(area="area", team_level="team__level"))

    def standing_on(self, day: datetime.date) -> SiteQuerySet:
        """Sites that stand on the day; `until` is the first day without the site."""
        return self.filter(since__lte=day).exclude(until__lte=day)
