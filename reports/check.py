"""Compares the stored leaves and cells with what the facts give, and names every cell that differs.

It runs the roll-up's own statements over everything into side tables, so a difference is one of state, not of rule; the
rules themselves are held against a naive oracle in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from reports import rollup
from reports.models import Basis
from reports.scratch import scratch

LEAF_KEY = "area_id, element_id, calendar, slot"
CELL_KEY = "area_id, basis, element_id, calendar, half"


@dataclass(frozen=True)
class Difference:
    """A cell whose stored amount, or what is known about it, differs from what the facts give."""

    area: str
    element: str
    basis: str
    calendar: int
    half: str
    stored: str
    found: str


@dataclass(frozen=True)
class Checked:
    cells: int
    differences: list[Difference]


def check(*, most: int = 200) -> Checked:
    """Folds what waits, then compares all leaves and cells under the roll-up's lock. At most `most` are named."""
    rollup.fold_all(wait=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [rollup.LOCK])
        scratch(cursor)
        rows = _differences(cursor, most)
        cells = rollup.one(cursor, "SELECT count(*) FROM reports_cell")
        cursor.execute("UPDATE reports_rollupstate SET checked_at = now(), cells_checked = %s", [cells])
    return Checked(cells, rows)


def _differences(cursor, most: int) -> list[Difference]:
    cursor.execute("INSERT INTO fold_area SELECT id FROM areas_area")
    cursor.execute("ANALYZE fold_area")
    rollup.post_scope(cursor)
    rollup.spread(cursor, "fold_new", today=rollup.one(cursor, "SELECT today FROM reports_rollupstate"))
    found: list[Difference] = []
    for table, side, key, measures in (
        ("reports_leaf", "fold_new", LEAF_KEY, rollup.MEASURES),
        ("reports_cell", "fold_cell", CELL_KEY, rollup.CELL_MEASURES),
    ):
        values = ", ".join(f"{m}::numeric" for m in measures)
        zeros = ", ".join("0::numeric" for _ in measures)
        cursor.execute(
            f"""
            SELECT {key}, (SELECT name FROM areas_area a WHERE a.id = area_id),
                   (SELECT code FROM activities_dataelement e WHERE e.id = element_id), s.stored::text, f.found::text
            FROM (SELECT {key}, ROW({values}) AS stored FROM {table}) s
            FULL JOIN (SELECT {key}, ROW({", ".join(f"sum({m})::numeric" for m in measures)}) AS found
                       FROM {side} GROUP BY {key}) f USING ({key})
            WHERE COALESCE(s.stored, ROW({zeros})) <> COALESCE(f.found, ROW({zeros}))
            ORDER BY {key} LIMIT %s
            """,
            [most - len(found)],
        )
        for row in cursor.fetchall():
            *keys, area, element, stored, expected = row
            basis = Basis(keys[1]).name.lower() if table == "reports_cell" else "leaf"
            found.append(
                Difference(
                    area=f"{area} ({keys[0]})",
                    element=element,
                    basis=basis,
                    calendar=keys[-2],
                    half=keys[-1].isoformat(),
                    stored=stored or "–",
                    found=expected or "–",
                )
            )
    return found
