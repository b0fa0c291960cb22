"""Changes of areas. All of them are here; each leaves the ancestry right."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from areas import ancestry, locks
from areas.models import Level


@dataclass(frozen=True, slots=True)
class NewVillage:
    """A village that a register names: `name` is the full one, with its kind (“Thôn 3”)."""

    parent_id: int
    name: str
    kind: str


@transaction.atomic
def create_villages(*, rows: Sequence[NewVillage], by) -> list[int]:
    """Make villages that a register names, valid always, always in their commune (F6). Gives their ids in the order of
    `rows`. Codes are the commune's code, a hyphen and the next serial under that code."""
    if not rows:
        return []
    locks.add_to_tree()
    with connection.cursor() as cursor:
        # A code can be that of an ended commune and of one of today, so the serials are guarded by code.
        cursor.execute(
            """
            SELECT id, code FROM areas_area
             WHERE level = %(level)s
               AND code IN (SELECT code FROM areas_area WHERE id = ANY(%(ids)s) AND level = %(level)s)
             ORDER BY id FOR NO KEY UPDATE
            """,
            {"level": Level.COMMUNE, "ids": [row.parent_id for row in rows]},
        )
        codes = dict(cursor.fetchall())
        if strange := {row.parent_id for row in rows} - codes.keys():
            raise ValueError(f"Villages stand under communes; these areas are none: {sorted(strange)}.")
        cursor.execute(
            """
            WITH last AS (
                SELECT split_part(code, '-', 1) AS code, max(split_part(code, '-', 2)::int) AS serial
                  FROM areas_area
                 WHERE level = %(level)s AND split_part(code, '-', 1) = ANY(%(codes)s)
                 GROUP BY 1
            )
            INSERT INTO areas_area (level, code, kind, name, valid)
            SELECT %(level)s, x.code || '-' || coalesce(last.serial, 0)
                              + row_number() OVER (PARTITION BY x.code ORDER BY x.place), x.kind, x.name, '(,)'
              FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(names)s::text[])
                   WITH ORDINALITY AS x(code, kind, name, place)
              LEFT JOIN last USING (code)
             ORDER BY x.place
            RETURNING id
            """,
            {
                "level": Level.VILLAGE,
                "codes": [codes[row.parent_id] for row in rows],
                "kinds": [row.kind for row in rows],
                "names": [row.name for row in rows],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """
            INSERT INTO areas_areaname (area_id, kind, name, during, decree)
            SELECT id, kind, name, valid, '' FROM areas_area WHERE id = ANY(%s) ORDER BY id
            """,
            [ids],
        )
        cursor.execute(
            """
            INSERT INTO areas_areaparent (child_id, parent_id, during, decree)
            SELECT child, parent, '(,)', '' FROM unnest(%s::bigint[], %s::bigint[]) AS edge(child, parent)
            """,
            [ids, [row.parent_id for row in rows]],
        )
    ancestry.inherit(ids)
    return ids
