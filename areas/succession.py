"""What became of areas: successors step by step, never a last parent (accounts' grants follow these)."""

import datetime
from collections.abc import Iterable

from django.db import connection


def successors_on(area_ids: Iterable[int], day: datetime.date) -> dict[int, set[int]]:
    """For each area the units that it is on the day: itself while it is valid (and before its first day), else what
    followed it, step by step. A unit that ended without a successor has none."""
    ids = list(area_ids)
    found: dict[int, set[int]] = {pk: set() for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE became(origin, id) AS (
                SELECT id, id FROM unnest(%(ids)s::bigint[]) AS id
                UNION
                SELECT b.origin, s.successor_id
                  FROM became b JOIN areas_areasuccession s ON s.predecessor_id = b.id AND s.date <= %(day)s
            )
            SELECT b.origin, b.id FROM became b JOIN areas_area a ON a.id = b.id
             WHERE upper(a.valid) IS NULL OR upper(a.valid) > %(day)s
            """,
            {"ids": ids, "day": day},
        )
        for origin, pk in cursor.fetchall():
            found[origin].add(pk)
    return found
