"""From changes to a plan that can be carried out, or to the Vietnamese sentence that says why it cannot."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from areas.changes import Change, Create, End, Merge, NewUnit, Part, Rename, Reparent, Split, Unit
from areas.errors import ReorganisationError
from areas.models import Area, AreaParent, Level

# The words for what a unit can stand under, in a sentence.
_ONE_OF = {Level.COUNTRY: "nước", Level.PROVINCE: "tỉnh", Level.DISTRICT: "huyện", Level.COMMUNE: "xã"}


def written(day: datetime.date) -> str:
    return day.strftime("%d/%m/%Y")


@dataclass
class Plan:
    """What happens on the day. Existing areas stand under their ids, new ones as `NewUnit`; nothing is written yet."""

    on: datetime.date
    endings: dict[int, list[Part]] = field(default_factory=dict)  # unit → what it becomes; empty: ends for good
    creations: dict[NewUnit, None] = field(default_factory=dict)  # parents before children
    moves: dict[int, Unit] = field(default_factory=dict)  # unit → new parent from the day
    redirections: dict[int, Unit] = field(default_factory=dict)  # id of a later edge to an ending parent → new parent
    renames: dict[int, tuple[str, str]] = field(default_factory=dict)  # unit → kind, name
    areas: dict[int, Area] = field(default_factory=dict)  # all existing areas named, as they stand in the database

    def current(self, unit: Area) -> Area:
        """The unit as it stands in the database, whatever the caller's copy says."""
        return self.areas[unit.pk]


def make(on: datetime.date, changes: Sequence[Change]) -> Plan:
    """The plan of these changes; raises `ReorganisationError`. The caller holds the lock of the tree."""
    if not changes:
        raise ReorganisationError("Chưa có thay đổi nào.")
    plan = Plan(on)
    plan.areas = Area.objects.in_bulk({unit.pk for unit in _named(changes) if isinstance(unit, Area)})
    for change in changes:
        _TAKE[type(change)](plan, change)
    _check_codes(plan)
    _check_targets(plan)
    _follow_or_complain(plan)
    return plan


def _named(changes: Iterable[Change]) -> Iterable[Unit]:
    for change in changes:
        match change:
            case Merge(units, into):
                yield from (*units, *_line(into))
            case Split(unit, into):
                yield unit
                for part in into:
                    yield from _line(part.unit)
            case Reparent(units, parent):
                yield from (*units, *_line(parent))
            case Create(unit):
                yield from _line(unit)
            case Rename(unit) | End(unit):
                yield unit


def _line(unit: Unit) -> list[Unit]:
    """The unit and the new units above it, up to the first existing one; widest first."""
    return [*_line(unit.parent), unit] if isinstance(unit, NewUnit) else [unit]


# --- each kind of change


def _take_create(plan: Plan, change: Create) -> None:
    _begin(plan, change.unit)


def _take_merge(plan: Plan, change: Merge) -> None:
    if not change.units:
        raise ReorganisationError("Chưa chọn đơn vị nào để nhập.")
    for unit in change.units:
        _end(plan, unit, [Part(change.into)])


def _take_split(plan: Plan, change: Split) -> None:
    name = plan.current(change.unit).name
    units = [part.unit for part in change.into]
    if len(units) < 2:
        raise ReorganisationError(f"{name} chia thì phải thành ít nhất hai đơn vị.")
    check_parts(name, change.into)
    _end(plan, change.unit, list(change.into))


def _take_end(plan: Plan, change: End) -> None:
    _end(plan, change.unit, [])


def _take_rename(plan: Plan, change: Rename) -> None:
    area = _living(plan, change.unit)
    kind, name = change.kind or area.kind, change.name.strip()
    if not name:
        raise ReorganisationError(f"Nhập tên mới của {area.name}.")
    if area.pk in plan.renames:
        raise ReorganisationError(f"{area.name} có hai tên mới trong một ngày.")
    planned = area.names.filter(Q(during__startswith__gte=plan.on)).first()
    if planned:
        raise ReorganisationError(
            f"{area.name} đã được đổi tên thành {planned.name} từ ngày {written(planned.during.lower)}."
        )
    plan.renames[area.pk] = kind, name


def _take_reparent(plan: Plan, change: Reparent) -> None:
    for parent in _line(change.parent):
        if isinstance(parent, NewUnit):
            _begin(plan, parent)
    for unit in change.units:
        area = _living(plan, unit, before=False)
        if plan.moves.setdefault(area.pk, change.parent) != change.parent:
            raise ReorganisationError(_two_parents(area, change.parent, plan.on))


