"""The country before and after 1 July 2025, from `areas/data` into the tables.

A unit is known again by level, code and first day. What was loaded once and changed since by `areas.actions` stays:
later ends, names, parents and settled successions are the portal's own, and the files say nothing about them.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pgtrigger
from django.db import connection, transaction

from areas import ancestry, locks, names
from areas.models import Area, AreaAncestry, AreaName, AreaParent, AreaSuccession, Level

DATA = Path(__file__).parent / "data"
KINDS = ("thành phố", "thị xã", "thị trấn", "đặc khu", "tỉnh", "quận", "huyện", "phường", "xã")

# The files are the record of where new rows come from; history begins with what people change.
_HISTORY_OF_NEW_ROWS = [f"{model._meta.label}:insert_insert" for model in (Area, AreaName, AreaParent, AreaSuccession)]
_COLUMNS = "key, level, code, kind, name, parent_key, lower, upper, latitude, longitude, area_km2"


def units() -> Iterator[tuple]:
    """Rows for the table of `_stage`: the country, then the units of the file."""
    yield ("VN", Level.COUNTRY, "VN", "quốc gia", "Việt Nam", None, None, None, None, None, None)
    with (DATA / "units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            level = Level[row["level"].upper()]
            kind, name = kind_and_name(row["kind"], row["name"])
            parent = row["parent_key"] or "VN"
            rest = (row[x] or None for x in ("valid_from", "valid_to", "latitude", "longitude", "area_km2"))
            yield (row["key"], level, row["code"], kind, name, parent, *rest)


def kind_and_name(kind: str, name: str) -> tuple[str, str]:
    """The kind where the file has none, and the name spelt with it: `Thị Trấn Óc Eo` → thị trấn, `Thị trấn Óc Eo`."""
    kind = kind or next(x for x in KINDS if name.lower().startswith(x + " "))
    return kind, kind.capitalize() + name[len(kind) :]


@transaction.atomic
def load(tell: Callable[[str], None] = lambda sentence: None) -> dict[str, int]:
    """Load the country; a second time changes nothing. `tell` hears how far it is.

    Gives {units, created, updated, unchanged, successions, successions_created, disagreements, ancestry}: units of the
    file without the country itself; `ancestry` counts the rows written or removed.
    """
    locks.change_tree()
    with pgtrigger.ignore(*_HISTORY_OF_NEW_ROWS), connection.cursor() as cursor:
        tell("Đọc các đơn vị hành chính…")
        _stage(cursor)
        result = _apply_units(cursor, tell)
        result |= _apply_successions(cursor)
        tell(f"{result['successions']} quan hệ kế thừa, {result['successions_created']} mới.")
        cursor.execute("DROP TABLE file_units, file_successions")
        if result["created"] or result["successions_created"]:
            # The constraint triggers ask once a row; on tables without statistics that took 20 s instead of 0.5.
            cursor.execute("ANALYZE areas_area, areas_areaname, areas_areaparent, areas_areasuccession")
            tell("Kiểm tra ràng buộc…")
            locks.check_constraints()
    result["ancestry"] = 0
    if result["created"] or result["successions_created"] or not AreaAncestry.objects.exists():
        tell("Tính quan hệ trên dưới theo ngày…")
        result["ancestry"] = ancestry.rebuild()
    tell("Xong.")
    return result


def _stage(cursor) -> None:
    cursor.execute(
        """
        CREATE TEMPORARY TABLE file_units (
            key text, level smallint, code text, kind text, name text, parent_key text, lower date, upper date,
            latitude float8, longitude float8, area_km2 float8, area_id bigint, is_new boolean DEFAULT false);
        CREATE TEMPORARY TABLE file_successions (predecessor text, successor text, date date, agreed boolean)
        """
    )
    with cursor.copy(f"COPY file_units ({_COLUMNS}) FROM STDIN") as copy:
        for row in units():
            copy.write_row(row)
    with (
        (DATA / "successions.csv").open(encoding="utf-8", newline="") as file,
        cursor.copy("COPY file_successions FROM STDIN") as copy,
    ):
        for line in csv.DictReader(file):
            agreed = line["agreed"] == "yes"
            copy.write_row((line["predecessor_key"], line["successor_key"], line["effective_on"], agreed))
    cursor.execute("ANALYZE file_units; ANALYZE file_successions")


_KNOW_AGAIN = """
    UPDATE file_units f SET area_id = a.id FROM areas_area a
     WHERE f.area_id IS NULL AND a.level = f.level AND a.code = f.code
       AND lower(a.valid) IS NOT DISTINCT FROM f.lower
