"""Rules A1 and A2 of figures.md told once more, naively: one area, one day, no memory. Shares no code with the portal.

Too slow for a country, right for a test: it reads the tables of areas, edges and successions into plain lists.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from areas.models import Area, AreaAncestry, AreaParent, AreaSuccession

FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)


class Oracle:
    """Judges `area_ids`; reads `world` (None: all areas), which holds all that stands above or after them."""

    def __init__(self, area_ids, world=None):
        world = Area.objects.all() if world is None else world
        self.areas = {a.pk: (a.valid.lower or FIRST, a.valid.upper or LAST) for a in world}
        self.ids = list(area_ids)
        self.edges, self.successions = {}, {}
        for e in AreaParent.objects.filter(child__in=world):
            self.edges.setdefault(e.child_id, []).append((e.during.lower or FIRST, e.during.upper or LAST, e.parent_id))
        for s in AreaSuccession.objects.filter(predecessor__in=world):
            self.successions.setdefault(s.predecessor_id, []).append((s.successor_id, s.weight))

    def days(self):
        """Every day on which anything of these areas and all that they may reach changes, and the day before it."""
        seen, todo = set(), list(self.ids)
        days = {FIRST, LAST - timedelta(days=1)}
        while todo:
            pk = todo.pop()
            if pk in seen:
                continue
            seen.add(pk)
            days.update(self.areas[pk])
            for start, end, parent in self.edges.get(pk, []):
                days.update((start, end))
                todo.append(parent)
            todo.extend(successor for successor, _ in self.successions.get(pk, []))
        around = days | {day - timedelta(days=1) for day in days}
        return sorted(day for day in around if FIRST <= day < LAST)

    def map(self, pk, day):
        """{ancestor: (share, exact)}; an unknown share is "?"."""
        first, end = self.areas[pk]
        if day < first:
            return self.map(pk, first)
        if day < end:
            above = {}
            for start, until, parent in self.edges.get(pk, []):
                if start <= day < until:
                    above = self.map(parent, day)
            return {**above, pk: (Fraction(1), True)}
        became = self.successions.get(pk)
        if not became:
            *_, last = sorted(edge for edge in self.edges[pk] if edge[0] < end)
            return self.map(last[2], day)
        maps = [self.map(successor, day) for successor, _ in became]
        result = {}
        for ancestor in set().union(*maps):
            shares = [m[ancestor][0] if ancestor in m else Fraction(0) for m in maps]
            exact = all(m[ancestor][1] for m in maps if ancestor in m)
            if len(set(shares)) == 1:
                result[ancestor] = (shares[0], exact)
            elif "?" in shares or any(weight is None for _, weight in became):
                result[ancestor] = ("?", False)
            else:
                total = sum(Fraction(weight) * share for (_, weight), share in zip(became, shares, strict=True))
                result[ancestor] = (total, False)
        return result

    def differences(self):
        """Where the table says otherwise than these rules: (area, day, what the table has, what the rules give)."""
        rows = {}
        for row in AreaAncestry.objects.filter(area__in=self.ids):
            rows.setdefault(row.area_id, []).append(row)
        found = []
        for pk in self.ids:
            for day in self.days():
                table = [
                    (r.ancestor_id, "?" if r.share is None else r.share, r.exact)
                    for r in rows.get(pk, [])
                    if (r.during.lower or FIRST) <= day < (r.during.upper or LAST)
                ]
                rules = [
                    (ancestor, share if share == "?" else as_kept(share), exact)
                    for ancestor, (share, exact) in self.map(pk, day).items()
                ]
                if sorted(table, key=str) != sorted(rules, key=str):
                    found.append((pk, day, table, rules))
        return found


def as_kept(share):
    """A share as the table keeps it: a decimal of 18 digits."""
    return Decimal(int(round(share, 18) * 10**18)).scaleb(-18)
