"""The roll-up: from marks of what is stale to exact cells, in one transaction (figures.md, R1–R6).

`fold` claims the marks, posts the marked areas anew from their facts, compares with the leaves (the memory of what was
posted), and adds the differences to the cells of every ancestor in both bases. Twice is the same as once, and a crash
rolls claim and cells back together. A change of the tree and a new "today" go the same way: what the areas concerned
had posted is taken out of the cells with the old map, the map is swapped, and it is put back with the new one.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from areas import names
from reports import sources
from reports.models import Mark, RollUpState
from reports.scratch import scratch
from reports.stale import HALF

LOCK = 4_930_001  # advisory lock: one roll-up for the country at a time (R2)

MEASURES = ("amount", "postings", "provisional", "over", "under", "about", "forecast")
CELL_MEASURES = ("amount", "estimated", "maybe", *MEASURES[1:])


@dataclass(frozen=True)
class Folded:
    """What one fold did: marks claimed, areas posted anew, leaves and cells that changed.

    `ran` is false where another worker had the lock.
    """

    ran: bool
    marks: int = 0
    areas: int = 0
    leaves: int = 0
    cells: int = 0


def fold(*, limit: int = 100_000) -> Folded:
    """One batch of marks. Leaves at once, with `ran` false, where another worker is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock in a statement of its own: taken and read in one statement, it saw what was before the lock (R2).
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return Folded(ran=False)
        scratch(cursor)
        today, before = _move_today(cursor)
        marks = _claim(cursor, limit=limit)
        _scope(cursor, before=before, today=today)
        changed_maps = _take_out_of_old_maps(cursor, today=before)
        leaves = _renew_leaves(cursor)
        spread(cursor, "fold_delta", today=today)
        cells = _add_to_cells(cursor)
        areas = one(cursor, "SELECT (SELECT count(*) FROM fold_area) + (SELECT count(*) FROM fold_half)")
        if marks or changed_maps:
            cursor.execute("UPDATE reports_rollupstate SET folded_at = clock_timestamp()")
        return Folded(ran=True, marks=marks, areas=areas, leaves=leaves, cells=cells)


def fold_all(*, wait: bool = False) -> Folded:
    """Folds until no mark is left. Where another worker has the lock it leaves: that one looks again after letting go.

    With `wait`, for commands, it stays until what waited is counted, whoever counts it.
    """
    total = Folded(ran=True)
    while needed():
        done = fold()
        if not done.ran:
            if not wait:
                return total
            time.sleep(0.05)
            continue
        total = Folded(True, *(getattr(total, f) + getattr(done, f) for f in ("marks", "areas", "leaves", "cells")))
    return total


def needed() -> bool:
    """Whether anything waits: a mark, or a new day."""
    state = RollUpState.objects.first()
    return state is None or state.today != timezone.localdate() or Mark.objects.exists()


