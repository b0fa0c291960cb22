"""Towards which areas every area counts, day by day: the maps of figures.md, A1–A5, kept in `AreaAncestry`.

The maps are made in memory and compared with the table in SQL: the whole country with its villages takes seconds, and
only rows that differ are written, so that triggers on the table see real changes only.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.db import connection, transaction

from areas.errors import CircularAreas

# Days are ordinals; an open bound is one of these.
ALWAYS, EVER = 0, 10_000_000
_UNIT = 10**18  # shares are kept to 18 digits

# (share: 0 … 1, None where nobody knows; exact: False where weights or nobody made it)
Share = tuple[Fraction | int | None, bool]
Map = dict[int, Share]
WHOLE: Share = (1, True)
NONE: Share = (0, True)


@dataclass(slots=True)
class Node:
    """What the maps need to know of one area, in ordinals; `edges` are (from, until, parent) in order of time."""

    lower: int
    upper: int
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    successors: list[tuple[int, Fraction | None]] = field(default_factory=list)


def combine(branches: list[tuple[Fraction | None, Map]]) -> Map:
    """A2: the maps of what an ended unit became, with their weights, as one map."""
    if len(branches) == 1:
        return branches[0][1]
    weights = [weight for weight, _ in branches]
    result: Map = {}
    for ancestor in dict.fromkeys(key for _, branch in branches for key in branch):
        parts = [branch.get(ancestor, NONE) for _, branch in branches]
        share = parts[0][0]
        if all(part[0] == share for part in parts):
            result[ancestor] = (share, share is not None and all(exact for _, exact in parts))
        else:
            result[ancestor] = (_weighted(weights, [part[0] for part in parts]), False)
    return result


def _weighted(weights: list[Fraction | None], shares: list[Fraction | int | None]) -> Fraction | int | None:
    """Σ weight × share; None where anything of it is unknown."""
    total: Fraction | int = 0
    for weight, share in zip(weights, shares, strict=True):
        if weight is None or share is None:
            return None
        total += weight * share
    return total


class Tree:
    """The maps of a set of areas that is closed under parents and successors."""

    def __init__(self, nodes: dict[int, Node]):
        self.nodes = nodes
        self._pieces: dict[int, list[tuple[int, int, Map]]] = {}
        self._asked: set[tuple[int, int]] = set()

    def at(self, area: int, day: int) -> tuple[int, int, Map]:
        """The map of an area on a day, with days (from, until) around it on which the map is surely the same."""
        pieces = self._pieces.setdefault(area, [])
        for piece in pieces:
            if piece[0] <= day < piece[1]:
                return piece
        if (area, day) in self._asked:
            raise CircularAreas(area)
        self._asked.add((area, day))
        try:
            piece = self._make(area, day)
        finally:
            self._asked.discard((area, day))
        pieces.append(piece)
        return piece

    def _make(self, area: int, day: int) -> tuple[int, int, Map]:
        node = self.nodes[area]
        if day < node.lower:
            return ALWAYS, node.lower, self.at(area, node.lower)[2]
        if day >= node.upper:
            return self._after(node, day)
        start, end, parent = _edge_on(node.edges, day)
        start, end = max(start, node.lower), min(end, node.upper)
        if parent is None:
            return start, end, {area: WHOLE}
        since, until, above = self.at(parent, day)
        return max(start, since), min(end, until), {**above, area: WHOLE}

    def _after(self, node: Node, day: int) -> tuple[int, int, Map]:
        if node.successors:
            found = [(weight, self.at(area, day)) for area, weight in node.successors]
            since = max(node.upper, *(piece[0] for _, piece in found))
            until = min(piece[1] for _, piece in found)
            return since, until, combine([(weight, piece[2]) for weight, piece in found])
        parents = [parent for start, _, parent in node.edges if start < node.upper]
        if not parents:
            return node.upper, EVER, {}
        since, until, above = self.at(parents[-1], day)
        return max(since, node.upper), until, above

    def timeline(self, area: int) -> Iterator[tuple[int, int, Map]]:
        """(from, until, map) from always to ever, without gaps."""
        day = ALWAYS
        while day < EVER:
            _, until, found = self.at(area, day)
            yield day, until, found
            day = until

    def rows(self, area: int) -> list[tuple[int, int, int, Share]]:
        """(ancestor, from, until, share), each as long as it lasts."""
        done: list[tuple[int, int, int, Share]] = []
        running: dict[int, tuple[int, Share]] = {}
        for start, _, found in self.timeline(area):
            for ancestor, (since, share) in list(running.items()):
                if found.get(ancestor) != share:
                    done.append((ancestor, since, start, share))
                    del running[ancestor]
            for ancestor, share in found.items():
                if ancestor not in running:
                    running[ancestor] = (start, share)
        done.extend((ancestor, since, EVER, share) for ancestor, (since, share) in running.items())
        return done


def _edge_on(edges: list[tuple[int, int, int]], day: int) -> tuple[int, int, int | None]:
    since = ALWAYS
    for start, end, parent in edges:
        if day < start:
            return since, start, None
        if day < end:
            return start, end, parent
        since = end
    return since, EVER, None


def rebuild(area_ids: Collection[int] | None = None) -> int:
    """Make the ancestry of these areas (None: of all) what the tree says. Gives the number of rows written or removed.

    Whoever changed areas passes `touched_by` of them.
    """
    if area_ids is not None:
        area_ids = list(area_ids)
        if not area_ids:
            return 0
    tree = Tree(_load(area_ids))
    wanted = tree.nodes if area_ids is None else dict.fromkeys(area_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE new_ancestry (area_id bigint, ancestor_id bigint, during daterange,"
            " share numeric(20, 18), exact boolean)"
        )
        with cursor.copy("COPY new_ancestry FROM STDIN") as copy:
            for chunk in _lines(tree, wanted):
                copy.write(chunk)
        cursor.execute("ANALYZE new_ancestry")
        written = _swap(cursor, area_ids)
        cursor.execute("DROP TABLE new_ancestry")
    return written


def _swap(cursor, area_ids: list[int] | None) -> int:
    """Remove the rows that differ from `new_ancestry`, then add those that are missing: two statements, whole sets."""
    same = """
        n.area_id = a.area_id AND n.ancestor_id = a.ancestor_id AND n.during = a.during
        AND n.share IS NOT DISTINCT FROM a.share AND n.exact = a.exact"""
    scope = "" if area_ids is None else "a.area_id = ANY(%s) AND"
    cursor.execute(
        f"DELETE FROM areas_areaancestry a WHERE {scope} NOT EXISTS (SELECT FROM new_ancestry n WHERE {same})",
        [] if area_ids is None else [area_ids],
    )
    removed = cursor.rowcount
    cursor.execute(
        f"""
        INSERT INTO areas_areaancestry (area_id, ancestor_id, during, share, exact)
        SELECT n.* FROM new_ancestry n WHERE NOT EXISTS (SELECT FROM areas_areaancestry a WHERE {same})
         ORDER BY n.area_id, n.ancestor_id
        """
    )
    return removed + cursor.rowcount


def inherit(area_ids: list[int]) -> None:
    """Ancestry of new areas that live always under one parent: the parent's rows and one of their own, in SQL alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO areas_areaancestry (area_id, ancestor_id, during, share, exact)
            SELECT e.child_id, a.ancestor_id, a.during, a.share, a.exact
              FROM areas_areaparent e JOIN areas_areaancestry a ON a.area_id = e.parent_id
             WHERE e.child_id = ANY(%(ids)s)
            UNION ALL
            SELECT id, id, '(,)'::daterange, 1, true FROM unnest(%(ids)s::bigint[]) AS id
            """,
            {"ids": area_ids},
        )


def touched_by(area_ids: Collection[int]) -> set[int]:
    """The areas whose ancestry may change when these areas, their parents or their successors change: themselves and
    all that ever stood under them or were followed by them, step by step."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE touched(id) AS (
                SELECT unnest(%s::bigint[])
                UNION
                SELECT below.id FROM touched t CROSS JOIN LATERAL (
                    SELECT child_id AS id FROM areas_areaparent WHERE parent_id = t.id
                    UNION ALL
                    SELECT predecessor_id FROM areas_areasuccession WHERE successor_id = t.id
                ) AS below
            )
            SELECT id FROM touched
            """,
            [list(area_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


_CLOSURE = """
    WITH RECURSIVE needed(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT above.id FROM needed n CROSS JOIN LATERAL (
            SELECT parent_id AS id FROM areas_areaparent WHERE child_id = n.id
            UNION ALL
            SELECT successor_id FROM areas_areasuccession WHERE predecessor_id = n.id
        ) AS above
    )
    SELECT id FROM needed
