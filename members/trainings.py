"""What can be done with a training class and its list. Refusals are ValidationErrors for the user."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from members.models import Attendance, Member, Membership, Training

FIELDS = (
    "code",
    "title",
    "organiser",
    "area",
    "format",
    "audience",
    "date",
    "sessions",
    "status",
    "head_count",
    "note",
)


@transaction.atomic
def plan(*, by: User, **fields: Any) -> Training:
    """A new class, planned or already held."""
    training = Training(**_known(fields))
    _check(training)
    with pghistory.context(user=by.pk):
        training.save(force_insert=True)
    return training


@transaction.atomic
def change(*, training: Training, by: User, **fields: Any) -> Training:
    """Changes a class; writes nothing where nothing changes."""
    row = Training.objects.select_for_update().get(pk=training.pk)
    changed = [name for name, value in _known(fields).items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    _check(row)
    with pghistory.context(user=by.pk):
        row.save(update_fields=changed)
    return row


@transaction.atomic
def attend(*, training: Training, members: Iterable[Member], by: User) -> int:
    """Puts people on the list, each for the team they were in that day (else the last one they were in).

    Who is on it already stays as they are. Gives how many are new.
    """
    row = Training.objects.select_for_update().get(pk=training.pk)
    if row.status != Training.Status.HELD:
        raise ValidationError("Lớp chưa ghi là đã tổ chức. Đổi trạng thái trước.")
    people = {member.pk: member for member in members}
    listed = set(row.attendances.filter(member__in=people).values_list("member_id", flat=True))
    teams = _teams_of(set(people) - listed, row.date)
    homeless = [people[pk].name for pk in people if pk not in listed and pk not in teams]
    if homeless:
        raise ValidationError(f"{homeless[0]} chưa ở tổ nào. Thêm vào tổ trước.")
    with pghistory.context(user=by.pk):
        Attendance.objects.bulk_create(
            Attendance(training=row, member_id=member, team_id=team) for member, team in teams.items()
        )
    return len(teams)


def take_off(*, attendance: Attendance, by: User) -> None:
    """Takes somebody off the list of a class."""
    with pghistory.context(user=by.pk):
        attendance.delete()


def _teams_of(members: set[int], day: datetime.date) -> dict[int, int]:
    """member id → team id: a membership of the day before any other, then the one that began last."""
    rows = Membership.objects.filter(member__in=members).values_list("member_id", "team_id", "joined", "left", "id")

    def fit(row: tuple) -> tuple:
        _, _, joined, left, pk = row
        of_the_day = (joined is None or joined <= day) and (left is None or day < left)
        return of_the_day, left is None, joined or datetime.date.min, pk

    best: dict[int, tuple] = {}
    for row in rows:
        if row[0] not in best or fit(row) > fit(best[row[0]]):
            best[row[0]] = row
    return {member: row[1] for member, row in best.items()}


def _check(training: Training) -> None:
    training.full_clean()
    if training.status == Training.Status.HELD and training.date > timezone.localdate():
        raise ValidationError({"date": "Lớp đã tổ chức thì ngày không được sau hôm nay."})
    if training.status != Training.Status.HELD and training.pk and (listed := training.attendances.count()):
        raise ValidationError({"status": f"Lớp có {listed} người trong danh sách. Bỏ danh sách trước."})


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a class: {', '.join(sorted(unknown))}")
    return fields
