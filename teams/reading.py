"""What the page of a team shows. Members, trainings and activities stand above it: they are met by relation name."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from teams.models import Team
from teams.querysets import COUNTED, related

ROLE_ORDER = ("leader", "deputy", "member")


@dataclass(frozen=True)
class Month:
    """One civil month of a team's work: how many activities and how many people reached (lượt)."""

    first: datetime.date
    activities: int
    reached: int
    height: int  # of the bar, in hundredths of the busiest month


@dataclass(frozen=True)
class Kin:
    """A team before or after this one."""

    team: Team
    is_before: bool


def members(team: Team, day: datetime.date) -> QuerySet:
    """Memberships that last beyond the day, leader first, each with `trained`; every one of a dissolved team."""
    memberships = team.memberships.all()
    if not (team.dissolved and team.dissolved <= day):
        memberships = memberships.filter(Q(left__isnull=True) | Q(left__gt=day))
    attendances = related(Team, "attendances")
    return (
        memberships.select_related("member")
        .annotate(
            trained=Exists(attendances.filter(member=OuterRef("member"), training__status="held")),
            place_in_team=Case(
                *(When(role=role, then=Value(place)) for place, role in enumerate(ROLE_ORDER)),
                output_field=IntegerField(),
            ),
        )
        .order_by("place_in_team", "member__sort_key", "id")
    )


def months(team: Team, day: datetime.date) -> list[Month]:
    """The civil month of the day and the eleven before it, oldest first, with what was logged and counts."""
    firsts = [day.replace(day=1)]
    for _ in range(11):
        firsts.append((firsts[-1] - datetime.timedelta(days=1)).replace(day=1))
    firsts.reverse()
    rows = (
        team.activities.filter(status__in=COUNTED, date__gte=firsts[0])
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(number=Count("id"), people=Sum("reached"))
        .order_by()
    )
    found = {row["month"]: row for row in rows}
    most = max((row["number"] for row in rows), default=0)
    return [
        Month(
            first=first,
            activities=found[first]["number"] if first in found else 0,
            reached=found[first]["people"] if first in found else 0,
            height=round(100 * found[first]["number"] / most) if first in found else 0,
        )
        for first in firsts
    ]


def trainings(team: Team) -> list[Any]:
    """Classes that people of the team are listed in, the latest first, with how many of them (`people`)."""
    return list(
        team.attendances.order_by("-training__date", "-training")
        .values("training", "training__title", "training__date", "training__format", "training__status")
        .annotate(people=Count("member"))[:20]
    )


def chain(team: Team) -> list[Kin]:
    """Teams that this one came from, and those that came from it."""
    links = (
        Team.predecessors.through.objects.filter(Q(from_team=team) | Q(to_team=team))
        .select_related("from_team", "to_team")
        .order_by("id")
    )
    return [
        Kin(link.to_team, is_before=True) if link.from_team_id == team.pk else Kin(link.from_team, is_before=False)
        for link in links
    ]