_TAKE: dict[type, Callable[[Plan, Any], None]] = {
    Create: _take_create,
    Merge: _take_merge,
    Split: _take_split,
    End: _take_end,
    Rename: _take_rename,
    Reparent: _take_reparent,
}


def check_parts(name: str, parts: Sequence[Part]) -> None:
    """Each successor once; weights for all, summing to exactly 1, or for none (A3)."""
    units = [part.unit for part in parts]
    if len(set(units)) < len(units):
        raise ReorganisationError(f"{name} có hai dòng cho cùng một đơn vị mới.")
    weights = [part.weight for part in parts if part.weight is not None]
    if not weights:
        return
    if len(weights) < len(parts):
        raise ReorganisationError(f"Nhập tỷ lệ chia của {name} cho mọi đơn vị mới, hoặc để trống hết.")
    if any(weight <= 0 or weight != round(weight, 18) for weight in weights):
        raise ReorganisationError(f"Tỷ lệ chia của {name} phải lớn hơn 0 và không quá 18 chữ số thập phân.")
    if (total := sum(weights, Decimal(0))) != 1:
        shown = f"{total:f}".replace(".", ",")
        raise ReorganisationError(f"Tỷ lệ chia của {name} phải cộng lại bằng 1, đang là {shown}.")


def check_settlement(predecessor: Area, parts: Sequence[Part]) -> None:
    """Whether an ended unit can have become these: they lived on the day it ended."""
    day = predecessor.valid.upper
    if day is None:
        raise ReorganisationError(f"{predecessor.name} chưa kết thúc.")
    if not parts:
        raise ReorganisationError(f"Chọn đơn vị kế thừa {predecessor.name}.")
    check_parts(predecessor.name, parts)
    for part in parts:
        if not isinstance(part.unit, Area) or not part.unit.is_valid_on(day):
            raise ReorganisationError(f"{part.unit.name} không tồn tại ngày {written(day)}.")
        if part.unit.level < predecessor.level:
            raise ReorganisationError(
                f"{predecessor.name} không thể thành {part.unit.name}: đơn vị mới ở cấp rộng hơn."
            )


def _two_parents(area: Area, parent: Unit, day: datetime.date) -> str:
    return f"{area.name} thuộc hai {_ONE_OF[Level(parent.level)]} trong tháng {day.month}/{day.year}."


# --- units that end, live, begin


def _living(plan: Plan, unit: Area, *, before: bool = True) -> Area:
    """The unit, which lives on the day (and on the day before) and has no end yet."""
    area = plan.current(unit)
    if area.level == Level.COUNTRY:
        raise ReorganisationError("Cả nước không phải là đơn vị để sắp xếp.")
    lower, upper = area.valid.lower, area.valid.upper
    if upper is not None:
        raise ReorganisationError(f"{area.name} đã kết thúc từ ngày {written(upper)}.")
    if lower is not None and (lower > plan.on or (before and lower == plan.on)):
        raise ReorganisationError(f"{area.name} chỉ có từ ngày {written(lower)}.")
    return area


def _end(plan: Plan, unit: Area, parts: list[Part]) -> None:
    area = _living(plan, unit)
    if area.pk in plan.endings:
        raise ReorganisationError(f"{area.name} kết thúc hai lần trong một lần sắp xếp.")
    for part in parts:
        if part.unit == area:
            raise ReorganisationError(
                f"{area.name} không thể nhập hay chia vào chính nó. Nếu đơn vị sống tiếp thì chuyển các thôn đi."
            )
        if part.unit.level < area.level:
            raise ReorganisationError(f"{area.name} không thể thành {part.unit.name}: đơn vị mới ở cấp rộng hơn.")
        for one in _line(part.unit):
            if isinstance(one, NewUnit):
                _begin(plan, one)
    plan.endings[area.pk] = parts


def _begin(plan: Plan, unit: NewUnit) -> None:
    if unit in plan.creations:
        return
    if isinstance(unit.parent, NewUnit):
        _begin(plan, unit.parent)
    if not unit.name.strip() or not unit.kind.strip():
        raise ReorganisationError("Nhập tên và loại của đơn vị mới.")
    if not unit.code and unit.level != Level.VILLAGE:
        raise ReorganisationError(f"Nhập mã của {unit.name}.")
    plan.creations[unit] = None


# --- the whole


