"""What a figure is: indicators of areas in a period, under the boundaries of the day or of today.

The one way to a number, for pages, documents, commands and interfaces. A rate is Σ numerator ÷ Σ denominator, divided
last; it is never stored, summed or averaged.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from activities.models import DataElement
from activities.periods import Period
from areas.models import Area, AreaAncestry
from reports import distinct
from reports.amounts import NOTHING, Key, Span, Sums, Wanted, read_all
from reports.models import Basis, Indicator, IndicatorTerm, RollUpState


class Reason:
    """Why there is no value, or not a whole one: the words that pages show."""

    NOT_REPORTED = "chưa báo cáo"
    NO_DATA = "chưa có số liệu"
    NO_DENOMINATOR = "thiếu mẫu số"
    OTHER_CALENDAR = "không áp dụng"
    NOT_COMPARABLE = "không so sánh được"


@dataclass(frozen=True)
class Figure:
    """One indicator of one area in one period. `value` of a rate is the plain ratio; None where there is none.

    `reporting` of `expected` units have reported (None for registers); `comparable` is false where a part lies in units
    whose share nobody knows, and then a count is the known part; `qualifier` is exact, over, under or about;
    `provisional`: something is only submitted, or returns are missing; `estimated`: forecasts or shares by weight are
    in it; `restated`: units that have ended are in it, put under today's boundaries; `reason` says why `value` is None.
    """

    indicator: Indicator
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reporting: int | None
    expected: int | None
    comparable: bool
    qualifier: str
    provisional: bool
    estimated: bool
    restated: bool
    reason: str


@dataclass(frozen=True)
class Line:
    """An area with its figures by indicator code."""

    area: Area
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Report:
    """Figures of an area, of the areas one level below, and in `remainder` of what belongs to none of those."""

    area: Area
    period: Period
    basis: Basis
    fresh_at: datetime.datetime
    figures: dict[str, Figure]
    children: list[Line] = field(default_factory=list)
    remainder: dict[str, Figure] | None = None


@dataclass(frozen=True)
class Freshness:
    """`today`: the day that counts as today in the cells; `fresh_at`: up to when all that was saved is counted, the
    time of the oldest mark still to be seen, or now; `waiting`: how many marks wait; `version` changes with the cells;
    `moved`: of the areas asked about, the last day on which something that counts there today began to do so.
    """

    today: datetime.date
    fresh_at: datetime.datetime
    waiting: int
    version: str
    moved: dict[int, datetime.date]


def freshness(area_ids: Iterable[int] = ()) -> Freshness:
    """What is counted by now. Vietnam's date stands for `today` before the first roll-up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.today, s.folded_at, m.at, m.waiting, (
                SELECT jsonb_object_agg(x.ancestor_id, x.since) FROM (
                    SELECT ancestor_id, max(lower(during)) AS since FROM reports_appliedmap
                    WHERE ancestor_id = ANY(%s) AND during @> s.today AND lower(during) IS NOT NULL
                    GROUP BY ancestor_id
                ) x
            )
            FROM (SELECT min(at) AS at, count(*) AS waiting FROM reports_mark) m
            LEFT JOIN reports_rollupstate s ON s.id = 1
            """,
            [list(area_ids)],
        )
        today, folded_at, oldest, waiting, moved = cursor.fetchone()
    return Freshness(
        today=today or timezone.localdate(),
        fresh_at=oldest or timezone.now(),
        waiting=waiting,
        version=f"{int(folded_at.timestamp() * 1_000_000):x}" if folded_at else "0",
        moved={int(i): datetime.date.fromisoformat(day) for i, day in json.loads(moved or "{}").items()},
    )


def today_of_cells() -> datetime.date:
    """The day that counts as today in the cells; Vietnam's date before the first roll-up."""
    return RollUpState.objects.values_list("today", flat=True).first() or timezone.localdate()


def indicators_of(codes: Iterable[str] | None = None, terms: QuerySet | None = None) -> list[Indicator]:
    """Active indicators with their terms, in the catalogue's order. ValueError names a code that does not exist.

    One query: `terms` (default: all) are read with their indicators, so one without any term has nothing to show.
    """
    rows = IndicatorTerm.objects.all() if terms is None else terms
    rows = rows.filter(indicator__active=True).select_related("indicator", "element")
    if codes is not None:
        codes = list(codes)
        rows = rows.filter(indicator__code__in=codes)
    by_code: dict[str, tuple[Indicator, list[IndicatorTerm]]] = {}
    for row in rows.order_by("indicator__position", "indicator_id", "id"):
        by_code.setdefault(row.indicator.code, (row.indicator, []))[1].append(row)
    for indicator, own in by_code.values():
        read = indicator.terms.all()
        read._result_cache = own  # what prefetch_related keeps, from the one query
        indicator._prefetched_objects_cache = {"terms": read}  # type: ignore[attr-defined]
    if codes is None:
        return [indicator for indicator, _ in by_code.values()]
    missing = [code for code in codes if code not in by_code]
    if missing:
        raise ValueError(f"Không có chỉ số “{missing[0]}”.")
    return [by_code[code][0] for code in codes]