"""


def _apply_units(cursor, tell: Callable[[str], None]) -> dict[str, int]:
    cursor.execute(_KNOW_AGAIN)
    cursor.execute("UPDATE file_units SET is_new = true WHERE area_id IS NULL")
    cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_new) FROM file_units WHERE level > 0")
    total, created = cursor.fetchone()
    tell(f"{total} đơn vị, {created} mới.")
    if created:
        cursor.execute(
            """
            INSERT INTO areas_area (level, code, kind, name, valid, latitude, longitude, area_km2)
            SELECT level, code, kind, name, daterange(lower, upper), latitude, longitude, area_km2
              FROM file_units WHERE is_new ORDER BY level, upper NULLS LAST, code
            """
        )
        cursor.execute(_KNOW_AGAIN)
        cursor.execute(
            """
            INSERT INTO areas_areaname (area_id, kind, name, during, decree)
            SELECT area_id, kind, name, daterange(lower, upper), '' FROM file_units WHERE is_new ORDER BY area_id
            """
        )
        cursor.execute(
            """
            INSERT INTO areas_areaparent (child_id, parent_id, during, decree)
            SELECT f.area_id, p.area_id, daterange(f.lower, f.upper), ''
              FROM file_units f JOIN file_units p ON p.key = f.parent_key WHERE f.is_new ORDER BY f.area_id
            """
        )
    return {"units": total, "created": created, **_update_units(cursor, total - created)}


def _update_units(cursor, known: int) -> dict[str, int]:
    """A corrected file corrects what it said itself: positions, and names that no decree has touched."""
    cursor.execute(
        """
        UPDATE areas_area a SET latitude = f.latitude, longitude = f.longitude, area_km2 = f.area_km2
          FROM file_units f
         WHERE a.id = f.area_id AND NOT f.is_new
           AND (a.latitude, a.longitude, a.area_km2) IS DISTINCT FROM (f.latitude, f.longitude, f.area_km2)
        RETURNING a.id
        """
    )
    updated = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        """
        UPDATE areas_areaname n SET kind = f.kind, name = f.name
          FROM file_units f
         WHERE n.area_id = f.area_id AND NOT f.is_new AND n.decree = ''
           AND lower(n.during) IS NOT DISTINCT FROM f.lower AND (n.kind, n.name) <> (f.kind, f.name)
        RETURNING n.area_id
        """
    )
    renamed = {row[0] for row in cursor.fetchall()}
    if renamed:
        names.show(area_ids=renamed)
    updated |= renamed
    return {"updated": len(updated), "unchanged": known - len(updated)}


def _apply_successions(cursor) -> dict[str, int]:
    """Successions of units that have none yet: those that an admin settled stay as settled."""
    cursor.execute(
        """
        INSERT INTO areas_areasuccession (predecessor_id, successor_id, date, weight, decree, agreed)
        SELECT p.area_id, s.area_id, f.date, NULL, '', f.agreed
          FROM file_successions f
          JOIN file_units p ON p.key = f.predecessor
          JOIN file_units s ON s.key = f.successor
         WHERE NOT EXISTS (SELECT FROM areas_areasuccession x WHERE x.predecessor_id = p.area_id)
         ORDER BY p.area_id, s.area_id
        """
    )
    created = cursor.rowcount
    cursor.execute("SELECT count(*), count(*) FILTER (WHERE NOT agreed) FROM file_successions")
    total, disagreements = cursor.fetchone()
    return {"successions": total, "successions_created": created, "disagreements": disagreements}


def is_loaded() -> bool:
    """Whether the country is there."""
    return Area.objects.filter(level=Level.COUNTRY).exists()
