"""A page of facts with what they are, who entered them when, or which file brought them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import User
from activities.models import Activity, Return, ReturnValue, Site
from activities.periods import Calendar, Period, PeriodKind
from areas.models import Area
from imports.models import Batch
from members.models import Attendance, Member, Membership, Training
from reports.facts import Fact
from teams.models import Team


@dataclass(frozen=True)
class FactRow:
    """`what` and `note` say what it is; `origin` who entered it, or the file: "" where nobody knows."""

    fact: Fact
    what: str
    note: str
    href: str
    origin: str
    at: datetime.datetime | None


def rows(facts: Iterable[Fact]) -> list[FactRow]:
    """The facts in words: one query for each kind of fact among them."""
    facts = list(facts)
    things: dict[str, dict[int, Any]] = {}
    for kind in {fact.kind for fact in facts}:
        found = _entered(READERS[kind].queryset())
        things[kind] = found.in_bulk([fact.item for fact in facts if fact.kind == kind])
    return [_row(fact, things[fact.kind].get(fact.item)) for fact in facts]


def _row(fact: Fact, thing: Any) -> FactRow:
    if thing is None:  # deleted between the two queries
        return FactRow(fact, "", "", "", "", None)
    what, note, href = READERS[fact.kind].words(thing)
    inserted = thing.inserted or {}
    by = getattr(thing, "entered_by", None) or getattr(getattr(thing, "report", None), "entered_by", None)
    origin = f"tệp {inserted['file']}" if inserted.get("file") else str(by) if by else inserted.get("user") or ""
    at = parse_datetime(inserted["at"]) if inserted else None
    return FactRow(fact, what, note, href, origin, at)


def _entered(queryset: QuerySet) -> QuerySet:
    """Adds `inserted`: when the row was made, by whom, from which file, as its first event tells."""
    event: Any = queryset.model._meta.get_field("events").related_model
    first = event.objects.filter(pgh_obj=OuterRef("pk"), pgh_label="insert").order_by("pgh_id")
    first = first.annotate(
        user_id=Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField()),
        batch_id=Cast(KeyTextTransform("batch", "pgh_context__metadata"), BigIntegerField()),
    )
    told = JSONObject(
        at=F("pgh_created_at"),
        user=Subquery(User.objects.filter(pk=OuterRef("user_id")).values("name")[:1]),
        file=Subquery(Batch.objects.filter(pk=OuterRef("batch_id")).values("filename")[:1]),
    )
    return queryset.annotate(inserted=Subquery(first.values(told=told)[:1]))


@dataclass(frozen=True)
class Reader:
    queryset: Callable[[], QuerySet]
    words: Callable[[Any], tuple[str, str, str]]


def _team(team: Team) -> tuple[str, str, str]:
    first = team.established or team.counted_from
    since = (
        f"thành lập {team.established:%d/%m/%Y}" if team.established else f"tính từ {first:%d/%m/%Y}" if first else ""
    )
    return team.name, since, reverse("teams:detail", args=[team.pk])


def _membership(one: Membership) -> tuple[str, str, str]:
    return (
        one.member.name,
        f"{one.get_role_display()}, {one.team.name}",
        reverse("members:detail", args=[one.member_id]),
    )


def _member(member: Member) -> tuple[str, str, str]:
    return member.name, "", reverse("members:detail", args=[member.pk])


def _area(area: Area) -> tuple[str, str, str]:
    return area.name, "", reverse("reports:dashboard", args=[area.pk])


def _period(report: Return) -> Period:
    last = report.period.upper - datetime.timedelta(days=1)
    return Period(PeriodKind(report.kind), last.year, last.month, Calendar(report.calendar))


def _return(report: Return) -> tuple[str, str, str]:
    words = f"Báo cáo {_period(report).label.lower()}"
    estimate = "ước thực hiện, " if report.estimate else ""
    return words, f"{estimate}{report.get_status_display().lower()}", reverse("activities:return", args=[report.pk])


def _value(value: ReturnValue) -> tuple[str, str, str]:
    words, note, href = _return(value.report)
    loose = (
        "" if value.qualifier == ReturnValue.Qualifier.EXACT else f"{value.get_qualifier_display()} {value.value:g}, "
    )
    return words, loose + note, href


def _training(training: Training) -> tuple[str, str, str]:
    listed = "" if training.head_count is None else f", {training.head_count} lượt theo số đếm"
    note = f"{training.get_status_display()} {training.date:%d/%m/%Y}, {training.get_format_display().lower()}{listed}"
    return f"Lớp {training.code}: {training.title}", note, reverse("members:training", args=[training.pk])


def _attendance(one: Attendance) -> tuple[str, str, str]:
    note = f"lớp {one.training.code} ngày {one.training.date:%d/%m/%Y}, {one.training.get_format_display().lower()}"
    return one.member.name, note, reverse("members:training", args=[one.training_id])


def _site(site: Site) -> tuple[str, str, str]:
    return site.name, f"{site.get_kind_display()}, từ {site.since:%d/%m/%Y}", reverse("activities:site", args=[site.pk])


def _activity(activity: Activity) -> tuple[str, str, str]:
    topic = f": {activity.topic}" if activity.topic else ""
    note = f"{activity.team.name}, {activity.get_status_display().lower()}"
    return f"{activity.get_kind_display()}{topic}", note, reverse("activities:activity", args=[activity.pk])


READERS = {
    "team": Reader(Team.objects.all, _team),
    "membership": Reader(lambda: Membership.objects.select_related("member", "team"), _membership),
    "member": Reader(Member.objects.all, _member),
    "area": Reader(Area.objects.all, _area),
    "return": Reader(lambda: Return.objects.select_related("entered_by"), _return),
    "value": Reader(lambda: ReturnValue.objects.select_related("report__entered_by"), _value),
    "training": Reader(Training.objects.all, _training),
    "attendance": Reader(lambda: Attendance.objects.select_related("member", "training"), _attendance),
    "site": Reader(Site.objects.all, _site),
    "activity": Reader(lambda: Activity.objects.select_related("team", "entered_by"), _activity),
}
