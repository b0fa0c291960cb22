"""What waits for a user today, in the order of their role, and how their area stands."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import DecimalField, IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Right, Role
from accounts.scope import Scope, rights_of, scope, standings
from activities.models import Activity, Return, Status
from activities.periods import Period, due_on, latest_ended
from areas.models import Area, AreaAncestry, Level
from cnscd_portal.templatetags.vietnamese import number
from imports.models import Batch
from members.models import Training
from reports import board, figures, layout
from reports.forms import Choice
from reports.pages_words import Shown, shown
from teams.forms import SILENT_DAYS
from teams.models import Team

ATTENTION = 5
BATCHES = 3


@dataclass(frozen=True)
class Task:
    """One row: a verb, a count, a date. The whole of it is the link."""

    text: str
    note: str
    href: str


@dataclass(frozen=True)
class Attention:
    """An area below that needs a look, and why, in words."""

    area: Area
    reasons: list[str]


@dataclass
class Home:
    """`own`: the widest area of the user's grants, with the counts of what waits as its columns, or None; `logs` and
    `reached`: what a leader's teams did this month."""

    period: Period
    own: Any = None
    tasks: list[Task] = field(default_factory=list)
    tiles: list[tuple[Shown, Shown | None]] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)
    may_log: bool = False
    may_import: bool = False
    is_leader: bool = False
    logs: int = 0
    reached: int = 0
    next_class: Training | None = None


class CountOf(Subquery):
    """How many rows a queryset has, as a column: many counts in one statement."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class SumOf(Subquery):
    """The sum of the only column of a queryset."""

    template = "(SELECT COALESCE(sum(x), 0) FROM (%(subquery)s) AS counted(x))"
    output_field = DecimalField()


def gather(user: Any) -> Home:
    """The home page of the user, in at most eight queries with those of the session and the grants."""
    today = timezone.localdate()
    rights = rights_of(user)
    grants = sorted(standings(user, day=today), key=lambda grant: grant.level)
    home = Home(period=latest_ended(today), may_log=Right.LOG in rights, may_import=Right.IMPORT in rights)
    if not grants:
        return home
    home.is_leader = all(grant.role == Role.TEAM_LEADER for grant in grants)
    first = grants[0]
    counts = _counts(user, rights, today, home)
    home.own = Area.objects.annotate(**counts).get(pk=min(first.now) if first.now else first.area_id)
    home.tasks = _tasks(user, rights, home, today)
    if home.is_leader:
        home.logs, home.reached = home.own.logs, int(home.own.reached)
        home.next_class = _next_class(home.own, today)
    elif first.now:
        _figures(home, today)
    return home


def _next_class(area: Area, today: datetime.date) -> Training | None:
    """The next class planned for the area, or by a unit above it: it is announced to all in it."""
    above = AreaAncestry.objects.filter(area=area, during__contains=today).values("ancestor")
    planned = Training.objects.filter(status=Training.Status.PLANNED, date__gte=today, area__in=above)
    return planned.order_by("date", "id").first()


def _counts(user: Any, rights: frozenset[Right], today: datetime.date, home: Home) -> dict[str, Subquery]:
    """Columns with what waits; only what the user's rights make theirs."""
    found: dict[str, QuerySet] = {}
    if Right.APPROVE in rights:
        approves = scope(user, Right.APPROVE)
        found["returns_waiting"] = Return.objects.filter(approves.rows(area="area"), status=Status.SUBMITTED)
        found["logs_waiting"] = Activity.objects.filter(
            approves.rows(area="area", team_level="team__level"), status=Status.SUBMITTED
        )
    if Right.EDIT in rights:
        edits = scope(user, Right.EDIT)
        found["owing"] = _owing(edits, home.period)
        found["silent"] = Team.objects.within(edits).silent_since(today - datetime.timedelta(days=SILENT_DAYS))
    columns: dict[str, Subquery] = {name: CountOf(rows.order_by().values("pk")) for name, rows in found.items()}
    if home.is_leader:
        logs = Activity.objects.visible_to(user).counted().filter(date__gte=today.replace(day=1)).order_by()
        columns |= {"logs": CountOf(logs.values("pk")), "reached": SumOf(logs.values("reached"))}
    return columns


def _owing(edits: Scope, period: Period) -> QuerySet:
    """Communes in the scope, valid on the period's last day, of which no return of it counts (F12)."""
    communes = Area.objects.on(period.end).filter(edits.rows(area="pk"), level=Level.COMMUNE)
    sent = Return.objects.counted().filter(calendar=period.calendar, period=period.dates, estimate=False)
    return communes.exclude(pk__in=sent.values("area"))


