"""Where the reader is: the way up, what became of a unit that ended, and what the boundaries do to the figures."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse

from activities.periods import Calendar, latest_ended
from areas.models import Area, AreaAncestry, Level
from cnscd_portal.templatetags.vietnamese import day, number
from reports.board import Board, Place
from reports.forms import Choice
from reports.models import Basis
from reports.pages_trend import REFORM


def crumbs(place: Place, choice: Choice) -> list[dict[str, str]]:
    """The ancestors, widest first; only those that the reader may open are links."""
    tokens = choice.query(indicator="", sort="", level=0, columns="")
    return [
        {
            "label": "Cả nước" if area.level == Level.COUNTRY else area.name,
            "url": reverse("reports:dashboard", args=[area.pk]) + tokens if area.pk in place.open_ids else "",
        }
        for area in place.ancestors
    ]


@dataclass(frozen=True)
class Closed:
    """A unit that has ended is no dead end: its last day, what it is today, and the last period with its figures."""

    sentence: str
    successors: list[Area]
    period_label: str
    href: str


def closed(board: Board, *, today: datetime.date) -> Closed | None:
    """ "Huyện Yên Định kết thúc ngày 30/06/2025. Nay thuộc 7 xã: …" None while the unit lives."""
    last = board.place.ended
    area = board.area
    if last is None or last >= today:
        return None
    now = successors(area, last, today)
    kinds = {"xã"} if any(a.level == Level.COMMUNE for a in now) else {a.kind for a in now}
    tier = "đơn vị" if len(kinds) != 1 else kinds.pop()
    sentence = f"{area.name} kết thúc ngày {day(last)}."
    if now:
        sentence += f" Nay thuộc {number(len(now))} {tier}:" if len(now) > 1 else " Nay thuộc"
    period = latest_ended(last + datetime.timedelta(days=1), board.choice.calendar)
    shows_nothing = board.choice.basis == Basis.TODAY or board.choice.period.end > last
    return Closed(
        sentence=sentence,
        successors=now,
        period_label=period.label,
        href=board.choice.query(period=period, basis=Basis.REPORTED) if shows_nothing else "",
    )


def successors(area: Area, last: datetime.date, today: datetime.date) -> list[Area]:
    """Units of today, at the area's tier (communes for a district), to which what lay in it on its last day belongs."""
    tier = Level.COMMUNE if area.level == Level.DISTRICT else area.level
    inside = AreaAncestry.objects.filter(ancestor=area, during__contains=last).values("area")
    now = AreaAncestry.objects.filter(area__in=inside, during__contains=today, ancestor=OuterRef("pk"))
    found = Area.objects.on(today).filter(Exists(now), level=tier)
    return list(found.defer("search", "latitude", "longitude", "area_km2").in_order())


def basis_notes(board: Board, *, today: datetime.date) -> list[str]:
    """What the reader must know about boundaries and calendar, a sentence each."""
    notes = []
    choice = board.choice
    if choice.period.start < REFORM <= choice.period.end and choice.basis == Basis.REPORTED:
        notes.append(f"Kỳ này qua ngày {day(REFORM)}: mỗi số theo địa giới của ngày phát sinh.")
    if choice.calendar == Calendar.CIVIL:
        notes.append("Báo cáo của xã làm theo kỳ 15–14, nên số phát sinh từ báo cáo không có ở lịch tháng dương.")
    if choice.basis == Basis.TODAY:
        notes += _restated(board, today=today)
    return notes


def _restated(board: Board, *, today: datetime.date) -> list[str]:
    """How many old communes add up here, and who receives a part that nobody knows."""
    area = board.area
    communes = [row.area.pk for row in board.rows if row.area and row.area.level == Level.COMMUNE]
    rows = list(
        AreaAncestry.objects.filter(
            ancestor__in=[area.pk, *communes],
            during__contains=today,
            area__level=Level.COMMUNE,
            area__valid__endswith__lte=today,
        )
        .order_by("ancestor__sort_key", "area__sort_key")
        .values_list("ancestor", "ancestor__name", "area__name", "share")
    )
    notes = []
    whole = sum(1 for ancestor, _, _, share in rows if ancestor == area.pk and share is not None)
    if whole:
        notes.append(f"Quy đổi: cộng {number(whole)} xã cũ.")
    parts = [(name, old) for _, name, old, share in rows if share is None]
    if parts:
        units = list(dict.fromkeys(name for name, _ in parts))
        olds = list(dict.fromkeys(old for _, old in parts))
        above = "Số của tỉnh vẫn đủ."
        if len(units) == 1:
            old = ", ".join(f"{name} (cũ)" for name in olds)
            notes.append(f"Không so sánh được: {units[0]} nhận một phần {old}, chưa có tỷ lệ chia. {above}")
        else:
            notes.append(
                f"Không so sánh được: {number(len(units))} xã, phường nhận một phần của {number(len(olds))} xã cũ "
                f"đã chia, chưa có tỷ lệ chia: {', '.join(units)}. {above}"
            )
    return notes
