"""What each fact posts: (area, element, calendar, day, amount) and what is known about the amount.

The one place that says it; read by the roll-up, by the check and by "why this number". A source is one SELECT with the
columns of `COLUMNS`. It is limited to the areas of the table `fold_area`; the sources of the activity log, which are
large, also to single half-months of `fold_half`. Both tables are made by `reports.rollup`.

An amount that holds for a time posts +1 on its first day and -1 on the day it ends, on the same area (F1). The counts
`provisional`, `over`, `under`, `about`, `forecast` have the sign of their posting, so that a running sum of them says
what the standing amount is made of.
"""

from __future__ import annotations

COLUMNS = "area_id, code, calendar, day, amount, provisional, over, under, about, forecast"

# What has been there since always is posted here: before any report, and half-months can be compared.
BEGINNING = "DATE '1900-01-01'"

_PLAIN = "0, 0, 0, 0, 0"

_COUNTED = "('submitted', 'approved')"

# --- the activity log: large, so it is also read by single half-months

_LOG_SCOPE = """
    FROM {scope} JOIN activities_activity a ON a.area_id = s.area_id {days}
"""
LOG_SCOPES = {
    "whole": _LOG_SCOPE.format(scope="fold_area s", days=""),
    "half": _LOG_SCOPE.format(scope="fold_half s", days="AND a.date >= s.half AND a.date < s.until"),
}

LOG_ACTIVITIES = f"""
    SELECT a.area_id, e.code, 0, a.date, e.amount, (a.status = 'submitted')::int, 0, 0, 0, 0
    {{log}}
    CROSS JOIN LATERAL (VALUES ('activities_logged', 1::numeric), ('people_reached', a.reached),
                               ('households_reached', a.households)) e(code, amount)
    WHERE a.status IN {_COUNTED} AND e.amount IS NOT NULL
"""

LOG_VALUES = f"""
    SELECT a.area_id, d.code, 0, a.date, v.value::numeric, (a.status = 'submitted')::int, 0, 0, 0, 0
    {{log}}
    JOIN activities_activityvalue v ON v.activity_id = a.id
    JOIN activities_dataelement d ON d.id = v.element_id AND d.source = 'log'
    WHERE a.status IN {_COUNTED}
"""

# --- registers: everything that holds from a day to a day


def _held(code: str, rows: str) -> str:
    """Postings of a SELECT of (area_id, during): +1 at its start, -1 at its end."""
    return f"""
    SELECT h.area_id, {code}, 0, e.day, e.amount, {_PLAIN}
    FROM ({rows}) h
    CROSS JOIN LATERAL (VALUES (COALESCE(lower(h.during), {BEGINNING}), 1::numeric),
                               (upper(h.during), -1::numeric)) e(day, amount)
    WHERE NOT isempty(h.during) AND e.day IS NOT NULL
"""


def _life(start: str, end: str) -> str:
    """A date range that is empty, not an error, where there is no start or the end is not after it."""
    return f"CASE WHEN {start} IS NULL OR {end} <= {start} THEN 'empty'::daterange ELSE daterange({start}, {end}) END"


_PLACED = """
    FROM fold_area s
    JOIN teams_teamplace p ON p.area_id = s.area_id
    JOIN teams_team t ON t.id = p.team_id
"""

TEAMS = _held(
    "h.code",
    f"""
        SELECT p.area_id, x.code, x.life * p.during AS during
        {_PLACED}
        CROSS JOIN LATERAL (VALUES
            ('active_teams', {_life("t.active_from", "t.dissolved")}),
            (CASE t.level WHEN 4 THEN 'village_teams' WHEN 3 THEN 'commune_teams' WHEN 2 THEN 'district_teams' END,
             {_life("t.active_from", "t.dissolved")}),
            ('teams_known', {_life("t.known_from", "t.dissolved")}),
            ('teams_launched', {_life("t.launched", "t.dissolved")})
        ) x(code, life)
        WHERE x.code IS NOT NULL AND (t.active_from IS NOT NULL OR x.code = 'teams_known')
    """,
)

