"""What an area's dashboard is made of: the area and its place, its figures, its children's, its trend.

Ten queries whatever the number of children, those of the session's user and grants included.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import Http404

from accounts.roles import Right
from accounts.scope import scope
from activities.models import DataElement
from activities.periods import MONTHS, Period, PeriodKind, latest_ended
from areas.models import Area, AreaAncestry, AreaParent, Level
from reports import figures, layout
from reports.forms import FIRST_YEAR, Choice
from reports.models import Basis, Indicator, IndicatorTerm, Target

# Which tiers an area's table can show; the first that has units is shown unless the reader chose another.
BELOW: dict[int, tuple[Level, ...]] = {
    Level.COUNTRY: (Level.PROVINCE,),
    Level.PROVINCE: (Level.DISTRICT, Level.COMMUNE),
    Level.DISTRICT: (Level.COMMUNE,),
    Level.COMMUNE: (Level.VILLAGE,),
    Level.VILLAGE: (),
}
TREND_ROWS = 13


@dataclass(frozen=True)
class Place:
    """An area and its ancestors on a day, widest first; `open_ids`: those whose figures the reader may open."""

    area: Area
    ancestors: list[Area]
    open_ids: frozenset[int]
    day: datetime.date

    @property
    def ended(self) -> datetime.date | None:
        """The area's last day, if it has ended."""
        upper = self.area.valid.upper
        return upper - datetime.timedelta(days=1) if upper else None


@dataclass(frozen=True)
class Row:
    """An area below (None: the remainder line) with the figures of the table's columns."""

    area: Area | None
    figures: dict[str, figures.Figure]


@dataclass(frozen=True)
class Board:
    """All that the page shows in numbers. `before`: a year ago; `trend` and `lines`: in the order of the trend's
    periods, the picked indicator and those that have sparklines; `counts`: how many areas stand below, by tier.
    """

    place: Place
    choice: Choice
    fresh: figures.Freshness
    indicators: dict[str, Indicator]
    targets: Targets
    now: dict[str, figures.Figure]
    before: dict[str, figures.Figure]
    columns: list[Indicator]
    rows: list[Row]
    remainder: Row | None
    level: int
    counts: dict[int, int]
    picked: Indicator
    trend_periods: list[Period]
    trend: list[figures.Figure]
    lines: list[dict[str, figures.Figure]]

    @property
    def area(self) -> Area:
        return self.place.area

    @property
    def running(self) -> bool:
        """Whether the period has not ended."""
        return self.choice.period.end >= self.fresh.today


class Targets:
    """Targets that areas were given, else the indicator's general one. Nobody is given the target of a unit above
    them; only a rate's holds below, as a rate has one size everywhere.
    """

    def __init__(self, given: dict[tuple[str, int], Decimal], above: list[int]):
        self.given = given
        self.above = above

    def of(self, indicator: Indicator, area_id: int, period: Period) -> Decimal | None:
        """The target of the area, in the indicator's own terms. A flow's is for a year, and held against a year."""
        is_rate = any(t.part == "den" for t in indicator.terms.all())
        flow = any(t.element.kind == DataElement.Kind.FLOW for t in indicator.terms.all())
        if flow and not is_rate and period.kind != PeriodKind.YEAR:
            return None
        holders = [area_id, *(self.above if is_rate else [])]
        return next((self.given[indicator.code, of] for of in holders if (indicator.code, of) in self.given), None) or (
            indicator.target
        )


def nearest_day(day: datetime.date) -> Func:
    """For rows of AreaAncestry: the day, or the last day of an area that has ended by then."""
    ends = Coalesce(
        Func(F("area__valid"), function="upper", output_field=DateField()), Value(datetime.date(9999, 1, 2))
    )
    last = ExpressionWrapper(ends - datetime.timedelta(days=1), output_field=DateField())
    return Func(last, Value(day), function="LEAST", output_field=DateField())


def place(user: Any, area_id: int, day: datetime.date) -> Place:
    """The area with its ancestors on the day, or on the day nearest to it on which the area exists. 404 where the user
    may not read its figures.
    """
    found = scope(user, Right.READ_FIGURES)
    above = AreaAncestry.objects.alias(then=nearest_day(day)).filter(area=area_id, during__contains=F("then"))
    areas = Area.objects.filter(Q(pk=area_id) | Q(pk__in=above.values("ancestor")))
    if not found.everything:
        mine = Area.objects.filter(Q(pk__in=found.areas) | Q(pk__in=found.own_levels), pk=OuterRef("pk"))
        areas = areas.annotate(open=Exists(mine))
    rows: list[Any] = list(areas.order_by("level", "sort_key"))
    open_ids = frozenset(a.pk for a in rows if found.everything or a.open)
    area = next((a for a in rows if a.pk == area_id), None)
    if area is None or area_id not in open_ids:
        raise Http404
    ended = area.valid.upper is not None and area.valid.upper <= day
    return Place(
        area=area,
        ancestors=[a for a in rows if a.pk != area_id and a.level < area.level],
        open_ids=open_ids,
        day=area.valid.upper - datetime.timedelta(days=1) if ended else day,
    )


def below(area: Area, day: datetime.date) -> list[Area]:
    """Areas of the tiers that the table can show, existing on the day and counting towards the area, in order.

    Villages have `parent_name`: the commune whose register made them, which tells apart the many of one name.
    """
    levels = BELOW[area.level]
    if not levels:
        return []
    counting = AreaAncestry.objects.filter(ancestor=area, during__contains=day, share__isnull=False)
    areas = Area.objects.on(day).filter(pk__in=counting.values("area"), level__in=levels)
    if Level.VILLAGE in levels:
        edges = AreaParent.objects.filter(child=OuterRef("pk"), during__contains=day)
        areas = areas.annotate(parent_name=Subquery(edges.values("parent__name")[:1]))
    return list(areas.defer("search", "latitude", "longitude", "area_km2").in_order())


