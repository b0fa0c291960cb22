"""Triggers on the fact tables that note what is stale (R1, R5). Their SQL is installed by migration `reports.0002`.

Each statement leaves one mark per area, or per area and half-month for the activity log. The OLD and the NEW rows are
both marked. A register row marks its whole area, because what it changes (the union of two teams' times, a person's
first class, the return that ends a level) may lie in another half-month than the row itself.
"""

from __future__ import annotations

from dataclasses import dataclass

# First day of the half-month that holds a day.
HALF = "(date_trunc('month', {day})::date + CASE WHEN extract(day FROM {day}) >= 15 THEN 14 ELSE 0 END)"

_TEAM_PLACES = "SELECT p.area_id FROM changed r JOIN teams_teamplace p ON p.team_id = r.{team}"

# Attendances of the people concerned, in all their teams: another class may have become the first one.
_CLASSMATES = """
    SELECT p.area_id FROM {attendances}
    JOIN members_attendance other ON other.member_id = a.member_id
    JOIN teams_teamplace p ON p.team_id = other.team_id
"""

# A return ends the level of what its area came from, however long ago.
_PREDECESSORS = """
    WITH RECURSIVE line(area_id) AS (
        SELECT {area} FROM changed r
        UNION SELECT s.predecessor_id FROM line l JOIN areas_areasuccession s ON s.successor_id = l.area_id
    ) SELECT area_id FROM line
"""


@dataclass(frozen=True)
class Watch:
    """What changed rows of a table make stale: a SELECT over the relation `changed`. Columns: area_id, half, tree."""

    table: str
    marks: str


def _whole(select: str) -> str:
    return f"SELECT DISTINCT m.area_id, NULL::date, false FROM ({select}) m"


WATCHED = (
    Watch("activities_activity", f"SELECT DISTINCT r.area_id, {HALF.format(day='r.date')}, false FROM changed r"),
    Watch(
        "activities_activityvalue",
        f"SELECT DISTINCT a.area_id, {HALF.format(day='a.date')}, false "
        "FROM changed r JOIN activities_activity a ON a.id = r.activity_id",
    ),
    Watch("activities_return", _whole(_PREDECESSORS.format(area="r.area_id"))),
    Watch("activities_returnvalue", _whole(_PREDECESSORS.format(area="r.area_id"))),
    Watch("activities_site", _whole("SELECT r.area_id FROM changed r")),
    Watch("teams_team", _whole(_TEAM_PLACES.format(team="id"))),
    Watch("teams_teamplace", _whole("SELECT r.area_id FROM changed r")),
    Watch("members_membership", _whole(_TEAM_PLACES.format(team="team_id"))),
    Watch(
        "members_training",
        _whole(
            "SELECT r.area_id FROM changed r UNION "
            + _CLASSMATES.format(attendances="changed r JOIN members_attendance a ON a.training_id = r.id")
        ),
    ),
    Watch(
        "members_attendance",
        _whole(
            "SELECT c.area_id FROM changed r JOIN members_training c ON c.id = r.training_id UNION "
            + _TEAM_PLACES.format(team="team_id")
            + " UNION "
            + _CLASSMATES.format(attendances="changed a")
        ),
    ),
    Watch("areas_area", _whole("SELECT r.id AS area_id FROM changed r")),
    Watch("areas_areasuccession", _whole(_PREDECESSORS.format(area="r.predecessor_id"))),
    Watch("areas_areaancestry", "SELECT DISTINCT r.area_id, NULL::date, true FROM changed r"),
)

_CHANGED = {
    "INSERT": ("REFERENCING NEW TABLE AS new_rows", "SELECT * FROM new_rows"),
    "DELETE": ("REFERENCING OLD TABLE AS old_rows", "SELECT * FROM old_rows"),
    "UPDATE": (
        "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "(SELECT * FROM old_rows EXCEPT ALL SELECT * FROM new_rows) UNION ALL "
        "(SELECT * FROM new_rows EXCEPT ALL SELECT * FROM old_rows)",
    ),
}


def install() -> str:
    """SQL that makes all functions and triggers. A row that an update leaves as it was marks nothing."""
    made = []
    for watch in WATCHED:
        for operation, (referencing, changed) in _CHANGED.items():
            name = f"stale_{watch.table}_{operation.lower()}"
            body = watch.marks.replace("FROM changed ", f"FROM ({changed}) ")
            made.append(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
                f"INSERT INTO reports_mark (area_id, half, tree) {body};\nRETURN NULL; END $$;\n"
                f"CREATE OR REPLACE TRIGGER {name} AFTER {operation} ON {watch.table} {referencing} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}();"
            )
        made.append(
            f"CREATE OR REPLACE TRIGGER stale_{watch.table}_truncate AFTER TRUNCATE ON {watch.table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION stale_everything();"
        )
    everything = (
        "CREATE OR REPLACE FUNCTION stale_everything() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
        "INSERT INTO reports_mark (area_id, half, tree) "
        "SELECT id, NULL::date, t.tree FROM areas_area, (VALUES (false), (true)) t(tree);\nRETURN NULL; END $$;"
    )
    return "\n".join([everything, *made])


def remove() -> str:
    """SQL that takes them away again."""
    drops = [
        f"DROP FUNCTION IF EXISTS stale_{watch.table}_{operation.lower()}() CASCADE;"
        for watch in WATCHED
        for operation in _CHANGED
    ]
    return "\n".join([*drops, "DROP FUNCTION IF EXISTS stale_everything() CASCADE;"])