# Without a joining day a member counts from the team's first day; nobody counts longer than the team.
MEMBERSHIP_START = "GREATEST(m.joined, t.active_from)"
MEMBERSHIP_END = 'LEAST(m."left", t.dissolved)'
MEMBERSHIPS = _held(
    "h.code",
    f"""
        SELECT p.area_id, x.code, {_life(MEMBERSHIP_START, MEMBERSHIP_END)} * p.during AS during
        {_PLACED}
        JOIN members_membership m ON m.team_id = t.id
        CROSS JOIN LATERAL (VALUES ('memberships'),
                                   (CASE m.source_body WHEN 'youth_union' THEN 'youth_memberships' END)) x(code)
        WHERE x.code IS NOT NULL AND t.active_from IS NOT NULL
    """,
)

# Villages for which an active village-level team stands: the union of their teams' times, however many there are (F6).
VILLAGES_COVERED = _held(
    "'villages_covered'",
    f"""
        SELECT c.area_id, unnest(c.times * datemultirange(v.valid)) AS during
        FROM (
            SELECT p.area_id, range_agg({_life("t.active_from", "t.dissolved")} * p.during) AS times
            {_PLACED}
            WHERE t.level = 4 AND t.active_from IS NOT NULL
            GROUP BY p.area_id
        ) c
        JOIN areas_area v ON v.id = c.area_id AND v.level = 4
    """,
)

UNITS = _held(
    "h.code",
    """
        SELECT a.id AS area_id, CASE a.level WHEN 4 THEN 'villages' ELSE 'communes' END AS code, a.valid AS during
        FROM fold_area s JOIN areas_area a ON a.id = s.area_id
        WHERE a.level IN (3, 4)
    """,
)

SITES = _held(
    "h.code",
    f"""
        SELECT i.area_id, x.code, {_life("i.since", "i.until")} AS during
        FROM fold_area s JOIN activities_site i ON i.area_id = s.area_id
        JOIN (VALUES ('qr_site', 'qr_sites_registered'), ('wifi_point', 'wifi_points_registered'),
                     ('cashless_market', 'cashless_markets'), ('smart_village', 'smart_villages'),
                     ('smart_village', 'model_sites'), ('digital_village', 'model_sites'),
                     ('three_no', 'model_sites'), ('model', 'model_sites')) x(kind, code) ON x.kind = i.kind
    """,
)

# --- trainings (F10)

CLASSES = f"""
    SELECT c.area_id, x.code, 0, c.date, 1::numeric, {_PLAIN}
    FROM fold_area s JOIN members_training c ON c.area_id = s.area_id
    CROSS JOIN LATERAL (VALUES ('classes_known', c.status <> 'cancelled'), ('classes_held', c.status = 'held'),
                               ('classes_held_total', c.status = 'held')) x(code, counts)
    WHERE x.counts
"""

_ATTENDANCE_ELEMENTS = """
    CROSS JOIN LATERAL (VALUES ('training_attendances'), ('training_attendances_total'),
                               (CASE c.audience WHEN 'officials' THEN 'officials_trained' END)) x(code)
"""

# Listed people post to their team's area on the day of the class ...
ATTENDANCES_LISTED = f"""
    SELECT p.area_id, x.code, 0, c.date, 1::numeric, {_PLAIN}
    FROM fold_area s
    JOIN teams_teamplace p ON p.area_id = s.area_id
    JOIN members_attendance a ON a.team_id = p.team_id
    JOIN members_training c ON c.id = a.training_id AND p.during @> c.date
    {_ATTENDANCE_ELEMENTS}
    WHERE c.status = 'held' AND x.code IS NOT NULL
"""

