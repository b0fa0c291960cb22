"""What a village's page shows beside its figures: its team, how many people are in it, its last logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.roles import Right
from accounts.scope import scope
from activities.models import COUNTED, Activity
from areas.models import Area
from reports.board import Board
from teams.models import Team

LOGS = 10


@dataclass(frozen=True)
class Village:
    """`teams`: those that stand there, with `leader_name` and `member_count`; `logs`: the last ones, latest first."""

    teams: list[Team]
    logs: list[Activity]


def of(user: Any, board: Board) -> Village | None:
    """None where the reader may see figures but not the rows behind them."""
    if not may_read_facts(user, board.area):
        return None
    today = board.fresh.today
    teams = Team.objects.visible_to(user).filter(places__area=board.area, places__during__contains=today)
    logs = (
        Activity.objects.visible_to(user)
        .filter(area=board.area, status__in=COUNTED)
        .select_related("team", "entered_by")
        .order_by("-date", "-id")[:LOGS]
    )
    return Village(list(teams.with_list_facts(today).order_by("sort_key", "id")), list(logs))


def may_read_facts(user: Any, area: Area) -> bool:
    """Whether the user may read the rows of the area: those of a team leader are those of the team's own area."""
    found = scope(user, Right.READ_FACTS)
    return area.pk in found.own_levels or found.covers(area)