def _check_codes(plan: Plan) -> None:
    """One code, one unit at a level and day."""
    codes = [(unit.level, unit.code) for unit in plan.creations if unit.code]
    doubled = {code for level, code in codes if codes.count((level, code)) > 1}
    from_the_day = (plan.on, None)
    for level in {level for level, _ in codes}:
        doubled |= set(
            Area.objects.filter(level=level, code__in=[code for at, code in codes if at == level])
            .filter(valid__overlap=from_the_day)
            .exclude(pk__in=plan.endings)
            .values_list("code", flat=True)
        )
    if doubled:
        raise ReorganisationError(f"Hai đơn vị cùng mã {min(doubled)} trong một ngày.")


def _check_targets(plan: Plan) -> None:
    """Successors and parents live on the day and after; parents stand on a wider level."""
    for pk, parts in plan.endings.items():
        for part in parts:
            if isinstance(part.unit, Area):
                _check_lives_on(plan, plan.current(part.unit), plan.areas[pk], "nhận")
    under: list[tuple[Unit, Unit]] = [(unit, unit.parent) for unit in plan.creations]
    under += [(plan.areas[pk], parent) for pk, parent in plan.moves.items()]
    for child, parent in under:
        if child.level == Level.VILLAGE and parent.level != Level.COMMUNE:
            raise ReorganisationError(f"{child.name} phải thuộc một xã, phường hoặc đặc khu.")
        if parent.level >= child.level:
            raise ReorganisationError(f"{child.name} không thể thuộc {parent.name}: phải là đơn vị cấp rộng hơn.")
        if isinstance(parent, Area):
            # A village's edge outlives its commune (A4), so villages may come late to one that has ended since.
            _check_lives_on(plan, plan.current(parent), child, "là cấp trên của", late=child.level == Level.VILLAGE)
    for pk in plan.renames.keys() & plan.endings.keys():
        raise ReorganisationError(f"{plan.areas[pk].name} kết thúc cùng ngày, không thể đổi tên.")
    _check_moves(plan)


def _check_lives_on(plan: Plan, area: Area, other: Unit, verb: str, *, late: bool = False) -> None:
    if area.pk in plan.endings:
        raise ReorganisationError(f"{area.name} kết thúc cùng ngày, không thể {verb} {other.name}.")
    if not area.is_valid_on(plan.on):
        raise ReorganisationError(f"{area.name} không tồn tại ngày {written(plan.on)}, không thể {verb} {other.name}.")
    if area.valid.upper is not None and not late:
        raise ReorganisationError(
            f"{area.name} sẽ kết thúc ngày {written(area.valid.upper)}, không thể {verb} {other.name}."
        )


def _check_moves(plan: Plan) -> None:
    edges: dict[int, list[AreaParent]] = {}
    for edge in AreaParent.objects.filter(child__in=plan.moves).order_by("during"):
        edges.setdefault(edge.child_id, []).append(edge)
    for pk, parent in plan.moves.items():
        area = plan.areas[pk]
        if pk in plan.endings:
            raise ReorganisationError(f"{area.name} kết thúc cùng ngày, không thể chuyển.")
        for edge in edges.get(pk, ()):
            starts, ends = edge.during.lower, edge.during.upper
            if (starts is None or starts < plan.on) and (ends is None or ends > plan.on) and edge.parent == parent:
                raise ReorganisationError(f"{area.name} đã thuộc {parent.name} từ trước.")
            if starts == plan.on or (starts is not None and starts > plan.on and area.level != Level.VILLAGE):
                raise ReorganisationError(_two_parents(area, edge.parent, starts))


def _follow_or_complain(plan: Plan) -> None:
    """Units under one that ends: villages stay (A4), others go to its one successor or must be told where to go."""
    edges = (
        AreaParent.objects.filter(parent__in=plan.endings, child__level__lt=Level.VILLAGE)
        .exclude(child__in=plan.endings)
        .filter(Q(during__endswith=None) | Q(during__endswith__gt=plan.on))
        .select_related("child", "parent")
    )
    for edge in edges:
        parts = plan.endings[edge.parent_id]
        follows = len(parts) == 1 and parts[0].unit.level < edge.child.level
        begins_later = edge.during.lower is not None and edge.during.lower >= plan.on
        if begins_later and follows:
            plan.redirections[edge.pk] = parts[0].unit
        elif not begins_later and edge.child_id in plan.moves:
            continue
        elif not begins_later and follows:
            plan.areas[edge.child_id] = edge.child
            plan.moves[edge.child_id] = parts[0].unit
        else:
            raise ReorganisationError(
                f"{edge.child.name} chưa có đơn vị cấp trên từ ngày {written(plan.on)}, khi {edge.parent.name} "
                "kết thúc."
            )