def _tasks(user: Any, rights: frozenset[Right], home: Home, today: datetime.date) -> list[Task]:
    own, period, tasks = home.own, home.period, []
    waiting = reverse("activities:return-list") + "?status=submitted"
    if getattr(own, "returns_waiting", 0):
        tasks.append(Task(f"Duyệt {number(own.returns_waiting)} báo cáo của xã", "", waiting))
    if getattr(own, "logs_waiting", 0):
        href = reverse("activities:list") + "?status=submitted"
        tasks.append(Task(f"Duyệt {number(own.logs_waiting)} việc các tổ gửi", "", href))
    if getattr(own, "owing", 0):
        tasks.append(_return_task(own, period, today))
    if Right.IMPORT in rights:
        tasks += _batch_tasks(user)
    if getattr(own, "silent", 0):
        words = f"Nhắc {number(own.silent)} tổ chưa ghi việc"
        href = reverse("teams:list") + "?silent=on"
        tasks.append(Task(words, f"{SILENT_DAYS} ngày qua", href))
    return tasks


def _return_task(own: Any, period: Period, today: datetime.date) -> Task:
    due = due_on(period)
    left = (due - today).days
    when = f"hạn {due:%d/%m}, " + (f"còn {left} ngày" if left > 0 else "hôm nay" if left == 0 else f"quá {-left} ngày")
    if own.level == Level.COMMUNE:
        href = reverse("activities:return-new") + "?" + urlencode({"period": period.token})
        return Task(f"Nộp báo cáo {period.label.lower()}", when, href)
    href = reverse("activities:return-missing") + "?" + urlencode({"period": period.token})
    return Task(f"Nhắc {number(own.owing)} xã chưa nộp báo cáo {period.label.lower()}", when, href)


def _batch_tasks(user: Any) -> list[Task]:
    """Own files that are under way, or have rows that were not taken, the latest first."""
    batches = Batch.objects.filter(created_by=user).order_by("-created_at")[:BATCHES]
    tasks = []
    for batch in batches:
        href = reverse("imports:batch", args=[batch.pk])
        if batch.state in (Batch.State.DONE, Batch.State.FAILED):
            if batch.refused:
                words = f"Sửa {number(batch.refused)} dòng chưa nhận của {batch.filename}"
                tasks.append(Task(words, f"lô {batch.pk}", href))
        else:
            tasks.append(Task(f"Theo dõi {batch.filename}", batch.get_state_display().lower(), href))
    return tasks


def _figures(home: Home, today: datetime.date) -> None:
    """Four key figures of the last ended month, and the areas below that need a look."""
    own, period = home.own, home.period
    choice = Choice(period)
    codes = [code for pair in layout.KEY_FIGURES for code in pair if code]
    by_code = {i.code: i for i in figures.indicators_of(terms=None) if i.code in {*codes, "activities_logged"}}
    units = board.below(own, period.end)
    level = board.first_level(own, units, choice)
    units = [unit for unit in units if unit.level == level and level != Level.VILLAGE]
    looked = [by_code[c] for c in ("active_teams", "village_coverage_rate", "activities_logged") if c in by_code]
    fresh = figures.Freshness(today=today, fresh_at=timezone.now(), waiting=0, version="", moved={})
    mine, theirs = figures.tables(
        [
            figures.Ask([own], [period], [by_code[code] for code in codes if code in by_code]),
            figures.Ask(units, [period] if units else [], looked, coverage=False),
        ],
        basis=choice.basis,
        fresh=fresh,
    )
    found = mine.figures(0, own.pk)
    words = {code: shown(figure, area_id=own.pk, choice=choice) for code, figure in found.items()}
    home.tiles = [(words[code], words.get(below or "")) for code, below in layout.KEY_FIGURES if code in words]
    needy = [Attention(unit, _reasons(theirs.figures(0, unit.pk), period)) for unit in units]
    home.attention = sorted((n for n in needy if n.reasons), key=lambda n: -len(n.reasons))[:ATTENTION]


def _reasons(found: dict[str, figures.Figure], period: Period) -> list[str]:
    """Why an area needs a look; none where all is well."""
    teams, covered, logged = (found.get(c) for c in ("active_teams", "village_coverage_rate", "activities_logged"))
    if teams and teams.comparable and not teams.value:
        return ["chưa có tổ nào"]
    reasons = []
    if covered and covered.comparable and covered.value is not None and covered.value < 1:
        gap = (covered.denominator or 0) - (covered.numerator or 0)
        reasons.append(f"còn {number(gap)} thôn chưa có tổ")
    if logged and logged.comparable and not logged.value:
        reasons.append(f"các tổ chưa ghi việc nào trong {period.label.lower()}")
    return reasons
