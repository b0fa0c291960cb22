"""Rows on their way in: COPY to a temporary table, then one statement a table.

COPY goes to temporary tables only: straight into a tracked one it would carry no context of who did it. They are
analysed, because the planner thinks a new table tiny and would loop over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def load(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Makes the temporary table `name` with these columns (name → SQL type) and fills it."""
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({listed}) ON COMMIT DROP")
        names = ", ".join(f'"{column}"' for column in columns)
        with cursor.cursor.copy(f"COPY pg_temp.{name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE pg_temp.{name}")


def allocate(model: type[Model], number: int) -> list[int]:
    """Ids for rows to come, so that they can be named before they stand."""
    if not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    """Runs one statement of an apply and gives how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params or {}))
        return cursor.rowcount


def fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params or {}))
        return cursor.fetchall()


def merge(staging: str, model: type[Model], columns: Sequence[str]) -> set[int]:
    """Writes what differs from `staging` into a model's table and gives the `row` numbers of what did.

    `staging` has the columns `row`, `id`, `is_new` and those named, at most one row an id. A blank (null) in it
    changes nothing. Rows that are as they were are not touched, so no trigger sees them.
    """
    target = model._meta.db_table
    merged = ", ".join(f'coalesce(s."{column}", t."{column}")' for column in columns)
    present = ", ".join(f't."{column}"' for column in columns)
    differs = f"t.id = s.id AND NOT s.is_new AND ROW({merged}) IS DISTINCT FROM ROW({present})"
    changed = fetch(f"SELECT s.row FROM pg_temp.{staging} s JOIN {target} t ON {differs}")
    if changed:
        assignments = ", ".join(f'"{column}" = coalesce(s."{column}", t."{column}")' for column in columns)
        execute(f"UPDATE {target} t SET {assignments} FROM pg_temp.{staging} s WHERE {differs}")
    return {row[0] for row in changed}


def insert(staging: str, model: type[Model], columns: Mapping[str, str]) -> None:
    """Writes the new rows of `staging` into a model's table; `columns` gives the SQL of each value (`s.` is staging).

    Columns that are not named and may not be null get the model's own default, as a row saved by Django would.
    """
    defaults = {
        str(field.column): field.get_default()
        for field in model._meta.concrete_fields
        if field.column not in columns and not (field.null or field.primary_key or field.generated)
    }
    defaults = {name: value for name, value in defaults.items() if value is not None}
    names = ", ".join(f'"{column}"' for column in (*columns, *defaults))
    listed = ", ".join((*columns.values(), *(f"%({name})s" for name in defaults)))
    execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {listed} "
        f"FROM pg_temp.{staging} s WHERE s.is_new ORDER BY s.row",
        defaults,
    )
