"""Who changes the tree takes these first, inside the transaction, in a statement of its own: what is read afterwards
then includes all that was committed before."""

from django.db import connection

_TREE = 0x41524541  # "AREA": any number, the same everywhere


def change_tree() -> None:
    """Nobody else changes areas until the transaction ends."""
    _lock("pg_advisory_xact_lock")


def add_to_tree() -> None:
    """Others may add villages beside; nobody reorganises until the transaction ends."""
    _lock("pg_advisory_xact_lock_shared")


def _lock(function: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("The tree is locked inside a transaction only.")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_TREE])


def check_constraints() -> None:
    """Ask the constraints now that would be asked at commit: a wrong change then fails where it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
