"""What can be done with a commune's return. Every refusal is a ValidationError whose sentences are for the user."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import checks, receipts
from activities.checks import Entry
from activities.models import DataElement, Return, ReturnValue, Status
from activities.periods import Period, due_on
from areas.models import Area, Level

if TYPE_CHECKING:
    from accounts.models import User

OPEN = (Status.DRAFT, Status.RETURNED)
OVERLAP = "Số phát sinh của chỉ tiêu này đã có trong một kỳ chồng lên kỳ này."


def check_period(area: Area, period: Period) -> None:
    """Refuses a period that has not begun, one outside the commune's life (F2), and an area that is no commune."""
    if area.level != Level.COMMUNE:
        raise ValidationError("Báo cáo do xã, phường, đặc khu nộp.")
    if period.start > timezone.localdate():
        raise ValidationError(f"{period.label} bắt đầu ngày {period.start:%d/%m/%Y}. Chọn kỳ đã bắt đầu.")
    life, dates = area.valid, period.dates
    if (life.upper and life.upper <= dates.lower) or (life.lower and life.lower >= dates.upper):
        raise ValidationError(f"{area.name} không tồn tại trong {period.label.lower()}. Chọn kỳ khác.")


def find(area: Area, period: Period, *, estimate: bool = False) -> Return | None:
    """The commune's return of the period, whatever its state."""
    return Return.objects.filter(area=area, calendar=period.calendar, period=period.dates, estimate=estimate).first()


@transaction.atomic
def start(*, area: Area, period: Period, estimate: bool = False, by: User) -> Return:
    """The commune's return of the period, as a draft where there was none."""
    check_period(area, period)
    with pghistory.context(user=by.pk):
        report, _made = Return.objects.get_or_create(
            area=area,
            calendar=period.calendar,
            period=period.dates,
            estimate=estimate,
            defaults={"kind": period.kind, "due": due_on(period, estimate=estimate), "entered_by": by},
        )
    return report


def previous(area: Area, period: Period) -> dict[str, Decimal]:
    """{code: value} of the latest counted return of the commune that ended before the period, final over estimate."""
    earlier = Return.objects.counted().filter(area=area, period__endswith__lte=period.start)
    last = earlier.order_by("-period", "estimate", "-submitted_at").first()
    return dict(last.values.values_list("element__code", "value")) if last else {}


def entries_of(report: Return) -> dict[str, Entry]:
    return {
        row.element.code: Entry(row.value, row.qualifier, row.reason) for row in report.values.select_related("element")
    }


@transaction.atomic
def save(*, report: Return, entries: Mapping[str, Entry], note: str, by: User) -> Return:
    """Makes the figures of an open return exactly these; a code that is not given has no value, which is not 0."""
    row = _locked(report)
    if row.status not in OPEN:
        raise ValidationError("Báo cáo đã gửi, không sửa được. Đề nghị cấp trên trả lại để sửa.")
    elements = {e.code: e for e in DataElement.objects.filter(code__in=entries, source=DataElement.Source.RETURN)}
    if unknown := sorted(set(entries) - set(elements)):
        raise ValidationError(f"Không có chỉ tiêu “{unknown[0]}” trong báo cáo.")
    with pghistory.context(user=by.pk):
        if (row.note, row.entered_by_id) != (note, by.pk):
            row.note, row.entered_by = note, by
            row.save(update_fields=["note", "entered_by"])
        _write_values(row, {elements[code].pk: entry for code, entry in entries.items()})
    return row


def _write_values(report: Return, wanted: Mapping[int, Entry]) -> None:
    """Rows that do not change are not touched."""
    kept = {row.element_id: row for row in report.values.all()}
    gone = [row.pk for element, row in kept.items() if element not in wanted]
    changed, new = [], []
    for element, entry in wanted.items():
        row = kept.get(element)
        if row is None:
            new.append(
                ReturnValue(
                    report=report,
                    element_id=element,
                    value=entry.value,
                    qualifier=entry.qualifier,
                    reason=entry.reason,
                    # The trigger writes the return's own; these only satisfy NOT NULL on the way there.
                    area_id=report.area_id,
                    period=report.period,
                    estimate=report.estimate,
                    is_flow=False,
                )
            )
        elif (row.value, row.qualifier, row.reason) != (entry.value, entry.qualifier, entry.reason):
            row.value, row.qualifier, row.reason = entry.value, entry.qualifier, entry.reason
            changed.append(row)
    try:
        with transaction.atomic():
            ReturnValue.objects.filter(pk__in=gone).delete()
            ReturnValue.objects.bulk_update(changed, ["value", "qualifier", "reason"])
            ReturnValue.objects.bulk_create(new)
    except IntegrityError as error:
        if "return_flow_periods_apart" in str(error):
            raise ValidationError(OVERLAP) from error
        raise


@transaction.atomic
def submit(*, report: Return, by: User) -> Return:
    """Sends an open return: it counts from now on, as provisional, and has a receipt."""
    row = _locked(report)
    if row.status not in OPEN:
        raise ValidationError("Báo cáo này đã gửi.")
    entries = entries_of(row)
    if not entries:
        raise ValidationError("Chưa có số nào. Nhập ít nhất một số rồi gửi.")
    elements = {e.code: e for e in DataElement.objects.filter(code__in=entries)}
    if wrong := checks.impossible(entries, elements):
        raise ValidationError(list(wrong.values()))
    before = previous(row.area, receipts.period_of(row))
    unexplained = [s for code, s in checks.odd(entries, before, elements).items() if not entries[code].reason]
    if unexplained:
        raise ValidationError(unexplained)
    row.status, row.submitted_at, row.entered_by = Status.SUBMITTED, timezone.now(), by
    row.submissions += 1
    row.decision_reason = ""
    row.fingerprint = receipts.fingerprint(row)
    with pghistory.context(user=by.pk):
        row.save()
    return row


@transaction.atomic
def approve(*, reports: Iterable[Return], by: User) -> list[int]:
    """Approves those that wait for it; gives their ids. What another has decided meanwhile is left as it is."""
    ids = sorted(report.pk for report in reports)
    waiting = Return.objects.select_for_update().filter(pk__in=ids, status=Status.SUBMITTED).order_by("pk")
    found = list(waiting.values_list("pk", flat=True))
    with pghistory.context(user=by.pk):
        Return.objects.filter(pk__in=found).update(status=Status.APPROVED)
    return found


@transaction.atomic
def give_back(*, report: Return, reason: str, by: User, due: datetime.date | None = None) -> Return:
    """Returns it to the commune with a reason, and if need be a later day by which to send it again.

    It counts nowhere until then; what is sent again is on time by its new sending.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Ghi lý do trả lại."})
    row = _locked(report)
    if row.status not in (Status.SUBMITTED, Status.APPROVED):
        raise ValidationError("Chỉ trả lại báo cáo đang chờ duyệt hoặc đã duyệt.")
    if due is not None and due < timezone.localdate():
        raise ValidationError({"due": "Hạn mới không được trước hôm nay."})
    row.status, row.decision_reason, row.due = Status.RETURNED, reason, due or row.due
    with pghistory.context(user=by.pk):
        row.save(update_fields=["status", "decision_reason", "due"])
    return row


def _locked(report: Return) -> Return:
    """The row as it stands now, kept from others until the transaction ends."""
    return Return.objects.select_for_update(of=("self",)).select_related("area").get(pk=report.pk)
