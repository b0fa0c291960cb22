"""Reads what counts towards areas over spans of days: sums of cells, of leaves for villages, and distinct counts.

At most three statements whatever the number of areas, elements and spans, and none that looks at the activity log's
rows for an additive element.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import connection

from activities.models import DataElement
from activities.periods import Calendar, Period
from areas.models import Area, Level
from reports import distinct
from reports.models import Basis, CalendarScope


@dataclass(frozen=True)
class Span:
    """Days from `start` to the day before `until`, and the month ends on which a return fell due within it."""

    start: datetime.date
    until: datetime.date
    dues: tuple[datetime.date, ...] = ()

    @classmethod
    def of(cls, period: Period, *, today: datetime.date) -> Span:
        ends = tuple(month.end for month in period.months() if month.end <= today)
        return cls(period.start, period.end + datetime.timedelta(days=1), ends)


@dataclass(frozen=True)
class Sums:
    """What one element amounts to. `elsewhere` counts postings that only the other calendar can show (F9)."""

    amount: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    maybe: Decimal = Decimal(0)
    postings: int = 0
    provisional: int = 0
    over: int = 0
    under: int = 0
    about: int = 0
    forecast: int = 0
    elsewhere: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))


NOTHING = Sums()
Key = tuple[int, int, str]  # span's place, area id, element code

_SPANS = "unnest(%(idx)s::int[], %(start)s::date[], %(until)s::date[]) s(idx, start, until)"
_COUNTS = ("postings", "provisional", "over", "under", "about", "forecast")
_SUMS = ", ".join(
    f"COALESCE(sum(x.{m}) FILTER (WHERE x.calendar = ANY(%(calendars)s)), 0)"
    for m in ("amount", "estimated", "maybe", *_COUNTS)
)

_ELSEWHERE = "COALESCE(sum(x.postings) FILTER (WHERE x.calendar <> ALL(%(calendars)s)), 0)"

_FROM_CELLS = f"""
    SELECT s.idx, x.area_id, e.code, {_SUMS}, {_ELSEWHERE}
    FROM {_SPANS}
    JOIN reports_cell x ON x.half < s.until
    JOIN activities_dataelement e ON e.id = x.element_id
    WHERE x.basis = %(basis)s AND x.area_id = ANY(%(areas)s) AND x.element_id = ANY(%(elements)s)
      AND (e.kind = 'stock' OR x.half >= s.start)
    GROUP BY s.idx, x.area_id, e.code
"""

# A village has no cells: its figures are its own leaves and those of the villages that it came from.
_FROM_LEAVES = f"""
    SELECT s.idx, x.area_id, x.code, {_SUMS}, {_ELSEWHERE}
    FROM {_SPANS}
    CROSS JOIN LATERAL (
        SELECT m.ancestor_id AS area_id, e.code, l.calendar, l.amount * COALESCE(m.share, 0) AS amount,
               CASE WHEN m.exact THEN 0 ELSE l.amount * COALESCE(m.share, 0) END AS estimated,
               CASE WHEN m.share IS NULL THEN l.amount ELSE 0 END AS maybe,
               {", ".join(f"l.{m}" for m in _COUNTS)}
        FROM reports_appliedmap m
        JOIN reports_leaf l ON l.area_id = m.area_id AND l.element_id = ANY(%(elements)s) AND l.slot < s.until
        JOIN activities_dataelement e ON e.id = l.element_id AND (e.kind = 'stock' OR l.slot >= s.start)
        WHERE m.ancestor_id = ANY(%(areas)s)
          AND m.during @> CASE WHEN %(basis)s = 1 THEN %(today)s::date WHEN e.kind = 'flow' THEN l.slot
                               ELSE s.until - 1 END
    ) x
    GROUP BY s.idx, x.area_id, x.code
"""


def read(
    *,
    areas: Sequence[Area],
    elements: Iterable[DataElement],
    spans: Sequence[Span],
    calendar: Calendar,
    basis: Basis,
    today: datetime.date,
) -> dict[Key, Sums]:
    """Sums by (span's place, area id, element code); what has nothing is not in it."""
    elements = list(elements)
    additive = [e.id for e in elements if e.kind != DataElement.Kind.DISTINCT]
    counted = [e.code for e in elements if e.kind == DataElement.Kind.DISTINCT]
    own = CalendarScope.CIVIL if calendar == Calendar.CIVIL else CalendarScope.STATUTORY
    params = {
        "idx": list(range(len(spans))),
        "start": [span.start for span in spans],
        "until": [span.until for span in spans],
        "calendars": [int(CalendarScope.BOTH), int(own)],
        "basis": int(basis),
        "today": today,
        "elements": additive,
    }
    sums: dict[Key, Sums] = {}
    with connection.cursor() as cursor:
        for sql, ids in (
            (_FROM_CELLS, [a.id for a in areas if a.level != Level.VILLAGE]),
            (_FROM_LEAVES, [a.id for a in areas if a.level == Level.VILLAGE]),
        ):
            if ids and additive:
                cursor.execute(sql, {**params, "areas": ids})
                for idx, area, code, *values in cursor.fetchall():
                    sums[idx, area, code] = Sums(*values)
        if counted:
            dues = [(i, due) for i, span in enumerate(spans) for due in span.dues]
            params |= {
                "areas": [a.id for a in areas],
                "due_idx": [i for i, _ in dues],
                "due": [due for _, due in dues],
            }
            cursor.execute(distinct.union(counted), params)
            for idx, area, code, *values in cursor.fetchall():
                sums[idx, area, code] = Sums(*values)
    return sums
