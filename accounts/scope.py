"""What a user may see and do: the areas that grants cover on a day.

A grant is on an area and follows `AreaSuccession` only, never a last parent. S(g), where it stands on a day, is its
area while that is valid, else the area's transitive successors valid on the day, each in full.

- It covers every area, living or ended, that counts on the day towards one of S(g) (`AreaAncestry`).
- Areas that count there with an unknown share (villages of a split commune that nobody has assigned yet) may be read
  by every candidate and written only from above, where the share is known.
- Where S(g) is empty (a district of 2025 has no successor) nothing may be written any more; the grant reads the facts
  of the areas that ever counted towards its own.
- A team leader's grant covers only teams of exactly the area's level, not what lies below.
- A grant on the country covers everything.

No grant is nothing, whatever the user's other flags say.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.roles import RIGHTS, Right, Role
from areas.models import Area, AreaAncestry, Level
from areas.succession import successors_on

# A share that nobody knows is enough for these.
READING = frozenset({Right.READ_FIGURES, Right.READ_FACTS, Right.READ_PHONES})
# What is left of a grant whose area ended without a successor.
AFTERLIFE = frozenset({Right.READ_FIGURES, Right.READ_FACTS})


@dataclass(frozen=True)
class Standing:
    """A grant of a user on a day. `now`: ids of S(g), empty where the area ended without a successor."""

    role: str
    area_id: int
    level: int
    now: frozenset[int]

    @property
    def is_leader(self) -> bool:
        return self.role == Role.TEAM_LEADER


@dataclass(frozen=True)
class Scope:
    """Where one right of one user holds on one day. False where it holds nowhere."""

    right: Right
    day: datetime.date
    everything: bool = False
    now: frozenset[int] = frozenset()  # S(g) of the grants that cover a subtree
    past: frozenset[int] = frozenset()  # areas that ended without a successor and are still read
    own_levels: dict[int, int] = field(default_factory=dict)  # area id → level, of team leaders

    def __bool__(self) -> bool:
        return bool(self.everything or self.now or self.past or self.own_levels)

    @cached_property
    def areas(self) -> QuerySet:
        """Ids of the areas covered, ended ones included, for `area__in=scope.areas`."""
        return Area.objects.filter(self._covering()).values("pk")

    @cached_property
    def own(self) -> QuerySet:
        """Ids of the areas where only teams of exactly the area's level are covered."""
        return Area.objects.filter(pk__in=self.own_levels).values("pk")

    def rows(self, *, area: str, team_level: str | None = None) -> Q:
        """A condition on facts. `area` is the lookup path to their area and `team_level` the one to their team's
        level (`rows(area="area", team_level="team__level")`); without it a team leader's grant covers none of them.
        """
        if self.everything:
            return Q()
        covered = Q(**{f"{area}__in": self.areas}) if self.now or self.past else Q(pk__in=[])
        if team_level:
            for level in sorted(set(self.own_levels.values())):
                ids = [pk for pk, own in self.own_levels.items() if own == level]
                covered |= Q(**{f"{area}__in": ids, team_level: level})
        return covered

    def covers(self, area: Area | int) -> bool:
        """Whether the subtree of some grant holds the area. A team leader's does not."""
        pk = area.pk if isinstance(area, Area) else area
        if self.everything or (pk in self.now):
            return True
        return bool(self.now or self.past) and Area.objects.filter(self._covering(), pk=pk).exists()

    def _covering(self) -> Q:
        if self.everything:
            return Q()
        covered = Q(pk__in=[])
        if self.now:
            counting = AreaAncestry.objects.filter(ancestor__in=self.now, during__contains=self.day)
            if self.right not in READING:
                counting = counting.filter(share__isnull=False)
            covered |= Q(pk__in=counting.values("area"))
        if self.past:
            covered |= Q(pk__in=AreaAncestry.objects.filter(ancestor__in=self.past).values("area"))
        return covered


def standings(user: Any, *, day: datetime.date | None = None) -> list[Standing]:
    """The user's grants of the day and where they stand on it. At most two queries.

    Kept on the user for as long as a request lives: only `request.user` is lazy, so an object that a task, a command
    or a test holds for longer always asks anew.
    """
    day = day or timezone.localdate()
    if not (user.is_authenticated and user.is_active):
        return []
    if type(user) is not SimpleLazyObject:
        return _standings(user, day)
    kept = user.__dict__.setdefault("_standings", {})
    if day not in kept:
        kept[day] = _standings(user, day)
    return kept[day]


def _standings(user: Any, day: datetime.date) -> list[Standing]:
    grants = list(user.grants.on(day).select_related("area"))
    ended = [grant.area_id for grant in grants if grant.area.valid.upper and grant.area.valid.upper <= day]
    now = successors_on(ended, day) if ended else {}
    return [
        Standing(grant.role, grant.area_id, grant.area.level, frozenset(now.get(grant.area_id, {grant.area_id})))
        for grant in grants
    ]


def rights_of(user: Any) -> frozenset[Right]:
    """What the user may do somewhere today, for menus; pages ask for the place."""
    rights: set[Right] = set()
    for held in standings(user):
        rights |= RIGHTS[held.role] if held.now or held.is_leader else RIGHTS[held.role] & AFTERLIFE
    return frozenset(rights)


def scope(user: Any, right: Right, *, day: datetime.date | None = None) -> Scope:
    """Where the user holds the right on the day (default: today in Viet Nam)."""
    day = day or timezone.localdate()
    return scope_of((s for s in standings(user, day=day) if right in RIGHTS[s.role]), right, day)


def scope_of(grants: Iterable[Standing], right: Right, day: datetime.date) -> Scope:
    """The scope that these grants make together; the caller has chosen those that hold the right."""
    everything = False
    now: set[int] = set()
    past: set[int] = set()
    own: dict[int, int] = {}
    for grant in grants:
        if grant.is_leader:
            # The team may still stand at the ended area, because a reform moves no team.
            own.update(dict.fromkeys(grant.now | {grant.area_id}, grant.level))
        elif grant.level == Level.COUNTRY and grant.now:
            everything = True
        elif grant.now:
            now |= grant.now
        elif right in AFTERLIFE:
            past.add(grant.area_id)
    return Scope(right, day, everything, frozenset(now), frozenset(past), own)


def can(user: Any, right: Right, area: Area | int) -> bool:
    """Whether the user holds the right over everything in the area today. A team leader's grant is not enough."""
    return scope(user, right).covers(area)


def can_team(user: Any, right: Right, team: Any) -> bool:
    """Whether the user holds the right over the team, by where it stands today."""
    found = scope(user, right)
    if found.everything:
        return True
    if not found:
        return False
    return team.places.filter(found.rows(area="area", team_level="team__level"), during__contains=found.day).exists()


def areas_visible_to(user: Any) -> QuerySet[Area]:
    """Areas whose figures the user may open: those covered, and a team leader's own."""
    found = scope(user, Right.READ_FIGURES)
    if found.everything:
        return Area.objects.all()
    return Area.objects.filter(Q(pk__in=found.areas) | Q(pk__in=found.own_levels))
