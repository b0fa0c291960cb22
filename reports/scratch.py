"""Temporary tables of the roll-up: made once per connection, emptied at the end of each transaction.

Made anew each time they would bloat the system catalogue with every saved log.
"""

from __future__ import annotations

_LEAF = """
    area_id bigint, element_id bigint, calendar smallint, slot date,
    amount numeric, postings bigint, provisional bigint, over bigint, under bigint, about bigint, forecast bigint
"""
_CELL = """
    area_id bigint, basis smallint, element_id bigint, calendar smallint, half date, amount numeric, estimated numeric,
    maybe numeric, postings bigint, provisional bigint, over bigint, under bigint, about bigint, forecast bigint
"""
TABLES = {
    "fold_mark": "area_id bigint, half date, tree boolean",  # what was claimed
    "fold_tree": "area_id bigint",  # areas whose map differs from the one the cells were made with
    "fold_area": "area_id bigint PRIMARY KEY",  # areas posted anew as a whole
    "fold_half": "area_id bigint, half date, until date",  # single half-months of others
    "fold_cut": "area_id bigint PRIMARY KEY, cuts date[]",  # days on which an area's map changes
    "fold_new": _LEAF,  # postings of the scope, summed
    "fold_old": _LEAF,  # leaves taken out with their old map, negative
    "fold_delta": _LEAF,  # new less old
    "fold_cell": _CELL,  # what is to be added to the cells
}


def scratch(cursor) -> None:
    """Makes sure that the tables are there and empty."""
    cursor.execute("SELECT to_regclass('pg_temp.fold_cell') IS NOT NULL")
    if not cursor.fetchone()[0]:
        cursor.execute("; ".join(f"CREATE TEMP TABLE {name} ({c}) ON COMMIT DELETE ROWS" for name, c in TABLES.items()))
    else:  # a second run inside one transaction finds what the first left
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in TABLES))
