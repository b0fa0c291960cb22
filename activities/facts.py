"""What the rows of a list add up to, for one element: the list behind a number.

Every function takes rows that have a `share` (see the querysets): the part of the row that counts towards the area
asked for, null where nobody knows. A figure is the sum of the known parts (F11).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from activities.models import ActivityValue, DataElement, ReturnValue

_NUMBER = DecimalField(max_digits=28, decimal_places=8)

# Registry elements that logs give without a value of their own.
_OF_ACTIVITY = {"people_reached": F("reached"), "households_reached": F("households"), "activities_logged": Value(1)}
DISTINCT_TEAMS = "teams_with_activity"
ACTIVITY_ELEMENTS = {*_OF_ACTIVITY, DISTINCT_TEAMS}


@dataclass(frozen=True)
class Total:
    """`total`: the known part; `rows`: how many rows; `unknown`: rows whose share nobody knows."""

    total: Decimal
    rows: int
    unknown: int


def activity_amounts(rows: QuerySet, element: DataElement) -> QuerySet:
    """The activities that give something of the element, 0 included, each with `amount`."""
    if element.code == DISTINCT_TEAMS:
        amount = Value(1)
    elif element.code in _OF_ACTIVITY:
        amount = _OF_ACTIVITY[element.code]
    else:
        values = ActivityValue.objects.filter(activity=OuterRef("pk"), element=element)
        amount = Subquery(values.values("value")[:1])
    return rows.annotate(amount=Cast(amount, _NUMBER)).filter(amount__isnull=False)


def return_amounts(rows: QuerySet, element: DataElement) -> QuerySet:
    """The returns that give a value of the element, 0 included, each with `amount` and `qualifier`."""
    values = ReturnValue.objects.filter(report=OuterRef("pk"), element=element)
    return rows.annotate(
        amount=Cast(Subquery(values.values("value")[:1]), _NUMBER),
        qualifier=Subquery(values.values("qualifier")[:1]),
    ).filter(amount__isnull=False)


def total(rows: QuerySet, element: DataElement) -> Total:
    """The sum of rows that have `amount` and `share`."""
    rows = rows.order_by()
    if element.code == DISTINCT_TEAMS:
        found = rows.aggregate(
            total=Count("team", distinct=True, filter=Q(share__isnull=False)),
            rows=Count("pk"),
            unknown=Count("pk", filter=Q(share__isnull=True)),
        )
    else:
        found = rows.aggregate(
            total=Sum(F("amount") * F("share"), output_field=_NUMBER),
            rows=Count("pk"),
            unknown=Count("pk", filter=Q(share__isnull=True)),
        )
    return Total(Decimal(found["total"] or 0).normalize(), found["rows"], found["unknown"])


# The value that a figure takes of each area and day: final over estimate, then the latest (F4). {select} picks from it.
_VALUES = """
    WITH RECURSIVE given AS (
        SELECT DISTINCT ON (r.area_id, LEAST(upper(r.period), upper(u.valid)))
               r.id, r.area_id, LEAST(upper(r.period), upper(u.valid)) - 1 AS day
          FROM activities_returnvalue v
          JOIN activities_return r ON r.id = v.report_id AND r.status IN ('submitted', 'approved')
          JOIN areas_area u ON u.id = r.area_id
         WHERE v.element_id = %s
         ORDER BY r.area_id, LEAST(upper(r.period), upper(u.valid)),
                  r.estimate, r.submitted_at DESC NULLS LAST, r.id DESC
    )
"""
_FLOWS = _VALUES + "SELECT id FROM given WHERE day >= coalesce(%s, '-infinity'::date) AND day <= %s"
# A running total stands until the area's own next value, or the first one of any successor from the succession on (F3).
_LEVELS = (
    _VALUES
    + """
    , line AS (
        SELECT DISTINCT area_id, area_id AS heir, NULL::date AS since FROM given
        UNION
        SELECT l.area_id, n.successor_id, n.date
          FROM line l JOIN areas_areasuccession n ON n.predecessor_id = l.heir
    )
    SELECT g.id FROM given g
     WHERE g.day <= %s AND NOT EXISTS (
        SELECT 1 FROM line l JOIN given n ON n.area_id = l.heir
         WHERE l.area_id = g.area_id AND n.day > g.day AND n.day <= %s AND (l.since IS NULL OR n.day >= l.since))
"""
)


def standing(rows: QuerySet, element: DataElement, first: datetime.date | None, last: datetime.date) -> QuerySet:
    """The returns of which a figure takes the element's value: of a flow those that post from `first` to `last`, of a
    running total those whose value stands on `last`."""
    if element.kind == DataElement.Kind.STOCK:
        chosen = RawSQL(_LEVELS, [element.pk, last, last])
    else:
        chosen = RawSQL(_FLOWS, [element.pk, first, last])
    return rows.filter(pk__in=chosen)
