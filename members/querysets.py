"""Reads of members and trainings."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.roles import Right
from accounts.scope import Scope, scope
from areas.models import Area, AreaAncestry
from teams.models import Team
from teams.querysets import related


class MembershipQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> MembershipQuerySet:
        """Memberships that hold on the day. One without a joining day holds since always."""
        return self.filter(Q(joined__isnull=True) | Q(joined__lte=day)).filter(Q(left__isnull=True) | Q(left__gt=day))


class MemberQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MemberQuerySet:
        """People who are or were in a team whose facts the user may read."""
        return self.within(scope(user, Right.READ_FACTS))

    def within(self, found: Scope) -> MemberQuerySet:
        """People who are or were in a team that the scope covers."""
        if found.everything:
            return self
        if not found:
            return self.none()
        return self.filter(
            pk__in=self._memberships().filter(team__in=_ids(Team.objects.within(found))).values("member")
        )

    def of_team(self, team: Team | int, day: datetime.date) -> MemberQuerySet:
        """Members of the team on the day."""
        return self.filter(pk__in=self._memberships().on(day).filter(team=team).values("member"))

    def under(self, area: Area | int, day: datetime.date) -> MemberQuerySet:
        """Members, on the day, of teams that stand then in areas that count towards `area`."""
        teams = _ids(Team.objects.under(area, day))
        return self.filter(pk__in=self._memberships().on(day).filter(team__in=teams).values("member"))

    def in_role(self, role: str, day: datetime.date) -> MemberQuerySet:
        """People with the role in some team on the day."""
        return self.filter(pk__in=self._memberships().on(day).filter(role=role).values("member"))

    def trained(self, yes: bool) -> MemberQuerySet:
        """People listed in a class that was held, or those who are not."""
        attended = Exists(related(self.model, "attendances").filter(member=OuterRef("pk"), training__status="held"))
        return self.filter(attended if yes else ~attended)

    def _memberships(self) -> MembershipQuerySet:
        return related(self.model, "memberships").all()


class TrainingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TrainingQuerySet:
        """Classes of an area whose facts the user may read, and classes that someone of a team of theirs attended."""
        found = scope(user, Right.READ_FACTS)
        if found.everything:
            return self
        if not found:
            return self.none()
        attendances = related(self.model, "attendances")
        attended = attendances.filter(team__in=_ids(Team.objects.within(found))).values("training")
        return self.filter(found.rows(area="area") | Q(pk__in=attended))

    def of_area(self, found: Scope) -> TrainingQuerySet:
        """Classes of an area that the scope covers."""
        return self.filter(found.rows(area="area"))

    def under(self, area: Area | int, day: datetime.date) -> TrainingQuerySet:
        """Classes of areas that count on the day towards `area`."""
        return self.filter(area__in=AreaAncestry.objects.filter(ancestor=area, during__contains=day).values("area"))


def _ids(teams: QuerySet) -> QuerySet:
    return teams.values("pk")
