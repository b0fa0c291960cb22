"""Carries out a plan: what is written on the day of a decree. Ranges are closed before others open beside them."""

from dataclasses import dataclass

from django.db import connection
from psycopg.types.range import DateRange

from areas import names
from areas.changes import NewUnit, Unit
from areas.models import Area, AreaName, AreaParent, AreaSuccession, Level
from areas.planning import Plan


@dataclass(frozen=True)
class Outcome:
    """What a reorganisation did. `touched`: number of areas whose ancestry was looked at again."""

    created: dict[NewUnit, Area]
    ended: list[int]
    moved: list[int]
    renamed: list[int]
    touched: int


def carry_out(plan: Plan, decree: str) -> tuple[dict[NewUnit, Area], set[int]]:
    """Write the plan. Gives the new areas and the ids of all areas whose place in the tree changed."""
    _end(plan)
    created = _create(plan, decree)

    def pk(unit: Unit) -> int:
        return created[unit].pk if isinstance(unit, NewUnit) else unit.pk

    _move(plan, {child: pk(parent) for child, parent in plan.moves.items()}, decree)
    redirected = AreaParent.objects.in_bulk(plan.redirections)
    for edge, parent in plan.redirections.items():
        redirected[edge].parent_id = pk(parent)
        redirected[edge].save(update_fields=["parent"])
    AreaSuccession.objects.bulk_create(
        AreaSuccession(predecessor_id=old, successor_id=pk(part.unit), date=plan.on, weight=part.weight, decree=decree)
        for old, parts in plan.endings.items()
        for part in parts
    )
    _rename(plan, decree)
    names.show(area_ids=[*plan.renames, *plan.endings])
    changed = {*plan.endings, *plan.moves, *(area.pk for area in created.values())}
    return created, changed | {edge.child_id for edge in redirected.values()}


def _end(plan: Plan) -> None:
    ids = list(plan.endings)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE areas_area SET valid = daterange(lower(valid), %s) WHERE id = ANY(%s)",
            [plan.on, ids],
        )
        for table, column in (("areas_areaname", "area_id"), ("areas_areaparent", "child_id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s) AND lower(during) >= %s", [ids, plan.on])
            _close(cursor, table, column, ids, plan)


def _close(cursor, table: str, column: str, ids: list[int], plan: Plan) -> None:
    """The ranges of these areas that hold the day end on it."""
    cursor.execute(
        f"UPDATE {table} SET during = daterange(lower(during), %s) WHERE {column} = ANY(%s) AND during @> %s::date",
        [plan.on, ids, plan.on],
    )


def _create(plan: Plan, decree: str) -> dict[NewUnit, Area]:
    """New units with their names and edges, one level after another, so that parents have ids."""
    created: dict[NewUnit, Area] = {}
    ever = DateRange(plan.on, None)
    for level in sorted({unit.level for unit in plan.creations}):
        units = [unit for unit in plan.creations if unit.level == level]
        parents = {unit: created[unit.parent] if isinstance(unit.parent, NewUnit) else unit.parent for unit in units}
        codes = _codes(units, parents)
        areas = Area.objects.bulk_create(
            Area(
                level=level,
                code=codes[unit],
                kind=unit.kind.strip(),
                name=unit.name.strip(),
                valid=ever,
                latitude=unit.latitude,
                longitude=unit.longitude,
                area_km2=unit.area_km2,
            )
            for unit in units
        )
        created |= zip(units, areas, strict=True)
        AreaName.objects.bulk_create(
            AreaName(area=area, kind=area.kind, name=area.name, during=ever, decree=decree) for area in areas
        )
        AreaParent.objects.bulk_create(
            AreaParent(child=created[unit], parent=parents[unit], during=ever, decree=decree) for unit in units
        )
    return created


def _codes(units: list[NewUnit], parents: dict[NewUnit, Area]) -> dict[NewUnit, str]:
    """Codes as given; villages without one take the next serial under their commune's code."""
    codes = {unit: unit.code for unit in units}
    nameless = [unit for unit in units if not unit.code]
    serials = last_serials({parents[unit].code for unit in nameless})
    for unit in nameless:
        code = parents[unit].code
        serials[code] = serials.get(code, 0) + 1
        codes[unit] = f"{code}-{serials[code]}"
    return codes


def last_serials(codes: set[str]) -> dict[str, int]:
    """The highest serial of a village under each of these communes' codes that has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT split_part(code, '-', 1), max(split_part(code, '-', 2)::int) FROM areas_area
             WHERE level = %s AND split_part(code, '-', 1) = ANY(%s) GROUP BY 1
            """,
            [Level.VILLAGE, list(codes)],
        )
        return dict(cursor.fetchall())


def _move(plan: Plan, parents: dict[int, int], decree: str) -> None:
    """The edge of the day ends; one to the new parent goes on as long as the old one would have."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT child_id, upper(during) FROM areas_areaparent WHERE child_id = ANY(%s) AND during @> %s::date
            """,
            [list(parents), plan.on],
        )
        ends = dict(cursor.fetchall())
        _close(cursor, "areas_areaparent", "child_id", list(parents), plan)
    AreaParent.objects.bulk_create(
        AreaParent(child_id=child, parent_id=parent, during=DateRange(plan.on, ends.get(child)), decree=decree)
        for child, parent in parents.items()
    )


def _rename(plan: Plan, decree: str) -> None:
    with connection.cursor() as cursor:
        _close(cursor, "areas_areaname", "area_id", list(plan.renames), plan)
    AreaName.objects.bulk_create(
        AreaName(area_id=pk, kind=kind, name=name, during=DateRange(plan.on, None), decree=decree)
        for pk, (kind, name) in plan.renames.items()
    )