# ... and what the head-count has beyond the list to the class's own: all of them together are the head-count.
ATTENDANCES_REST = f"""
    SELECT c.area_id, x.code, 0, c.date, c.rest, {_PLAIN}
    FROM (
        SELECT c.area_id, c.date, c.audience,
               c.head_count - (SELECT count(*) FROM members_attendance a WHERE a.training_id = c.id)::numeric AS rest
        FROM fold_area s JOIN members_training c ON c.area_id = s.area_id
        WHERE c.status = 'held' AND c.head_count IS NOT NULL
    ) c
    {_ATTENDANCE_ELEMENTS}
    WHERE c.rest <> 0 AND x.code IS NOT NULL
"""

# A person counts as trained from the first held class that lists them, for the team they came from.
MEMBERS_TRAINED = f"""
    SELECT p.area_id, 'members_trained', 0, f.date, 1::numeric, {_PLAIN}
    FROM (
        SELECT DISTINCT ON (a.member_id) a.member_id, a.team_id, c.date
        FROM members_attendance a JOIN members_training c ON c.id = a.training_id
        WHERE c.status = 'held' AND a.member_id IN (
            SELECT b.member_id FROM fold_area s
            JOIN teams_teamplace p ON p.area_id = s.area_id
            JOIN members_attendance b ON b.team_id = p.team_id)
        ORDER BY a.member_id, c.date, c.id
    ) f
    JOIN teams_teamplace p ON p.team_id = f.team_id AND p.during @> f.date
    JOIN fold_area s ON s.area_id = p.area_id
"""

TEAMS_TRAINED = _held(
    "'teams_trained_in_person'",
    f"""
        SELECT p.area_id, {_life("GREATEST(f.first, t.active_from)", "t.dissolved")} * p.during AS during
        {_PLACED}
        JOIN LATERAL (
            SELECT min(c.date) AS first FROM members_attendance a JOIN members_training c ON c.id = a.training_id
            WHERE a.team_id = t.id AND c.status = 'held' AND c.format <> 'online'
        ) f ON f.first IS NOT NULL
        WHERE t.active_from IS NOT NULL
    """,
)

# --- returns (F2, F3, F4, F9)

_SIGNS = """
    (r.status = 'submitted')::int AS provisional, (v.qualifier = 'over')::int AS over,
    (v.qualifier = 'under')::int AS under, (v.qualifier = 'about')::int AS about, r.estimate::int AS forecast
"""

# One value per (area, element, day): final over estimate, then the latest (F4); on the earlier of its period's end and
# its area's last day (F2).
_RETURNED = f"""
    SELECT DISTINCT ON (r.area_id, v.element_id, d.day)
           r.area_id, v.element_id, e.code, d.day, v.value,
           CASE WHEN e.kind <> 'flow' THEN 0 WHEN r.calendar = 'civil' THEN 2 ELSE 1 END AS calendar, {_SIGNS}
    FROM {{areas}} s
    JOIN activities_return r ON r.area_id = s.area_id AND r.status IN {_COUNTED}
    JOIN areas_area u ON u.id = r.area_id
    CROSS JOIN LATERAL (SELECT LEAST(upper(r.period), upper(u.valid)) - 1 AS day) d
    JOIN activities_returnvalue v ON v.report_id = r.id
    JOIN activities_dataelement e ON e.id = v.element_id AND e.kind = '{{kind}}'
    ORDER BY r.area_id, v.element_id, d.day, r.estimate, r.submitted_at DESC NULLS LAST, r.id DESC
"""

RETURN_FLOWS = f"""
    SELECT area_id, code, calendar, day, value, provisional, over, under, about, forecast
    FROM ({_RETURNED.format(areas="fold_area", kind="flow")}) f
"""

