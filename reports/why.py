"""What a number is made of: its formula, the areas below that add up to it, and the facts themselves."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404

from activities.models import DataElement
from areas.models import Area
from reports import board, facts, figures, layout
from reports.fact_rows import FactRow, rows
from reports.forms import Choice
from reports.models import Basis, Indicator
from reports.village import may_read_facts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Why:
    """`element`: the one whose facts are listed; `expected`: what it amounts to in the figure; `listed`: a page of
    them, None where the reader may not read rows; `remainder`: what no area below has, None where it is nothing.
    """

    place: board.Place
    choice: Choice
    fresh: figures.Freshness
    indicator: Indicator
    figure: figures.Figure
    amounts: dict[str, figures.Sums]
    level: int
    children: list[board.Row]
    remainder: figures.Figure | None
    element: DataElement
    elements: list[DataElement]
    listed: facts.FactPage | None
    rows: list[FactRow]

    @property
    def area(self) -> Area:
        return self.place.area

    @property
    def expected(self) -> Decimal:
        return self.amounts[self.element.code].amount

    @property
    def difference(self) -> Decimal:
        """What the rows have more or less than the number."""
        return self.listed.total - self.expected if self.listed else Decimal(0)


def gather(
    user: Any, area_id: int, code: str, choice: Choice, *, element: str, offset: int, today: datetime.date
) -> Why:
    """Everything behind one number, in at most ten queries. 404 where the reader may not read the area's figures."""
    day = today if choice.basis == Basis.TODAY else choice.period.end
    where = board.place(user, area_id, day)
    try:
        indicator = figures.indicators_of([code])[0]
    except ValueError as error:
        raise Http404(str(error)) from error
    elements = facts.elements(list(indicator.terms.all()))
    listed_element = next((e for e in elements if e.code == element), elements[0])
    units = board.below(where.area, day)
    level = board.first_level(where.area, units, choice)
    children = [unit for unit in units if unit.level == level]
    fresh = figures.freshness([where.area.pk, *(child.pk for child in children)])
    period = choice.period
    own, below = figures.tables(
        [
            figures.Ask([where.area], [period], [indicator]),
            figures.Ask([where.area, *children] if children else [], [period], [indicator], coverage=False),
        ],
        basis=choice.basis,
        fresh=fresh,
    )
    rest = below.remainder(0, where.area.pk, [c.pk for c in children])[code] if children else None
    listed = None
    if may_read_facts(user, where.area):
        listed = facts.page(listed_element, where.area, period, basis=choice.basis, today=fresh.today, offset=offset)
    found = Why(
        place=where,
        choice=choice,
        fresh=fresh,
        indicator=indicator,
        figure=own.figures(0, where.area.pk)[code],
        amounts={e.code: own.sum(0, where.area.pk, e.code) for e in elements},
        level=level,
        children=[board.Row(child, below.figures(0, child.pk)) for child in children],
        remainder=rest if rest and not layout.counts_once(indicator) and (rest.numerator or rest.denominator) else None,
        element=listed_element,
        elements=elements,
        listed=listed,
        rows=rows(listed.facts) if listed else [],
    )
    if found.difference and not fresh.waiting:
        log.error(
            "The facts of %s for area %s in %s give %s, the cells %s. Run roll_up --check.",
            listed_element.code,
            area_id,
            period.token,
            listed.total if listed else None,
            found.expected,
        )
    return found