def rebuild() -> Folded:
    """Everything from nothing, under the lock, which it waits for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        scratch(cursor)
        today, _ = _move_today(cursor)
        marks = one(cursor, "WITH gone AS (DELETE FROM reports_mark RETURNING 1) SELECT count(*) FROM gone")
        cursor.execute("TRUNCATE reports_leaf, reports_cell, reports_appliedmap")
        cursor.execute(
            "INSERT INTO reports_appliedmap (area_id, ancestor_id, during, share, exact) "
            "SELECT area_id, ancestor_id, during, share, exact FROM areas_areaancestry"
        )
        cursor.execute("INSERT INTO fold_area SELECT id FROM areas_area")
        cursor.execute("ANALYZE reports_appliedmap; ANALYZE fold_area")
        leaves = _renew_leaves(cursor)
        spread(cursor, "fold_delta", today=today)
        cells = _add_to_cells(cursor)
        areas = one(cursor, "SELECT count(*) FROM fold_area")
        cursor.execute("UPDATE reports_rollupstate SET folded_at = clock_timestamp()")
        cursor.execute("ANALYZE reports_leaf; ANALYZE reports_cell")
        return Folded(True, marks, areas, leaves, cells)


def one(cursor, sql: str, params=None):
    """The single value of a statement."""
    cursor.execute(sql, params)
    return cursor.fetchone()[0]


def _move_today(cursor) -> tuple[datetime.date, datetime.date]:
    """The day the cells are to stand on, and the one they stood on. A new day also brings names decreed for it.

    The first run of all makes the state row.
    """
    today = timezone.localdate()
    cursor.execute(
        "INSERT INTO reports_rollupstate (id, today, cells_checked, cells_mended) VALUES (1, %s, 0, 0) "
        "ON CONFLICT DO NOTHING",
        [today],
    )
    before = one(cursor, "SELECT today FROM reports_rollupstate")
    if before != today:
        cursor.execute("UPDATE reports_rollupstate SET today = %s", [today])
        names.show(day=today)
    return today, before


def _claim(cursor, *, limit: int) -> int:
    """Deletes marks before the facts are read: what is saved meanwhile leaves its mark for the next fold (R3)."""
    cursor.execute(
        """
        WITH claimed AS (
            DELETE FROM reports_mark WHERE id IN (SELECT id FROM reports_mark ORDER BY id LIMIT %s)
            RETURNING area_id, half, tree
        )
        INSERT INTO fold_mark SELECT DISTINCT area_id, half, tree FROM claimed
        """,
        [limit],
    )
    return cursor.rowcount


def _scope(cursor, *, before: datetime.date, today: datetime.date) -> None:
    """Which areas are posted anew as a whole, which maps changed, and which half-months are left beside them."""
    cursor.execute(
        """
        INSERT INTO fold_tree
        SELECT DISTINCT m.area_id FROM fold_mark m WHERE m.tree AND EXISTS (
            (SELECT ancestor_id, during, share, exact FROM areas_areaancestry WHERE area_id = m.area_id
             EXCEPT ALL SELECT ancestor_id, during, share, exact FROM reports_appliedmap WHERE area_id = m.area_id)
            UNION ALL
            (SELECT ancestor_id, during, share, exact FROM reports_appliedmap WHERE area_id = m.area_id
             EXCEPT ALL SELECT ancestor_id, during, share, exact FROM areas_areaancestry WHERE area_id = m.area_id)
        )
        """
    )
    if before != today:
        passed = "daterange(LEAST(%(before)s, %(today)s) + 1, GREATEST(%(before)s, %(today)s) + 1)"
        cursor.execute(
            f"""
            INSERT INTO fold_tree
            SELECT DISTINCT area_id FROM reports_appliedmap
            WHERE {passed} @> lower(during) OR {passed} @> upper(during)
            EXCEPT SELECT area_id FROM fold_tree
            """,
            {"before": before, "today": today},
        )
    cursor.execute(
        "INSERT INTO fold_area SELECT area_id FROM fold_mark WHERE NOT tree AND half IS NULL "
        "UNION SELECT area_id FROM fold_tree"
    )
    cursor.execute(
        """
        INSERT INTO fold_half
        SELECT DISTINCT area_id, half, (half + CASE WHEN extract(day FROM half) = 1 THEN interval '14 days'
                                        ELSE interval '1 month' - interval '14 days' END)::date
        FROM fold_mark WHERE half IS NOT NULL AND NOT tree AND area_id NOT IN (SELECT area_id FROM fold_area)
        """
    )
    cursor.execute("ANALYZE fold_area; ANALYZE fold_half; ANALYZE fold_tree")


def _take_out_of_old_maps(cursor, *, today: datetime.date) -> int:
    """For areas whose map differs: subtracts their leaves with the old map, forgets them, takes the new map over."""
    changed = one(cursor, "SELECT count(*) FROM fold_tree")
    if not changed:
        return 0
    negative = ", ".join(f"-{m}" for m in MEASURES)
    cursor.execute(
        f"""
        WITH gone AS (
            DELETE FROM reports_leaf l USING fold_tree t WHERE l.area_id = t.area_id
            RETURNING l.area_id, element_id, calendar, slot, {", ".join(MEASURES)}
        )
        INSERT INTO fold_old SELECT area_id, element_id, calendar, slot, {negative} FROM gone
        """
    )
    cursor.execute("ANALYZE fold_old")
    spread(cursor, "fold_old", today=today)
    cursor.execute("DELETE FROM reports_appliedmap a USING fold_tree t WHERE a.area_id = t.area_id")
    cursor.execute(
        "INSERT INTO reports_appliedmap (area_id, ancestor_id, during, share, exact) "
        "SELECT a.area_id, a.ancestor_id, a.during, a.share, a.exact "
        "FROM areas_areaancestry a JOIN fold_tree t USING (area_id)"
    )
    return changed


def post_scope(cursor) -> None:
    """Posts what is in scope from the facts and sums it by leaf, into `fold_new`."""
    cursor.execute(
        """
        INSERT INTO fold_cut
        SELECT area_id, array_agg(DISTINCT cut) FROM (
            SELECT a.area_id, cut FROM (SELECT area_id FROM fold_area UNION SELECT area_id FROM fold_half) s
            JOIN reports_appliedmap a USING (area_id)
            CROSS JOIN LATERAL (VALUES (lower(a.during)), (upper(a.during))) c(cut)
            WHERE cut IS NOT NULL
        ) cuts GROUP BY area_id
        """
    )
    sums = ", ".join(f"sum({m})" if m != "postings" else "count(*)" for m in MEASURES)
    whole = one(cursor, "SELECT EXISTS (SELECT FROM fold_area)")
    postings = " UNION ALL ".join(f"({sql})" for sql in (sources.every_posting() if whole else sources.log_postings()))
    cursor.execute(
        f"""
        INSERT INTO fold_new
        SELECT p.area_id, e.id, p.calendar,
               GREATEST({HALF.format(day="p.day")},
                        (SELECT max(cut) FROM unnest(c.cuts) cut WHERE cut <= p.day)) AS slot,
               {sums}
        FROM (SELECT * FROM ({postings}) all_postings) AS p({sources.COLUMNS})
        JOIN activities_dataelement e ON e.code = p.code
        LEFT JOIN fold_cut c ON c.area_id = p.area_id
        GROUP BY p.area_id, e.id, p.calendar, slot
        """
    )
    cursor.execute("ANALYZE fold_new")


def _renew_leaves(cursor) -> int:
    """Posts the scope anew, writes the leaves that differ, and leaves the differences in `fold_delta`."""
    post_scope(cursor)
    # The log's elements are the only ones that a single half-month renews.
    log_elements = "SELECT id FROM activities_dataelement WHERE source = 'log' OR code = ANY(%(log)s)"
    cursor.execute(
        f"""
        WITH old AS (
            SELECT l.* FROM reports_leaf l JOIN fold_area s USING (area_id)
            UNION ALL
            SELECT l.* FROM reports_leaf l JOIN fold_half h ON h.area_id = l.area_id
               AND l.slot >= h.half AND l.slot < h.until WHERE l.element_id IN ({log_elements})
        )
        INSERT INTO fold_delta
        SELECT COALESCE(n.area_id, o.area_id), COALESCE(n.element_id, o.element_id),
               COALESCE(n.calendar, o.calendar), COALESCE(n.slot, o.slot),
               {", ".join(f"COALESCE(n.{m}, 0) - COALESCE(o.{m}, 0)" for m in MEASURES)}
        FROM fold_new n FULL JOIN old o ON (n.area_id, n.element_id, n.calendar, n.slot)
                                         = (o.area_id, o.element_id, o.calendar, o.slot)
        WHERE ({", ".join(f"n.{m}" for m in MEASURES)}) IS DISTINCT FROM ({", ".join(f"o.{m}" for m in MEASURES)})
        """,
        {"log": list(sources.LOG_COLUMNS)},
    )
    changed = cursor.rowcount
    key = "area_id, element_id, calendar, slot"
    cursor.execute(
        """
        DELETE FROM reports_leaf l USING fold_delta d
        WHERE (l.area_id, l.element_id, l.calendar, l.slot) = (d.area_id, d.element_id, d.calendar, d.slot)
          AND NOT EXISTS (SELECT FROM fold_new n WHERE (n.area_id, n.element_id, n.calendar, n.slot)
                                                     = (d.area_id, d.element_id, d.calendar, d.slot))
        """
    )
    cursor.execute(
        f"""
        INSERT INTO reports_leaf ({key}, {", ".join(MEASURES)})
        SELECT {key}, {", ".join(f"n.{m}" for m in MEASURES)} FROM fold_new n JOIN fold_delta USING ({key})
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{m} = EXCLUDED.{m}" for m in MEASURES)}
        """
    )
    cursor.execute("ANALYZE fold_delta")
    return changed


def spread(cursor, table: str, *, today: datetime.date) -> None:
    """Adds up what a table of leaf amounts means for the cells of all ancestors, into `fold_cell`.

    A flow counts where its slot's map says; a stock is put where each map of its area says, from the later of its slot
    and the map's start, and taken away at the map's end: so its running sum follows the tree, and the value on any day
    is the one under that day's boundaries. Under today's boundaries both use today's map.
    """
    counts = ", ".join(f"sum(b.sign * d.{m})" for m in MEASURES[1:])
    amount = "b.sign * d.amount"
    half = HALF.format(day="b.day")
    cursor.execute(
        f"""
        INSERT INTO fold_cell
        SELECT m.ancestor_id, b.basis, d.element_id, d.calendar, {half},
               sum({amount} * COALESCE(m.share, 0)),
               sum(CASE WHEN m.exact THEN 0 ELSE {amount} * COALESCE(m.share, 0) END),
               sum(CASE WHEN m.share IS NULL THEN {amount} ELSE 0 END), {counts}
        FROM {table} d
        JOIN activities_dataelement e ON e.id = d.element_id
        JOIN reports_appliedmap m ON m.area_id = d.area_id
        JOIN areas_area a ON a.id = m.ancestor_id AND a.level <= 3
        CROSS JOIN LATERAL (
            SELECT 0::smallint AS basis, d.slot AS day, 1 AS sign WHERE e.kind = 'flow' AND m.during @> d.slot
            UNION ALL
            SELECT 0, GREATEST(d.slot, lower(m.during)), 1
            WHERE e.kind = 'stock' AND (upper(m.during) IS NULL OR upper(m.during) > d.slot)
            UNION ALL
            SELECT 0, upper(m.during), -1 WHERE e.kind = 'stock' AND upper(m.during) > d.slot
            UNION ALL
            SELECT 1, d.slot, 1 WHERE m.during @> %(today)s::date
        ) b
        GROUP BY m.ancestor_id, b.basis, d.element_id, d.calendar, {half}
        """,
        {"today": today},
    )


def _add_to_cells(cursor) -> int:
    """Adds what changed to the cells, ordered by key, and returns how many cells changed."""
    key = "area_id, basis, element_id, calendar, half"
    nothing = " AND ".join(f"sum({m}) = 0" for m in CELL_MEASURES)
    cursor.execute(
        f"""
        INSERT INTO reports_cell AS c ({key}, {", ".join(CELL_MEASURES)})
        SELECT {key}, {", ".join(f"sum({m})" for m in CELL_MEASURES)}
        FROM fold_cell GROUP BY {key} HAVING NOT ({nothing}) ORDER BY {key}
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{m} = c.{m} + EXCLUDED.{m}" for m in CELL_MEASURES)}
        """
    )
    return cursor.rowcount