def children_of(area: Area, day: datetime.date) -> list[Area]:
    """The areas one level below on a day, in Vietnamese order.

    Those of which nobody knows whether they are in it are not: what they hold is `maybe` in the area and in the
    remainder line.
    """
    known = AreaAncestry.objects.filter(area=OuterRef("pk"), ancestor=area, during__contains=day, share__isnull=False)
    return list(Area.objects.children_of(area, day).filter(Exists(known)).in_order())


def figures(
    area: Area,
    period: Period,
    *,
    basis: Basis = Basis.REPORTED,
    indicators: Sequence[Indicator] | None = None,
    children: bool = False,
) -> Report:
    """The figures of an area in a period; with `children` also those below and the remainder that completes them."""
    indicators = indicators_of() if indicators is None else indicators
    below = children_of(area, today_of_cells() if basis == Basis.TODAY else period.end) if children else []
    fresh = freshness([area.id, *(child.id for child in below)])
    table = tables([Ask([area, *below], [period], indicators)], basis=basis, fresh=fresh)[0]
    lines = [Line(child, table.figures(0, child.id)) for child in below]
    return Report(
        area=area,
        period=period,
        basis=basis,
        fresh_at=fresh.fresh_at,
        figures=table.figures(0, area.id),
        children=lines,
        remainder=table.remainder(0, area.id, [c.id for c in below]) if children else None,
    )


def series(
    areas: Sequence[Area],
    periods: Sequence[Period],
    *,
    basis: Basis = Basis.REPORTED,
    indicators: Sequence[Indicator],
) -> dict[int, list[dict[str, Figure]]]:
    """For each area id, one dict of figures by indicator code per period: for trends and comparison, in few queries."""
    fresh = freshness([a.id for a in areas])
    table = tables([Ask(areas, periods, indicators)], basis=basis, fresh=fresh)[0]
    return {a.id: [table.figures(place, a.id) for place in range(len(periods))] for a in areas}


@dataclass(frozen=True)
class Ask:
    """Indicators of areas in periods of one calendar; without `coverage`, which costs counting, n of N is not told."""

    areas: Sequence[Area]
    periods: Sequence[Period]
    indicators: Sequence[Indicator]
    coverage: bool = True

    def elements(self) -> set[str]:
        """Codes of all elements needed: those of the indicators, and those that tell how many reported."""
        codes = {t.element.code for i in self.indicators for t in i.terms.all()}
        codes |= {distinct.WHOLE[code] for code in codes if code in distinct.WHOLE}
        sources = {i.source for i in self.indicators} if self.coverage else set()
        if Indicator.Source.RETURN in sources:
            codes |= {"returns_submitted", "returns_due"}
        if Indicator.Source.LOG in sources:
            codes |= {"teams_with_activity", "active_teams"}
        return codes


def tables(asks: Sequence[Ask], *, basis: Basis, fresh: Freshness) -> list[Table]:
    """One table for each ask, all read in two statements. Under today's boundaries `fresh` knows the areas' moves."""
    asked = [ask for ask in asks if ask.periods]
    sums = read_all(
        [Wanted(ask.areas, ask.elements(), [Span.of(p, today=fresh.today) for p in ask.periods]) for ask in asked],
        calendar=asked[0].periods[0].calendar,
        basis=basis,
        today=fresh.today,
    )
    moved = fresh.moved if basis == Basis.TODAY else {}
    found = iter(sums)
    return [Table(ask, next(found) if ask.periods else {}, moved) for ask in asks]


@dataclass(frozen=True)
class _Parts:
    """An indicator's terms, (element code, coefficient) each, and whether a flow is among them."""

    num: list[tuple[str, Decimal]]
    den: list[tuple[str, Decimal]]
    flows: bool

    @classmethod
    def of(cls, indicator: Indicator) -> _Parts:
        terms = list(indicator.terms.all())
        num, den = ([(t.element.code, t.coefficient) for t in terms if t.part == part] for part in ("num", "den"))
        return cls(num, den, any(t.element.kind == DataElement.Kind.FLOW for t in terms))