# A running total is a level: it ends with the area's own next value, or with the first one that any of its successors
# gives from the succession on (F3). Nothing is inherited and nothing is counted twice.
RETURN_LEVELS = f"""
    WITH RECURSIVE line AS (
        SELECT s.area_id, s.area_id AS heir, NULL::date AS since FROM fold_area s
        UNION
        SELECT l.area_id, n.successor_id, n.date
        FROM line l JOIN areas_areasuccession n ON n.predecessor_id = l.heir
    ), level AS MATERIALIZED (
        {_RETURNED.format(areas="(SELECT DISTINCT heir AS area_id FROM line)", kind="stock")}
    ), first_of_heirs AS (
        SELECT l.area_id, n.element_id, min(n.day) AS day
        FROM line l JOIN level n ON n.area_id = l.heir AND n.day >= l.since
        GROUP BY l.area_id, n.element_id
    ), held AS (
        SELECT o.*, LEAST(lead(o.day) OVER (PARTITION BY o.area_id, o.element_id ORDER BY o.day), f.day) AS ended
        FROM level o
        JOIN fold_area s ON s.area_id = o.area_id
        LEFT JOIN first_of_heirs f ON f.area_id = o.area_id AND f.element_id = o.element_id
    )
    SELECT h.area_id, h.code, 0, e.day, e.sign * h.value, e.sign * h.provisional, e.sign * h.over,
           e.sign * h.under, e.sign * h.about, e.sign * h.forecast
    FROM held h CROSS JOIN LATERAL (VALUES (h.day, 1), (h.ended, -1)) e(day, sign)
    WHERE e.day IS NOT NULL
"""

# One return a month is due; a longer one stands for all its months. On time is known only where the hour of sending is.
RETURNS_SENT = f"""
    SELECT f.area_id, x.code, f.calendar, f.day, x.amount, f.provisional, 0, 0, 0, 0
    FROM (
        SELECT DISTINCT ON (r.area_id, r.calendar, r.period)
               r.area_id, CASE r.calendar WHEN 'civil' THEN 2 ELSE 1 END AS calendar,
               LEAST(upper(r.period), upper(u.valid)) - 1 AS day, (r.status = 'submitted')::int AS provisional,
               CASE r.kind WHEN 'year' THEN 12 WHEN 'nine_months' THEN 9 WHEN 'half_year' THEN 6
                           WHEN 'quarter' THEN 3 ELSE 1 END::numeric AS months,
               (r.submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= r.due AS on_time
        FROM fold_area s
        JOIN activities_return r ON r.area_id = s.area_id AND r.status IN {_COUNTED}
        JOIN areas_area u ON u.id = r.area_id
        ORDER BY r.area_id, r.calendar, r.period, r.submitted_at NULLS LAST, r.id
    ) f
    CROSS JOIN LATERAL (VALUES ('returns_submitted', f.months),
                               ('returns_on_time', CASE WHEN f.on_time THEN f.months WHEN NOT f.on_time THEN 0 END)
                       ) x(code, amount)
    WHERE x.amount IS NOT NULL
"""

# A mark of a single half-month renews what only the log gives: these elements and those whose source is the log.
LOG_COLUMNS = ("activities_logged", "people_reached", "households_reached")
LOG = {"activities": LOG_ACTIVITIES, "activity values": LOG_VALUES}

REGISTERS = {
    "teams": TEAMS,
    "memberships": MEMBERSHIPS,
    "villages covered": VILLAGES_COVERED,
    "villages and communes": UNITS,
    "sites": SITES,
    "classes": CLASSES,
    "listed attendances": ATTENDANCES_LISTED,
    "head-counts beyond the lists": ATTENDANCES_REST,
    "people trained": MEMBERS_TRAINED,
    "teams trained in person": TEAMS_TRAINED,
    "flows of returns": RETURN_FLOWS,
    "levels of returns": RETURN_LEVELS,
    "returns sent": RETURNS_SENT,
}


def every_posting() -> list[str]:
    """All SELECTs over the current scope: registers and log of whole areas, and the log of single half-months."""
    whole = [*REGISTERS.values(), *(sql.format(log=LOG_SCOPES["whole"]) for sql in LOG.values())]
    return whole + log_postings()


def log_postings() -> list[str]:
    """The SELECTs of the log alone, by half-months."""
    return [sql.format(log=LOG_SCOPES["half"]) for sql in LOG.values()]
