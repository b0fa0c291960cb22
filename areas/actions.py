"""Changes of areas. All of them are here; each leaves the ancestry right."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import pghistory
from django.db import IntegrityError, connection, transaction

from areas import ancestry, locks, planning, reorganisation
from areas.changes import Change, Part, Reparent
from areas.errors import ReorganisationError
from areas.models import Area, AreaSuccession, Level


@dataclass(frozen=True, slots=True)
class NewVillage:
    """A village that a register names: `name` is the full one, with its kind (“Thôn 3”)."""

    parent_id: int
    name: str
    kind: str


@transaction.atomic
def reorganise(*, on: datetime.date, decree: str, by, changes: Sequence[Change]) -> reorganisation.Outcome:
    """Apply the changes of one decree from a day, past or to come, all or none.

    Facts stay where they happened; the ancestry of all that is touched is right afterwards. Raises
    `ReorganisationError` with the sentence for the admin.
    """
    decree = _given(decree)
    locks.change_tree()
    with pghistory.context(user=by.pk if by else None):
        plan = planning.make(on, changes)
        try:
            created, changed = reorganisation.carry_out(plan, decree)
            locks.check_constraints()
        except IntegrityError as error:
            raise ReorganisationError(str(error).splitlines()[0]) from error
    touched = ancestry.touched_by(changed)
    ancestry.rebuild(touched)
    return reorganisation.Outcome(created, list(plan.endings), list(plan.moves), list(plan.renames), len(touched))


@transaction.atomic
def assign_villages(*, on: datetime.date, commune: Area, villages: Sequence[Area], decree: str, by) -> int:
    """Let villages stand under a commune from a day: after a reform, or when a part of a commune goes to another.

    Gives how many moved; those that stand there on that day already are left alone.
    """
    locks.change_tree()
    there = set(commune.child_edges.filter(child__in=villages, during__contains=on).values_list("child", flat=True))
    movers = [village for village in villages if village.pk not in there]
    if movers:
        reorganise(on=on, decree=decree, by=by, changes=[Reparent(movers, commune)])
    return len(movers)


@transaction.atomic
def settle(*, predecessor: Area, parts: Sequence[Part], decree: str, by) -> None:
    """Say what an ended unit became: the answer where two sources differ (A5), or weights that came later (A2)."""
    decree = _given(decree)
    locks.change_tree()
    predecessor = Area.objects.get(pk=predecessor.pk)
    planning.check_settlement(predecessor, parts)
    day = predecessor.valid.upper
    with pghistory.context(user=by.pk if by else None):
        weights = {part.unit.pk: part.weight for part in parts if isinstance(part.unit, Area)}
        predecessor.successions.exclude(successor__in=weights).delete()
        for successor, weight in weights.items():
            values = {"date": day, "weight": weight, "decree": decree, "agreed": True}
            AreaSuccession.objects.update_or_create(
                predecessor=predecessor, successor_id=successor, defaults=values, create_defaults=values
            )
        locks.check_constraints()
    ancestry.rebuild(ancestry.touched_by([predecessor.pk]))


def _given(decree: str) -> str:
    if not decree.strip():
        raise ReorganisationError("Nhập căn cứ: số và ngày của nghị quyết hoặc quyết định.")
    return decree.strip()


@transaction.atomic
def create_villages(*, rows: Sequence[NewVillage], by) -> list[int]:
    """Make villages that a register names, valid always, always in their commune (F6). Gives their ids in the order of
    `rows`. Codes are the commune's code, a hyphen and the next serial under that code."""
    if not rows:
        return []
    locks.add_to_tree()
    with connection.cursor() as cursor:
        # A code can be that of an ended commune and of one of today, so the serials are guarded by code.
        cursor.execute(
            """
            SELECT id, code FROM areas_area
             WHERE level = %(level)s
               AND code IN (SELECT code FROM areas_area WHERE id = ANY(%(ids)s) AND level = %(level)s)
             ORDER BY id FOR NO KEY UPDATE
            """,
            {"level": Level.COMMUNE, "ids": [row.parent_id for row in rows]},
        )
        codes = dict(cursor.fetchall())
        if strange := {row.parent_id for row in rows} - codes.keys():
            raise ValueError(f"Villages stand under communes; these areas are none: {sorted(strange)}.")
        used = reorganisation.last_serials(set(codes.values()))
        cursor.execute(
            """
            INSERT INTO areas_area (level, code, kind, name, valid)
            SELECT %(level)s, x.code || '-' || coalesce(last.serial, 0)
                              + row_number() OVER (PARTITION BY x.code ORDER BY x.place), x.kind, x.name, '(,)'
              FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(names)s::text[])
                   WITH ORDINALITY AS x(code, kind, name, place)
              LEFT JOIN unnest(%(used_codes)s::text[], %(serials)s::int[]) AS last(code, serial) USING (code)
             ORDER BY x.place
            RETURNING id
            """,
            {
                "level": Level.VILLAGE,
                "codes": [codes[row.parent_id] for row in rows],
                "used_codes": list(used),
                "serials": list(used.values()),
                "kinds": [row.kind for row in rows],
                "names": [row.name for row in rows],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """
            INSERT INTO areas_areaname (area_id, kind, name, during, decree)
            SELECT id, kind, name, valid, '' FROM areas_area WHERE id = ANY(%s) ORDER BY id
            """,
            [ids],
        )
        cursor.execute(
            """
            INSERT INTO areas_areaparent (child_id, parent_id, during, decree)
            SELECT child, parent, '(,)', '' FROM unnest(%s::bigint[], %s::bigint[]) AS edge(child, parent)
            """,
            [ids, [row.parent_id for row in rows]],
        )
    ancestry.inherit(ids)
    return ids
