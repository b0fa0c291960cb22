"""For which teams a user may log, and how a list of them tells one "thôn 1" from the next."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import scope
from areas.models import AreaParent, Level
from teams.models import Team

if TYPE_CHECKING:
    from accounts.models import User

# What a dissolved team did in its last days may still be written down for this long.
LATE = datetime.timedelta(days=31)


def teams_for(user: User) -> QuerySet[Team]:
    """Teams that the user may log for today, in Vietnamese order, each with `label`: its name and, for a village's
    team, the commune that the village belongs to, "(cũ)" where that has ended.
    """
    today = timezone.localdate()
    communes = AreaParent.objects.filter(
        child__team_places__team=OuterRef("pk"),
        child__team_places__during__contains=today,
        child__level=Level.VILLAGE,
        during__contains=today,
    ).values(
        words=Case(
            When(Q(parent__valid__contains=today), then=Concat(Value(", "), F("parent__name"))),
            default=Concat(Value(", "), F("parent__name"), Value(" (cũ)")),
            output_field=CharField(),
        )
    )[:1]
    return (
        Team.objects.within(scope(user, Right.LOG))
        .filter(active_from__lte=today)
        .exclude(dissolved__lte=today - LATE)
        .annotate(label=Concat(F("name"), Subquery(communes), output_field=CharField()))
        .order_by("sort_key", "id")
    )
