"""What can be done with a logged activity. Every refusal is a ValidationError whose sentences are for the user."""

from __future__ import annotations

import datetime
import uuid as uuids
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities.models import Activity, ActivityValue, DataElement, Status
from areas.models import Area

if TYPE_CHECKING:
    from accounts.models import User
    from teams.models import Team

UNDO_REASON = "Hoàn tác ngay sau khi ghi"


def place_of(team: Team, date: datetime.date) -> Area:
    """The area in which the team works on the day. Refuses a day to come and one outside the team's life."""
    if date > timezone.localdate():
        raise ValidationError({"date": "Ngày không được sau hôm nay."})
    if team.active_from is None:
        raise ValidationError({"team": "Tổ chưa thành lập, chưa ghi việc được."})
    if date < team.active_from:
        raise ValidationError({"date": f"Tổ hoạt động từ {team.active_from:%d/%m/%Y}. Chọn ngày từ hôm đó."})
    if team.dissolved is not None and date >= team.dissolved:
        raise ValidationError({"date": f"Tổ đã giải thể ngày {team.dissolved:%d/%m/%Y}. Chọn ngày trước đó."})
    area = Area.objects.filter(team_places__team=team, team_places__during__contains=date).first()
    if area is None:
        raise ValidationError({"date": f"Tổ chưa có nơi hoạt động ngày {date:%d/%m/%Y}. Ghi nơi của tổ trước."})
    return area


def _elements(values: Mapping[str, int]) -> dict[str, DataElement]:
    """The log elements of these codes; a code that does not exist, or that logs do not give, is refused."""
    known = {e.code: e for e in DataElement.objects.filter(code__in=values, source=DataElement.Source.LOG)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValidationError(f"Không có chỉ tiêu “{unknown[0]}” trong nhật ký.")
    return known


def _write_values(activity: Activity, values: Mapping[str, int]) -> None:
    """Makes the activity's values exactly these; rows that do not change are not touched."""
    elements = _elements(values)
    kept = {row.element_id: row for row in activity.values.all()}
    wanted = {elements[code].pk: value for code, value in values.items()}
    gone = [row.pk for element, row in kept.items() if element not in wanted]
    changed = [row for element, row in kept.items() if element in wanted and row.value != wanted[element]]
    for row in changed:
        row.value = wanted[row.element_id]
    new = [
        ActivityValue(activity=activity, element_id=element, value=value)
        for element, value in wanted.items()
        if element not in kept
    ]
    ActivityValue.objects.filter(pk__in=gone).delete()
    ActivityValue.objects.bulk_update(changed, ["value"])
    ActivityValue.objects.bulk_create(new)


def log(
    *,
    team: Team,
    date: datetime.date,
    kind: str,
    audience: str,
    reached: int,
    households: int | None = None,
    topic: str = "",
    note: str = "",
    reason: str = "",
    values: Mapping[str, int],
    by: User,
    uuid: uuids.UUID | None = None,
) -> Activity:
    """Records a piece of work; it counts at once, as provisional, until it is approved.

    `uuid` is given by the device: sending the same one again gives the row of the first time, exactly once.
    """
    if uuid is not None and (sent := Activity.objects.filter(uuid=uuid).first()):
        return _own(sent, team, by)
    activity = Activity(
        uuid=uuid or uuids.uuid4(),
        team=team,
        area=place_of(team, date),
        date=date,
        kind=kind,
        audience=audience,
        reached=reached,
        households=households,
        topic=topic,
        note=note,
        reason=reason,
        entered_by=by,
    )
    activity.clean_fields(exclude=["entered_by"])
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            activity.save(force_insert=True)
            _write_values(activity, values)
    except IntegrityError:
        # Two sends of one device at once: the second waited for the first and finds its row.
        sent = Activity.objects.filter(uuid=activity.uuid).first()
        if sent is None:
            raise
        return _own(sent, team, by)
    return activity


def _own(sent: Activity, team: Team, by: User) -> Activity:
    """The row of an earlier send, unless another user or team made it: a device's code gives no way to others' rows."""
    if sent.entered_by_id != by.pk or sent.team_id != team.pk:
        raise ValidationError("Việc này đã được ghi từ nơi khác. Mở lại trang rồi ghi.")
    return sent


def is_same(activity: Activity, *, values: Mapping[str, int], **facts) -> bool:
    """Whether the activity says just these facts (the arguments of `change`)."""
    kept = {row.element.code: row.value for row in activity.values.select_related("element")}
    return kept == dict(values) and all(getattr(activity, name) == value for name, value in facts.items())


def _locked(activity: Activity) -> Activity:
    """The row as it stands now, kept from others until the transaction ends."""
    return Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)


@transaction.atomic
def change(
    *,
    activity: Activity,
    date: datetime.date,
    kind: str,
    audience: str,
    reached: int,
    households: int | None = None,
    topic: str = "",
    note: str = "",
    reason: str = "",
    values: Mapping[str, int],
    by: User,
) -> Activity:
    """Changes what was logged. It waits for approval again: what was approved or returned was another text."""
    row = _locked(activity)
    if row.status == Status.VOID:
        raise ValidationError("Việc này đã hủy, không sửa được.")
    row.area = place_of(row.team, date) if date != row.date else row.area
    row.date, row.kind, row.audience, row.reached, row.households = date, kind, audience, reached, households
    row.topic, row.note, row.reason = topic, note, reason
    row.status, row.decision_reason = Status.SUBMITTED, ""
    row.clean_fields(exclude=["entered_by"])
    with pghistory.context(user=by.pk):
        row.save()
        _write_values(row, values)
    return row


@transaction.atomic
def void(*, activity: Activity, reason: str, by: User) -> Activity:
    """Takes an activity out of every figure. The row stays, with the reason."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Ghi lý do hủy."})
    row = _locked(activity)
    if row.status != Status.VOID:
        row.status, row.void_reason = Status.VOID, reason
        with pghistory.context(user=by.pk):
            row.save(update_fields=["status", "void_reason"])
    return row


@transaction.atomic
def approve(*, activities: Iterable[Activity], by: User) -> list[int]:
    """Approves those that wait for it; gives their ids. What another has decided meanwhile is left as it is."""
    ids = sorted(activity.pk for activity in activities)
    waiting = Activity.objects.select_for_update().filter(pk__in=ids, status=Status.SUBMITTED).order_by("pk")
    found = list(waiting.values_list("pk", flat=True))
    with pghistory.context(user=by.pk):
        Activity.objects.filter(pk__in=found).update(status=Status.APPROVED)
    return found


@transaction.atomic
def give_back(*, activity: Activity, reason: str, by: User) -> Activity:
    """Returns a log to who wrote it, with a reason; it counts nowhere until it is sent again."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Ghi lý do trả lại."})
    row = _locked(activity)
    if row.status not in (Status.SUBMITTED, Status.APPROVED):
        raise ValidationError("Chỉ trả lại việc đang chờ duyệt hoặc đã duyệt.")
    row.status, row.decision_reason = Status.RETURNED, reason
    with pghistory.context(user=by.pk):
        row.save(update_fields=["status", "decision_reason"])
    return row
