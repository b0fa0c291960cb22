"""What teams usually write in a day, to ask about a number far from it. Asking never refuses."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from cnscd_portal.templatetags.vietnamese import number

if TYPE_CHECKING:
    from teams.models import Team

# Days of its own that a team needs before its own range says something.
ENOUGH_DAYS = 8
# 18,409 team-days of Thanh Hóa's log of 2026: 5 % of them are below 6 and 5 % above 59.
OF_ALL_TEAMS = (5, 60)
# Above this many times the usual upper end the page asks.
FAR = 2

_OF_TEAM = """
    SELECT count(*), percentile_disc(0.05) WITHIN GROUP (ORDER BY total),
           percentile_disc(0.95) WITHIN GROUP (ORDER BY total)
      FROM (SELECT sum(reached) AS total FROM activities_activity
             WHERE team_id = %(team)s AND status IN ('submitted', 'approved') AND id IS DISTINCT FROM %(without)s
               AND date >= %(since)s AND date < %(day)s
             GROUP BY date) AS days
"""
_THAT_DAY = """
    SELECT coalesce(sum(reached), 0) FROM activities_activity
     WHERE team_id = %(team)s AND status IN ('submitted', 'approved') AND id IS DISTINCT FROM %(without)s
       AND date = %(day)s
"""


@dataclass(frozen=True)
class Usual:
    """The usual lower and upper end of a day's people reached, and whether the team's own days say so."""

    low: int
    high: int
    own: bool


def of_team(team: Team, day: datetime.date, without: int | None = None) -> Usual:
    """From the team's days of the year before `day`; that of all teams where those are too few."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_TEAM, {"team": team.pk, "day": day, "since": day - datetime.timedelta(days=365), "without": without}
        )
        days, low, high = cursor.fetchone()
    return Usual(low, high, own=True) if days >= ENOUGH_DAYS else Usual(*OF_ALL_TEAMS, own=False)


def question(team: Team, day: datetime.date, reached: int, without: int | None = None) -> str:
    """The sentence that asks for a reason where the team's day would be far above the usual one, else "".

    `without`: id of the activity that is being changed, which is not counted against itself.
    """
    usual = of_team(team, day, without)
    with connection.cursor() as cursor:
        cursor.execute(_THAT_DAY, {"team": team.pk, "day": day, "without": without})
        total = int(cursor.fetchone()[0]) + reached
    if total <= FAR * usual.high:
        return ""
    whose = "tổ" if usual.own else "các tổ"
    ends = f"{number(usual.low)}–{number(usual.high)}"
    return f"{number(total)} lượt một ngày, {whose} thường ghi {ends}. Đúng thì ghi lý do."
