"""Short names of areas that cannot be mistaken: `Xã Yên Thọ, huyện Như Thanh (cũ)`."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from areas.models import Level


class _Step(NamedTuple):
    """An area, or what stood above it last."""

    id: int
    level: int
    kind: str
    name: str
    end: datetime.date | None


def labels(area_ids: Iterable[int], day: datetime.date | None = None) -> dict[int, str]:
    """A label for each area, as seen on a day (default: today), in two queries.

    The name alone where no other unit ever had it at that level; else with its parent, and where that is not enough
    with all up to the province. Villages always take their commune. “(cũ)” marks units that have ended by the day.
    """
    day = day or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [list(area_ids)])
        chains: dict[int, list[_Step]] = {}
        for origin, *step in cursor.fetchall():
            chains.setdefault(origin, []).append(_Step(*step))
        # Every second village is a “Thôn 1”: namesakes are sought for the units above villages only.
        sought = {step.id for chain in chains.values() for step in chain[:2] if step.level < Level.VILLAGE}
        cursor.execute(_NAMESAKES, [list(sought)])
        namesakes = {pk: (ever, there) for pk, ever, there in cursor.fetchall()}
    return {pk: _label(chain, namesakes, day) for pk, chain in chains.items()}


# What stands above each area on its last day, or today if it goes on: at most four steps. The country is left out.
_CHAIN = f"""
    WITH RECURSIVE chain(origin, id, step) AS (
        SELECT id, id, 0 FROM unnest(%s::bigint[]) AS id
        UNION ALL
        SELECT c.origin, e.parent_id, c.step + 1
          FROM chain c CROSS JOIN LATERAL (
            SELECT parent_id FROM areas_areaparent WHERE child_id = c.id ORDER BY during DESC LIMIT 1
          ) AS e
    )
    SELECT c.origin, a.id, a.level, a.kind, a.name, upper(a.valid)
      FROM chain c JOIN areas_area a ON a.id = c.id
     WHERE c.step = 0 OR a.level > {Level.COUNTRY:d}
     ORDER BY c.origin, c.step
"""

# How many units of the level bear the name, and how many of them under a parent of the same name. Not joined on the key
# `search`: for equality the planner would take its trigram index, at 17 ms a name.
_NAMESAKES = f"""
    SELECT a.id, count(*), count(*) FILTER (WHERE above.name IS NOT DISTINCT FROM mine.name)
      FROM areas_area a
      JOIN areas_area b ON b.level = a.level AND b.level < {Level.VILLAGE:d} AND lower(b.name) = lower(a.name)
      LEFT JOIN LATERAL (
        SELECT p.name FROM areas_areaparent e JOIN areas_area p ON p.id = e.parent_id
         WHERE e.child_id = a.id ORDER BY e.during DESC LIMIT 1) AS mine ON true
      LEFT JOIN LATERAL (
        SELECT p.name FROM areas_areaparent e JOIN areas_area p ON p.id = e.parent_id
         WHERE e.child_id = b.id ORDER BY e.during DESC LIMIT 1) AS above ON true
     WHERE a.id = ANY(%s) GROUP BY a.id
"""


def _label(chain: list[_Step], namesakes: dict[int, tuple[int, int]], day: datetime.date) -> str:
    first, *above = chain
    shown = [_marked(first.name, first.end, day)]
    if first.level == Level.VILLAGE and above:
        first, *above = above
        shown.append(_marked(_lower(first), first.end, day))
    ever, there = namesakes.get(first.id, (1, 1))
    steps = 0 if ever == 1 else 1 if there == 1 else len(above)
    shown += [_marked(_lower(step), step.end, day) for step in above[:steps]]
    return ", ".join(shown)


def _marked(name: str, end: datetime.date | None, day: datetime.date) -> str:
    return f"{name} (cũ)" if end is not None and end <= day else name


def _lower(step: _Step) -> str:
    """`Huyện Như Thanh` → `huyện Như Thanh`, where the name begins with its kind."""
    named_by_kind = step.name.lower().startswith(step.kind.lower() + " ")
    return step.kind + step.name[len(step.kind) :] if named_by_kind else step.name
