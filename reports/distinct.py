"""Counts that cannot be added up: each is counted from the facts for every area and span (figures.md, "distinct").

A thing that counts towards an area wholly counts 1, partly its share; one whose share nobody knows is `maybe`.
"""

from __future__ import annotations

from collections.abc import Iterable

from reports.sources import MEMBERSHIP_END, MEMBERSHIP_START

_SPANS = "unnest(%(idx)s::int[], %(start)s::date[], %(until)s::date[]) s(idx, start, until)"

# Under whose boundaries: of the span's last day, or of today.
_DAY = "CASE WHEN %(basis)s = 1 THEN %(today)s::date ELSE s.until - 1 END"


def _count(code: str, items: str) -> str:
    """Counts a SELECT of (idx, area_id, item, share, exact) once per area and item."""
    return f"""
    SELECT i.idx, i.area_id, '{code}', COALESCE(sum(i.share), 0), COALESCE(sum(i.share) FILTER (WHERE NOT i.exact), 0),
           count(*) FILTER (WHERE i.share IS NULL)::numeric, count(*), 0, 0, 0, 0, 0, 0
    FROM (
        SELECT idx, area_id, item, max(share) AS share,
               COALESCE(bool_or(exact) FILTER (WHERE share IS NOT NULL), true) AS exact
        FROM ({items}) each_item GROUP BY idx, area_id, item
    ) i
    GROUP BY i.idx, i.area_id
    """


_STANDING_TEAMS = f"""
    FROM {_SPANS}
    JOIN teams_teamplace p ON p.during @> (s.until - 1)
    JOIN reports_appliedmap m ON m.area_id = p.area_id AND m.ancestor_id = ANY(%(areas)s) AND m.during @> {_DAY}
    JOIN teams_team t ON t.id = p.team_id AND t.active_from < s.until
                     AND (t.dissolved IS NULL OR t.dissolved >= s.until)
"""

_OPEN_MEMBERSHIPS = f"""
    SELECT s.idx, m.ancestor_id AS area_id, b.member_id AS item, m.share, m.exact
    {_STANDING_TEAMS}
    JOIN (SELECT team_id AS of_team, member_id, joined, "left" FROM members_membership) b ON b.of_team = t.id
    WHERE {MEMBERSHIP_START.replace("m.", "b.")} < s.until
      AND ({MEMBERSHIP_END.replace("m.", "b.")} IS NULL OR {MEMBERSHIP_END.replace("m.", "b.")} >= s.until)
"""

_TRAINED = """
      AND EXISTS (SELECT FROM members_attendance a JOIN members_training c ON c.id = a.training_id
                  WHERE a.member_id = b.member_id AND c.status = 'held' AND c.date < s.until)
"""

_TEAMS_WITH_ACTIVITY = f"""
    SELECT s.idx, m.ancestor_id AS area_id, t.id AS item, m.share, m.exact
    {_STANDING_TEAMS}
    WHERE EXISTS (SELECT FROM activities_activity a WHERE a.team_id = t.id AND a.date >= s.start AND a.date < s.until
                  AND a.status IN ('submitted', 'approved'))
"""


def _communes_with(code: str, element: str) -> str:
    """Communes valid on the last day in which the running sum of a stock is above 0, among all communes valid then."""
    return f"""
    SELECT s.idx, m.ancestor_id, '{code}', COALESCE(sum(m.share) FILTER (WHERE h.amount > 0), 0),
           COALESCE(sum(m.share) FILTER (WHERE h.amount > 0 AND NOT m.exact), 0),
           count(*) FILTER (WHERE (h.amount > 0 AND m.share IS NULL) OR (h.amount = 0 AND h.maybe > 0))::numeric,
           count(*), 0, 0, 0, 0, 0, 0
    FROM {_SPANS}
    JOIN areas_area a ON a.level = 3 AND a.valid @> (s.until - 1)
    JOIN reports_appliedmap m ON m.area_id = a.id AND m.ancestor_id = ANY(%(areas)s) AND m.during @> {_DAY}
    LEFT JOIN LATERAL (
        SELECT sum(c.amount) AS amount, sum(c.maybe) AS maybe FROM reports_cell c
        WHERE c.area_id = a.id AND c.basis = 0 AND c.half < s.until
          AND c.element_id = (SELECT id FROM activities_dataelement WHERE code = '{element}')
    ) h ON true
    GROUP BY s.idx, m.ancestor_id
    """


# Each month is due from the communes valid at its end (F12).
_RETURNS_DUE = """
    SELECT d.idx, c.area_id, 'returns_due', sum(c.amount), sum(c.estimated), sum(c.maybe), sum(c.postings)::bigint,
           0, 0, 0, 0, 0, 0
    FROM unnest(%(due_idx)s::int[], %(due)s::date[]) d(idx, day)
    JOIN reports_cell c ON c.half <= d.day AND c.basis = %(basis)s AND c.area_id = ANY(%(areas)s)
     AND c.element_id = (SELECT id FROM activities_dataelement WHERE code = 'communes')
    GROUP BY d.idx, c.area_id
"""

COUNTS = {
    "active_members": _count("active_members", _OPEN_MEMBERSHIPS),
    "active_members_trained": _count("active_members_trained", _OPEN_MEMBERSHIPS + _TRAINED),
    "teams_with_activity": _count("teams_with_activity", _TEAMS_WITH_ACTIVITY),
    "communes_covered": _communes_with("communes_covered", "active_teams"),
    "communes_trained": _communes_with("communes_trained", "members_trained"),
    "returns_due": _RETURNS_DUE,
}

# Where none is counted, the figure is 0 if this element has anything there, and no data else.
WHOLE = {
    "active_members": "memberships",
    "active_members_trained": "memberships",
    "teams_with_activity": "active_teams",
}


def union(codes: Iterable[str]) -> str:
    """One statement for several counts. KeyError for a code that is no distinct count."""
    return " UNION ALL ".join(f"({COUNTS[code]})" for code in codes)