class Table:
    """The sums that an ask needs, and the figures made of them."""

    def __init__(self, ask: Ask, sums: dict[Key, Sums], moved: dict[int, datetime.date]):
        self.indicators = ask.indicators
        self.has_coverage = ask.coverage
        self.parts = {i.code: _Parts.of(i) for i in ask.indicators}
        self.periods = ask.periods
        self.sums = sums
        self.moved = moved

    def sum(self, place: int, area_id: int, code: str) -> Sums:
        found = self.sums.get((place, area_id, code), NOTHING)
        if not found.postings and code in distinct.WHOLE:
            whole = self.sums.get((place, area_id, distinct.WHOLE[code]), NOTHING)
            return Sums(postings=whole.postings, maybe=whole.maybe)
        return found

    def figures(self, place: int, area_id: int) -> dict[str, Figure]:
        return {
            i.code: self._figure(i, lambda code: self.sum(place, area_id, code), self._restated(place, area_id, i))
            for i in self.indicators
        }

    def remainder(self, place: int, area_id: int, below: Sequence[int]) -> dict[str, Figure]:
        def rest(code: str) -> Sums:
            return self.sum(place, area_id, code) - sum((self.sum(place, b, code) for b in below), NOTHING)

        return {i.code: self._figure(i, rest, False) for i in self.indicators}

    def _restated(self, place: int, area_id: int, indicator: Indicator) -> bool:
        """Whether units that ended since are in it: after the period's start for flows, after its end for stocks."""
        moved = self.moved.get(area_id)
        if moved is None:
            return False
        period = self.periods[place]
        return moved > (period.start if self.parts[indicator.code].flows else period.end)

    def _figure(self, indicator: Indicator, sum_of, restated: bool) -> Figure:
        parts = self.parts[indicator.code]
        num = _weighted(parts.num, sum_of)
        den = _weighted(parts.den, sum_of)
        is_rate = bool(parts.den)
        reporting, expected = self._coverage(indicator, sum_of)
        numerator = plain(num.amount) if num.postings else None
        denominator = plain(den.amount) if is_rate and den.postings else None
        comparable = num.maybe == 0 and den.maybe == 0
        value, reason = _value(indicator, num, den, is_rate=is_rate, comparable=comparable)
        missing = indicator.source == Indicator.Source.RETURN and (reporting or 0) < (expected or 0)
        return Figure(
            indicator=indicator,
            value=value,
            numerator=numerator,
            denominator=denominator,
            reporting=reporting,
            expected=expected,
            comparable=comparable,
            qualifier=_qualifier(num, den),
            provisional=bool(num.provisional > 0 or den.provisional > 0 or missing),
            estimated=bool(num.estimated or den.estimated or num.forecast > 0 or den.forecast > 0),
            restated=restated,
            reason=reason,
        )

    def _coverage(self, indicator: Indicator, sum_of) -> tuple[int | None, int | None]:
        """n of N that reported (F12): returns by commune and month, logs by active team, registers none."""
        if not self.has_coverage:
            return None, None
        if indicator.source == Indicator.Source.RETURN:
            return int(sum_of("returns_submitted").amount), int(sum_of("returns_due").amount)
        if indicator.source == Indicator.Source.LOG:
            return int(sum_of("teams_with_activity").amount), int(sum_of("active_teams").amount)
        return None, None


def _weighted(terms: Sequence[tuple[str, Decimal]], sum_of) -> Sums:
    total = NOTHING
    for code, c in terms:
        one = sum_of(code)
        if c != 1:
            one = Sums(one.amount * c, one.estimated * c, one.maybe * c, *_counts(one))
        total = one if total is NOTHING else total + one
    return total


def _counts(one: Sums) -> tuple[int, ...]:
    return one.postings, one.provisional, one.over, one.under, one.about, one.forecast, one.elsewhere


def _value(indicator: Indicator, num: Sums, den: Sums, *, is_rate: bool, comparable: bool):
    """The value, or None with the reason."""
    silent = Reason.NOT_REPORTED if indicator.source == Indicator.Source.RETURN else Reason.NO_DATA
    if not num.postings:
        return None, Reason.OTHER_CALENDAR if num.elsewhere else silent
    if not is_rate:
        return plain(num.amount), "" if comparable else Reason.NOT_COMPARABLE
    if not den.postings or (den.amount == 0 and comparable):
        return None, Reason.OTHER_CALENDAR if den.elsewhere else Reason.NO_DENOMINATOR
    if not comparable:
        return None, Reason.NOT_COMPARABLE
    return num.amount / den.amount, ""


def _qualifier(num: Sums, den: Sums) -> str:
    """One kind of looseness keeps its word; mixed ones, or one in a denominator, are "about"."""
    loose = [name for name in ("over", "under", "about") if getattr(num, name) > 0]
    if den.over > 0 or den.under > 0 or den.about > 0 or len(loose) > 1:
        return "about"
    return loose[0] if loose else "exact"


def plain(number: Decimal) -> Decimal:
    """Without the zeros behind the comma that sums of shares leave: 15995.000 → 15995."""
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()
