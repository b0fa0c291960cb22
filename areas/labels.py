"""Short names of areas that cannot be mistaken: `Xã Yên Thọ, huyện Như Thanh (cũ)`."""

import datetime
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from areas.models import Level


def labels(area_ids: Iterable[int], day: datetime.date | None = None) -> dict[int, str]:
    """A label for each area, as seen on a day (default: today), in two queries.

    The name alone where no other unit ever had it at that level (villages always take their commune); else with its
    parent, and where that is not enough with all up to the province. “(cũ)” marks units that have ended by then.
    """
    ids = list(area_ids)
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [ids])
        chains: dict[int, list[tuple]] = {}
        for origin, *rest in cursor.fetchall():
            chains.setdefault(origin, []).append(tuple(rest))
        cursor.execute(_NAMESAKES, [ids])
        namesakes = {pk: (ever, there) for pk, ever, there in cursor.fetchall()}
    day = day or timezone.localdate()
    return {pk: _label(chains[pk], namesakes[pk], day) for pk in chains}


# What stands above each area on its last day, or today if it goes on: at most five steps.
_CHAIN = """
    WITH RECURSIVE chain(origin, id, step) AS (
        SELECT id, id, 0 FROM unnest(%s::bigint[]) AS id
        UNION ALL
        SELECT c.origin, e.parent_id, c.step + 1
          FROM chain c CROSS JOIN LATERAL (
            SELECT parent_id FROM areas_areaparent WHERE child_id = c.id ORDER BY during DESC LIMIT 1
          ) AS e
    )
    SELECT c.origin, a.level, a.kind, a.name, upper(a.valid)
      FROM chain c JOIN areas_area a ON a.id = c.id ORDER BY c.origin, c.step
"""

# How many units of the level ever bore the name, and how many of them under a parent of the same name.
_NAMESAKES = """
    SELECT a.id, count(*), count(*) FILTER (WHERE above.search IS NOT DISTINCT FROM mine.search)
      FROM areas_area a
      JOIN areas_area b ON b.level = a.level AND b.search = a.search
      LEFT JOIN LATERAL (
        SELECT p.search FROM areas_areaparent e JOIN areas_area p ON p.id = e.parent_id
         WHERE e.child_id = a.id ORDER BY e.during DESC LIMIT 1) AS mine ON true
      LEFT JOIN LATERAL (
        SELECT p.search FROM areas_areaparent e JOIN areas_area p ON p.id = e.parent_id
         WHERE e.child_id = b.id ORDER BY e.during DESC LIMIT 1) AS above ON true
     WHERE a.id = ANY(%s) GROUP BY a.id
"""


def _label(chain: list[tuple], namesakes: tuple[int, int], day: datetime.date) -> str:
    """`chain` is (level, kind, name, end) from the area upwards; the country closes it and is never shown above."""
    (level, _, name, end), *above = chain
    above = [row for row in above if row[0] != Level.COUNTRY]
    ever, under_the_same = namesakes
    steps = 0 if ever == 1 else 1 if under_the_same == 1 else len(above)
    if level == Level.VILLAGE:
        steps = max(steps, 1)
    shown = [_marked(_lower(kind, its_name), its_end, day) for _, kind, its_name, its_end in above[:steps]]
    return ", ".join([_marked(name, end, day), *shown])


def _marked(name: str, end: datetime.date | None, day: datetime.date) -> str:
    return f"{name} (cũ)" if end is not None and end <= day else name


def _lower(kind: str, name: str) -> str:
    """`Huyện Như Thanh` → `huyện Như Thanh`, where the name begins with its kind."""
    return kind + name[len(kind) :] if name.lower().startswith(kind.lower() + " ") else name
