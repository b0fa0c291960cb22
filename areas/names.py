"""`Area.name` and `Area.kind` show the name of a day; `AreaName` keeps all names by date."""

import datetime
from collections.abc import Collection

from django.db import connection
from django.utils import timezone


def show(*, day: datetime.date | None = None, area_ids: Collection[int] | None = None) -> int:
    """Let areas (None: all) bear the names of the day (None: today): a unit to come its first, an ended one its last.

    A renaming decreed for a later day takes effect when this runs on that day. Gives the number of areas renamed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE areas_area a SET name = n.name, kind = n.kind
              FROM (
                SELECT DISTINCT ON (x.area_id) x.area_id, x.name, x.kind
                  FROM areas_areaname x, (SELECT %s::bigint[] AS ids, %s::date AS day) AS input
                 WHERE input.ids IS NULL OR x.area_id = ANY(input.ids)
                 ORDER BY x.area_id, coalesce(lower(x.during) <= input.day, true) DESC,
                          CASE WHEN coalesce(lower(x.during) <= input.day, true)
                               THEN input.day - coalesce(lower(x.during), '0001-01-01'::date)
                               ELSE lower(x.during) - input.day END
              ) AS n
             WHERE n.area_id = a.id AND (a.name, a.kind) <> (n.name, n.kind)
            """,
            [None if area_ids is None else list(area_ids), day or timezone.localdate()],
        )
        return cursor.rowcount