def gather(user: Any, area_id: int, choice: Choice, *, today: datetime.date, trend: bool = True) -> Board:
    """Everything that the dashboard of the area shows for the choice; without `trend` its lines are left out.

    Of a unit that has ended the last period that it lived through is shown, unless the reader chose another.
    """
    day = today if choice.basis == Basis.TODAY else choice.period.end
    where = place(user, area_id, day)
    if where.ended and where.ended < choice.period.end and not choice.chose_period:
        choice = choice.but(period=latest_ended(where.ended + datetime.timedelta(days=1), choice.calendar))
        day = today if choice.basis == Basis.TODAY else choice.period.end
    units = below(where.area, day)
    level = first_level(where.area, units, choice)
    children = [unit for unit in units if unit.level == level]
    chain = [where.area.pk, *(a.pk for a in reversed(where.ancestors))]
    indicators, targets = catalogue(chain, day)
    by_code = {i.code: i for i in indicators}
    picked = by_code.get(choice.indicator) or by_code[layout.TREND]
    columns = [by_code[code] for code in layout.columns(choice.columns) if code in by_code]
    periods = trend_periods(choice) if trend else []
    fresh = figures.freshness([where.area.pk, *(child.pk for child in children)])
    period = choice.period
    small = [i for i in indicators if i.code in layout.SPARKLINES and _additive(i)]
    own, table, curve, lines = figures.tables(
        [
            figures.Ask([where.area], [period, period.year_before()], indicators),
            figures.Ask([where.area, *children] if children else [], [period], columns),
            figures.Ask([where.area], periods, [picked]),
            figures.Ask([where.area], periods, small, coverage=False),
        ],
        basis=choice.basis,
        fresh=fresh,
    )
    remainder = table.remainder(0, where.area.pk, [c.pk for c in children]) if children else {}
    return Board(
        place=where,
        choice=choice,
        fresh=fresh,
        indicators=by_code,
        targets=Targets(targets, chain),
        now=own.figures(0, where.area.pk),
        before=own.figures(1, where.area.pk),
        columns=columns,
        rows=[Row(child, table.figures(0, child.pk)) for child in children],
        remainder=Row(None, remainder) if children and _says_something(remainder) else None,
        level=level,
        counts={of: n for of in BELOW[where.area.level] if (n := sum(u.level == of for u in units))},
        picked=picked,
        trend_periods=periods,
        trend=[curve.figures(nth, where.area.pk)[picked.code] for nth in range(len(periods))],
        lines=[lines.figures(nth, where.area.pk) for nth in range(len(periods))],
    )


def catalogue(area_ids: list[int], day: datetime.date) -> tuple[list[Indicator], dict[tuple[str, int], Decimal]]:
    """Active indicators with their terms, and the targets of the areas on the day, in one query."""
    given: QuerySet = Target.objects.filter(
        indicator=OuterRef("indicator"), area__in=area_ids, during__contains=day
    ).values(json=JSONObject(area="area_id", value=Func(F("value"), function="text")))
    indicators = figures.indicators_of(terms=IndicatorTerm.objects.annotate(targets=ArraySubquery(given)))
    targets = {
        (i.code, target["area"]): Decimal(target["value"])
        for i in indicators
        for term in i.terms.all()[:1]
        for target in term.targets  # type: ignore[attr-defined]  # annotated above
    }
    return indicators, targets


def trend_periods(choice: Choice) -> list[Period]:
    """13 months or quarters up to the one shown, so that the one a year before is there; of a longer period its last
    12 months, or (`trend=same`) the same period of each year.
    """
    period = choice.period
    if choice.trend != "months" and (choice.trend == "same" or period.kind in (PeriodKind.MONTH, PeriodKind.QUARTER)):
        years = min(TREND_ROWS, period.year - FIRST_YEAR + 1)
        if MONTHS[period.kind] > 3:
            return [
                Period(period.kind, period.year - back, period.last_month, period.calendar) for back in _back(years)
            ]
        return [_earlier(period, back * MONTHS[period.kind]) for back in _back(TREND_ROWS)]
    last = Period(PeriodKind.MONTH, period.year, period.last_month, period.calendar)
    return [_earlier(last, back) for back in _back(TREND_ROWS if period.kind == PeriodKind.MONTH else 12)]


def _back(number: int) -> range:
    return range(max(number, 1) - 1, -1, -1)


def _earlier(period: Period, months: int) -> Period:
    day = datetime.date(period.year, period.last_month, 1) - relativedelta(months=months)
    return Period(period.kind, day.year, day.month, period.calendar)


def first_level(area: Area, units: list[Area], choice: Choice) -> int:
    """The tier that is shown: the one that the reader chose, else the widest that has units; 0 where nothing stands."""
    there = {unit.level for unit in units}
    if choice.level in there:
        return choice.level
    return next((level for level in BELOW[area.level] if level in there), 0)


def _additive(indicator: Indicator) -> bool:
    """Whether thirteen periods of it cost no counting of rows."""
    return all(t.element.kind != DataElement.Kind.DISTINCT for t in indicator.terms.all())


def _says_something(remainder: dict[str, figures.Figure]) -> bool:
    """Whether a count that adds up has something that no area below has."""
    return any(f.numerator for f in remainder.values() if layout.adds_up(f.indicator))
