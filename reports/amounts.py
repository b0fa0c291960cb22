"""Reads what counts towards areas over spans of days: sums of cells, of leaves for villages, and distinct counts.

Two statements whatever is asked for: one for all that is additive, which looks at no row of the activity log, and one
for the distinct counts.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

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


class Sums(NamedTuple):
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

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(*map(operator.add, self, other))

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*map(operator.sub, self, other))


NOTHING = Sums()
Key = tuple[int, int, str]  # span's place, area id, element code

_SPANS = "unnest(%(idx)s::int[], %(start)s::date[], %(until)s::date[]) s(idx, start, until)"
_COUNTS = ("postings", "provisional", "over", "under", "about", "forecast")
_SUMS = ", ".join(
    f"COALESCE(sum(x.{m}) FILTER (WHERE x.calendar = ANY(%(calendars)s)), 0)"
    for m in ("amount", "estimated", "maybe", *_COUNTS)
)

_ELSEWHERE = "COALESCE(sum(x.postings) FILTER (WHERE x.calendar <> ALL(%(calendars)s)), 0)"

_ELEMENTS = "SELECT id FROM activities_dataelement WHERE code = ANY(%(elements)s)"

_FROM_CELLS = f"""
    SELECT s.idx, x.area_id, e.code, {_SUMS}, {_ELSEWHERE}
    FROM {_SPANS}
    JOIN reports_cell x ON x.half < s.until
    JOIN activities_dataelement e ON e.id = x.element_id
    WHERE x.basis = %(basis)s AND x.area_id = ANY(%(areas)s) AND x.element_id = ANY(ARRAY({_ELEMENTS}))
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
        JOIN reports_leaf l ON l.area_id = m.area_id AND l.element_id = ANY(ARRAY({_ELEMENTS})) AND l.slot < s.until
        JOIN activities_dataelement e ON e.id = l.element_id AND (e.kind = 'stock' OR l.slot >= s.start)
        WHERE m.ancestor_id = ANY(%(areas)s)
          AND m.during @> CASE WHEN %(basis)s = 1 THEN %(today)s::date WHEN e.kind = 'flow' THEN l.slot
                               ELSE s.until - 1 END
    ) x
    GROUP BY s.idx, x.area_id, x.code
"""


@dataclass(frozen=True)
class Wanted:
    """Elements, by code, of areas over spans."""

    areas: Sequence[Area]
    elements: Iterable[str]
    spans: Sequence[Span]


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
    wanted = Wanted(areas, [e.code for e in elements], spans)
    return read_all([wanted], calendar=calendar, basis=basis, today=today)[0]


def read_all(
    wanted: Sequence[Wanted], *, calendar: Calendar, basis: Basis, today: datetime.date
) -> list[dict[Key, Sums]]:
    """As `read`, for several things at once, in the same two statements."""
    own = CalendarScope.CIVIL if calendar == Calendar.CIVIL else CalendarScope.STATUTORY
    common = {"calendars": [int(CalendarScope.BOTH), int(own)], "basis": int(basis), "today": today}
    additive, counted = _Union(common), _Union(common)
    for nth, one in enumerate(wanted):
        codes = set(one.elements)
        distinct_codes = sorted(codes & distinct.COUNTS.keys())
        plain_codes = sorted(codes - distinct.COUNTS.keys())
        dues = [(i, due) for i, span in enumerate(one.spans) for due in span.dues]
        params = {
            "idx": list(range(len(one.spans))),
            "start": [span.start for span in one.spans],
            "until": [span.until for span in one.spans],
            "due_idx": [i for i, _ in dues],
            "due": [due for _, due in dues],
        }
        for sql, ids in (
            (_FROM_CELLS, [a.id for a in one.areas if a.level != Level.VILLAGE]),
            (_FROM_LEAVES, [a.id for a in one.areas if a.level == Level.VILLAGE]),
        ):
            if ids and plain_codes:
                additive.add(nth, sql, params | {"areas": ids, "elements": plain_codes})
        if one.areas and distinct_codes:
            counted.add(nth, distinct.union(distinct_codes), params | {"areas": [a.id for a in one.areas]})
    sums: list[dict[Key, Sums]] = [{} for _ in wanted]
    for union in (additive, counted):
        for nth, idx, area, code, *values in union.rows():
            sums[nth][idx, area, code] = Sums(*values)
    return sums


class _Union:
    """SELECTs with parameters of their own, run as one statement; each row starts with the number of its SELECT."""

    def __init__(self, common: dict):
        self.parts: list[str] = []
        self.params = dict(common)

    def add(self, nth: int, sql: str, params: dict) -> None:
        place = len(self.parts)
        named = re.sub(r"%\((\w+)\)s", lambda m: f"%({m[1]}_{place})s" if m[1] in params else m[0], sql)
        self.parts.append(f"SELECT {nth}, q.* FROM ({named}) q")
        self.params |= {f"{name}_{place}": value for name, value in params.items()}

    def rows(self) -> list[tuple]:
        if not self.parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.params)
            return cursor.fetchall()
