"""Reads of teams."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import Scope, scope
from areas.models import Area, AreaAncestry, Level
from cnscd_portal.listing import search_condition

# Statuses of an activity that counts (F8). The activities stand above the teams, so they are met by relation name only.
COUNTED = ("submitted", "approved")


def related(model: type[models.Model], name: str) -> Any:
    """The manager of the model that a reverse relation brings; its app stands above and cannot be imported here."""
    return model._meta.get_field(name).related_model.objects  # type: ignore[union-attr]


class State(models.TextChoices):
    """Where a team is in its life on a day."""

    PLANNED = "planned", "Dự kiến"
    ESTABLISHED = "established", "Đã thành lập"
    LAUNCHED = "launched", "Đã ra mắt"
    DISSOLVED = "dissolved", "Đã giải thể"


class TeamQuerySet(models.QuerySet):
    def active_on(self, day: datetime.date) -> TeamQuerySet:
        """Teams that stand on the day: begun, and not dissolved."""
        return self.filter(active_from__lte=day).exclude(dissolved__lte=day)

    def visible_to(self, user: Any) -> TeamQuerySet:
        """Teams whose facts the user may read: by where the team stands today."""
        return self.within(scope(user, Right.READ_FACTS))

    def within(self, found: Scope) -> TeamQuerySet:
        """Teams that stand, on the scope's day, where the scope covers them."""
        if found.everything:
            return self
        if not found:
            return self.none()
        return self.filter(
            pk__in=self._places(found.day).filter(found.rows(area="area", team_level="team__level")).values("team")
        )

    def under(self, area: Area | int, day: datetime.date) -> TeamQuerySet:
        """Teams standing on the day in areas that count then towards `area`, wholly, partly or perhaps."""
        counting = AreaAncestry.objects.filter(ancestor=area, during__contains=day).values("area")
        return self.filter(pk__in=self._places(day).filter(area__in=counting).values("team"))

    def in_state(self, state: str, day: datetime.date) -> TeamQuerySet:
        """Teams in a `State` on the day."""
        if state == State.DISSOLVED:
            return self.filter(dissolved__lte=day)
        lasting = self.exclude(dissolved__lte=day)
        if state == State.PLANNED:
            return lasting.filter(Q(active_from__isnull=True) | Q(active_from__gt=day))
        if state == State.LAUNCHED:
            return lasting.filter(active_from__lte=day, launched__lte=day)
        return lasting.filter(active_from__lte=day).exclude(launched__lte=day)

    def without_leader(self) -> TeamQuerySet:
        """Teams not dissolved of whose members nobody leads."""
        leads = self._memberships().filter(team=OuterRef("pk"), role="leader")
        return self.filter(~Exists(leads)).exclude(dissolved__lte=timezone.localdate())

    def silent_since(self, day: datetime.date) -> TeamQuerySet:
        """Active teams with no counted activity on the day or later."""
        logged = related(self.model, "activities").filter(team=OuterRef("pk"), date__gte=day, status__in=COUNTED)
        return self.active_on(timezone.localdate()).filter(~Exists(logged))

    def matching(self, text: str) -> TeamQuerySet:
        """Teams whose name, place (village or commune) or leader has every word of `text`, accents or not.

        One arm a table, joined by ids: an OR across tables would use none of their trigram indexes.
        """
        if not text.split():
            return self
        today = timezone.localdate()
        named = self.model._default_manager.filter(search_condition(text)).values("pk")
        areas = Area.objects.filter(search_condition(text), level__gte=Level.COMMUNE).values("pk")
        counting = AreaAncestry.objects.filter(ancestor__in=areas, during__contains=today).values("area")
        placed = self._places(today).filter(area__in=counting).values("team")
        led = self._memberships().filter(search_condition(text, "member__search"), role="leader").values("team")
        return self.filter(Q(pk__in=named.union(placed, led, all=True)))

    def with_place(self, day: datetime.date) -> TeamQuerySet:
        """Adds where each team stands on the day: `place_id`, `place_name`, and `commune_name`, several joined by
        "hoặc" where a split is not settled."""
        place = self._places(day).filter(team=OuterRef("pk"))
        communes = (
            AreaAncestry.objects.filter(area__team_places__team=OuterRef("pk"), area__team_places__during__contains=day)
            .filter(during__contains=day, ancestor__level=Level.COMMUNE)
            .order_by()
            .values("area")
            .annotate(names=StringAgg("ancestor__name", delimiter=" hoặc ", order_by="ancestor__sort_key"))
            .values("names")
        )
        return self.annotate(
            place_id=Subquery(place.values("area")[:1]),
            place_name=Subquery(place.values("area__name")[:1]),
            commune_name=Subquery(communes[:1]),
        )

    def with_list_facts(self, day: datetime.date) -> TeamQuerySet:
        """Adds what the list shows of each team on the day: its place, `leader_name`, `member_count`, `trained_count`
        (of those members, in classes held) and `last_activity`. As subqueries they are worked out for the rows of one
        page alone.
        """
        return self.with_place(day).annotate(
            leader_name=Subquery(
                self._memberships()
                .filter(team=OuterRef("pk"), role="leader")
                .order_by()
                .values("team")
                .annotate(names=StringAgg("member__name", delimiter=", ", order_by="member__sort_key"))
                .values("names")
            ),
            member_count=Subquery(self._count(self._memberships(), "member")),
            trained_count=Subquery(
                self._count(self._memberships().filter(member__attendances__training__status="held"), "member")
            ),
            last_activity=Subquery(
                related(self.model, "activities")
                .filter(team=OuterRef("pk"), status__in=COUNTED)
                .order_by()
                .values("team")
                .annotate(last=Max("date"))
                .values("last")
            ),
        )

    def _places(self, day: datetime.date) -> QuerySet:
        return related(self.model, "places").filter(during__contains=day)

    def _memberships(self) -> QuerySet:
        """Memberships of today. The members stand above the teams, so they are met by relation name only."""
        today = timezone.localdate()
        return related(self.model, "memberships").filter(Q(left__isnull=True) | Q(left__gt=today))

    @staticmethod
    def _count(memberships: QuerySet, field: str) -> QuerySet:
        return (
            memberships.filter(team=OuterRef("pk"))
            .order_by()
            .values("team")
            .annotate(number=Count(field, distinct=True))
            .values("number")
        )
