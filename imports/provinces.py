"""Of which province a file speaks: said, printed in its title, or clear from the names in it."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from accounts.roles import Right
from accounts.scope import scope
from areas.models import Area, Level
from imports.errors import Unusable
from imports.places import bare_name, plain_numbers, readings
from imports.text import plain_key

if TYPE_CHECKING:
    from accounts.models import User

# Of the places named, so many must lie in the province, and no other may have half as many.
_ENOUGH = 0.6


@dataclass(frozen=True)
class Province:
    id: int
    code: str
    kind: str
    name: str


def on(day: datetime.date) -> list[Province]:
    """The provinces of a day."""
    rows = Area.objects.on(day).filter(level=Level.PROVINCE).order_by("code")
    return [Province(*row) for row in rows.values_list("id", "code", "kind", "name")]


def by_code(code: str, day: datetime.date) -> Province:
    """The province with a code on a day. Raises Unusable."""
    for province in on(day):
        if province.code == code:
            return province
    raise Unusable(f"Không có tỉnh, thành phố nào mang mã {code} vào ngày {day:%d/%m/%Y}.")


def in_titles(lines: Iterable[str], day: datetime.date) -> Province | None:
    """The one province that title lines name with its kind; None where they name none, or several."""
    text = " | ".join(plain_key(line) for line in lines)
    named = []
    for province in on(day):
        words = "tinh" if plain_key(province.kind) == "tinh" else "thanh pho|tp"
        if re.search(rf"\b(?:{words}) {re.escape(plain_key(bare_name(province.name, province.kind)))}\b", text):
            named.append(province)
    # “Bắc Ninh” is not in “Bắc Ninh Bình”, but a longer name may begin with a shorter one.
    longest = [p for p in named if not any(p is not q and q.name.startswith(p.name + " ") for q in named)]
    return longest[0] if len(longest) == 1 else None


def ended_in_titles(lines: Iterable[str], day: datetime.date) -> str:
    """The name of a province that titles name and that had ended by the day, else ""."""
    ended = Area.objects.filter(level=Level.PROVINCE, valid__endswith__lte=day)
    last_days = {area.valid.upper - datetime.timedelta(days=1) for area in ended}
    named = (in_titles(lines, last_day) for last_day in sorted(last_days, reverse=True))
    return next((province.name for province in named if province), "")


def only_of(user: User, day: datetime.date) -> Province | None:
    """The one province of the day into which the user may import, the whole of it or a part; None for several."""
    found = scope(user, Right.IMPORT)
    if found.everything or not found.now:
        return None
    tops = (
        Area.objects.on(day)
        .filter(level=Level.PROVINCE, descent__area__in=found.areas, descent__during__contains=day)
        .distinct()[:2]
    )
    rows = list(tops.values_list("id", "code", "kind", "name"))
    return Province(*rows[0]) if len(rows) == 1 else None


def by_names(pairs: Counter[tuple[str, str]], day: datetime.date) -> Province | None:
    """The province in which most of the named (district, commune) lie; None where that is not clear."""
    if not pairs:
        return None
    units: dict[str, set[int]] = defaultdict(set)
    under: dict[str, set[tuple[str, int]]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"day": day})
        for level, kind, name, parent_kind, parent, province in cursor.fetchall():
            key = plain_numbers(bare_name(name, kind))
            if level == Level.DISTRICT:
                units[key].add(province)
            else:
                under[key].add((plain_numbers(bare_name(parent or "", parent_kind or "")), province))
    points: Counter[int] = Counter()
    for district, commune in pairs:
        wanted = plain_numbers(readings(district)[0][1]) if district else ""
        if commune:
            hits = under.get(plain_numbers(readings(commune)[0][1]), set())
            points.update({province for parent, province in hits if not wanted or parent == wanted})
        elif wanted:
            points.update(units.get(wanted, set()))
    best = points.most_common(2)
    if not best or best[0][1] < _ENOUGH * len(pairs) or (len(best) > 1 and best[1][1] * 2 > best[0][1]):
        return None
    return next((province for province in on(day) if province.id == best[0][0]), None)


# Living districts and communes with their parent and province.
_NAMES = """
SELECT a.level, a.kind, a.name, p.kind, p.name, c.ancestor_id
  FROM areas_area a
  JOIN areas_areaancestry c ON c.area_id = a.id AND c.during @> %(day)s::date
  JOIN areas_area top ON top.id = c.ancestor_id AND top.level = 1 AND top.valid @> %(day)s::date
  LEFT JOIN areas_areaparent e ON e.child_id = a.id AND e.during @> %(day)s::date
  LEFT JOIN areas_area p ON p.id = e.parent_id
 WHERE a.level IN (2, 3) AND a.valid @> %(day)s::date
"""
