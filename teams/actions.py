"""What can be done with a team. Every refusal is a ValidationError whose sentences are for the user."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from areas.models import Area
from teams.models import Team, TeamPlace

# Fields of a team that its form changes; places, dissolution and predecessors have actions of their own.
CHANGEABLE = (
    "name",
    "decision_number",
    "decision_date",
    "programme",
    "planned",
    "established",
    "launched",
    "note",
)


@transaction.atomic
def found(*, area: Area, name: str, by: User, predecessors: Iterable[Team] = (), **fields: Any) -> Team:
    """A new team of the area's level, standing there since always. `fields` are those of `CHANGEABLE`."""
    _only(fields)
    team = Team(name=name, level=area.level, **fields)
    team.full_clean(exclude=["predecessors"])
    _exists_then(area, team)
    with pghistory.context(user=by.pk):
        team.save(force_insert=True)
        TeamPlace.objects.create(team=team, area=area)
        team.predecessors.set(predecessors)
    return team


@transaction.atomic
def change(*, team: Team, by: User, **fields: Any) -> Team:
    """Changes fields of `CHANGEABLE`; writes nothing where nothing changes."""
    _only(fields)
    row = _locked(team)
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    row.full_clean(exclude=["predecessors"])
    with pghistory.context(user=by.pk):
        row.save(update_fields=changed)
    return row


@transaction.atomic
def move(*, team: Team, area: Area, on: datetime.date, by: User) -> TeamPlace:
    """From the day `on` the team stands in `area`. What it did before stays where it was done."""
    row = _locked(team)
    if area.level != row.level:
        raise ValidationError({"area": f"Tổ cấp {row.get_level_display().lower()} không chuyển sang cấp khác được."})
    if not area.is_valid_on(on):
        raise ValidationError({"on": f"{area.name} không tồn tại ngày {on:%d/%m/%Y}. Chọn ngày khác."})
    if row.dissolved and on >= row.dissolved:
        raise ValidationError({"on": f"Tổ đã giải thể ngày {row.dissolved:%d/%m/%Y}. Chọn ngày trước đó."})
    later = row.places.filter(during__startswith__gte=on).order_by("during").first()
    if later:
        raise ValidationError({"on": f"Tổ đã chuyển nơi ngày {later.during.lower:%d/%m/%Y}. Chọn ngày sau đó."})
    now = row.places.filter(during__contains=on).first()
    if now and now.area_id == area.pk:
        raise ValidationError({"area": f"Tổ đang ở {area.name}. Chọn nơi khác."})
    with pghistory.context(user=by.pk):
        if now:
            now.during = DateRange(now.during.lower, on)
            now.save(update_fields=["during"])
        return TeamPlace.objects.create(team=row, area=area, during=DateRange(on, None))


@transaction.atomic
def dissolve(*, team: Team, on: datetime.date, reason: str, by: User) -> Team:
    """Ends the team: it is no longer active from the day `on`. Its people, logs and figures stay."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Ghi lý do giải thể."})
    row = _locked(team)
    if row.dissolved:
        raise ValidationError({"on": f"Tổ đã giải thể ngày {row.dissolved:%d/%m/%Y}."})
    if row.active_from and on < row.active_from:
        raise ValidationError({"on": f"Tổ hoạt động từ {row.active_from:%d/%m/%Y}. Chọn ngày từ hôm đó."})
    row.dissolved, row.dissolve_reason = on, reason
    row.clean_fields()
    with pghistory.context(user=by.pk):
        row.save(update_fields=["dissolved", "dissolve_reason"])
    return row


@transaction.atomic
def restore(*, team: Team, by: User) -> Team:
    """Takes a dissolution back. A team that another follows stays dissolved."""
    row = _locked(team)
    if row.successors.exists():
        raise ValidationError("Tổ này đã có tổ sau. Không mở lại được.")
    row.dissolved, row.dissolve_reason = None, ""
    with pghistory.context(user=by.pk):
        row.save(update_fields=["dissolved", "dissolve_reason"])
    return row


def _only(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not a field of a team's form: {', '.join(sorted(unknown))}")


def _exists_then(area: Area, team: Team) -> None:
    """The area must exist on the team's first day, as far as the team has one that is its own."""
    first = team.established or team.planned
    if first and area.valid.upper and first >= area.valid.upper:
        raise ValidationError(
            {"established": f"{area.name} kết thúc ngày {area.valid.upper:%d/%m/%Y}. Chọn ngày trước đó."}
        )


def _locked(team: Team) -> Team:
    """The row as it stands now, kept from others until the transaction ends."""
    return Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