"""


def _load(area_ids: list[int] | None) -> dict[int, Node]:
    """The areas with all that stands above or after them, in four queries."""
    with connection.cursor() as cursor:
        if area_ids is None:
            only = "true OR %s::bigint[] IS NULL"
            needed = None
        else:
            cursor.execute(_CLOSURE, [area_ids])
            needed = [row[0] for row in cursor.fetchall()]
            only = "{} = ANY(%s)"
        cursor.execute(
            f"SELECT id, lower(valid), upper(valid) FROM areas_area WHERE {only.format('id')} ORDER BY id", [needed]
        )
        nodes = {pk: Node(_start(lower), _end(upper)) for pk, lower, upper in cursor.fetchall()}
        cursor.execute(
            "SELECT child_id, lower(during), upper(during), parent_id FROM areas_areaparent"
            f" WHERE {only.format('child_id')} ORDER BY child_id, during",
            [needed],
        )
        for child, lower, upper, parent in cursor.fetchall():
            nodes[child].edges.append((_start(lower), _end(upper), parent))
        cursor.execute(
            "SELECT predecessor_id, successor_id, weight FROM areas_areasuccession"
            f" WHERE {only.format('predecessor_id')} ORDER BY predecessor_id, id",
            [needed],
        )
        for predecessor, successor, weight in cursor.fetchall():
            nodes[predecessor].successors.append((successor, None if weight is None else Fraction(weight)))
    return nodes


def _start(day: date | None) -> int:
    return ALWAYS if day is None else day.toordinal()


def _end(day: date | None) -> int:
    return EVER if day is None else day.toordinal()


def _lines(tree: Tree, area_ids: Iterable[int]) -> Iterator[str]:
    """Lines for COPY, one chunk an area.

    Most areas are villages that always stood under one commune: they take the commune's lines, made once.
    """
    shared: dict[int, list[str]] = {}
    for area in area_ids:
        node = tree.nodes[area]
        if (node.lower, node.upper) == (ALWAYS, EVER) and len(node.edges) == 1 and node.edges[0][:2] == (ALWAYS, EVER):
            parent = node.edges[0][2]
            if parent not in shared:
                shared[parent] = [_line(row) for row in tree.rows(parent)]
            tails = [*shared[parent], _line((area, ALWAYS, EVER, WHOLE))]
        else:
            tails = [_line(row) for row in tree.rows(area)]
        yield "".join(f"{area}{tail}" for tail in tails)


def _line(row: tuple[int, int, int, Share]) -> str:
    ancestor, start, end, (share, exact) = row
    return f"\t{ancestor}\t{_range(start, end)}\t{_number(share)}\t{'t' if exact else 'f'}\n"


@lru_cache(maxsize=4096)
def _range(start: int, end: int) -> str:
    lower = "(" if start == ALWAYS else f"[{date.fromordinal(start)}"
    upper = "" if end == EVER else str(date.fromordinal(end))
    return f"{lower},{upper})"


def _number(share: Fraction | int | None) -> str:
    if share is None:
        return "\\N"
    if share == 1:
        return "1"
    return str(Decimal(round(share * _UNIT)).scaleb(-18))
