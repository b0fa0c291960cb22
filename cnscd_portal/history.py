"""Who changed a fact, when, and what: read from the rows that the triggers of `areas.history.tracked` leave.

    history.of(team, "places", "memberships")            → list of Change, the latest first
    history.render(request, team, "places", back=…)      → a page of them; only the list where htmx asks for it

A detail page offers it as {% include "components/history_link.html" with url=… %}, so that it costs nothing until asked
for; or shows it at once with {% include "components/history.html" with changes=changes %}.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Field, ForeignKey, Model
from django.http import HttpRequest, HttpResponse

from cnscd_portal import listing
from cnscd_portal.templatetags.vietnamese import MISSING, day, masked_phone, moment, number

SHOWN = 100  # changes of one thing: a team of ten years has some dozens
WORDS = {"insert": "Thêm", "update": "Sửa", "delete": "Xóa"}
TECHNICAL = {"import_key", "uuid"}


@dataclass(frozen=True)
class Line:
    """One field of a change, as people read it. `before` is "" where the row is new."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change of one row. `who` is "" where no user stood behind it (a command, psql)."""

    at: datetime.datetime
    who: str
    action: str
    subject: str
    batch: int | None = None
    lines: list[Line] = field(default_factory=list)


@dataclass
class _Event:
    row: Any
    before: Any | None
    model: type[Model]
    owner: str = ""  # the foreign key that leads to the thing whose history this is


def of(instance: Model, *related: str) -> list[Change]:
    """Changes of the instance, and of the rows that the named reverse relations bring (`"places"`), latest first.

    One query for each kind of row, one for the users, one for each kind of thing that a changed field names.
    """
    events = _events(type(instance), pgh_obj=instance.pk)
    for name in related:
        relation: Any = instance._meta.get_field(name)
        owner = relation.field.attname
        events += _events(relation.related_model, owner, **{owner: instance.pk})
    events.sort(key=lambda event: (event.row.pgh_created_at, event.row.pgh_id), reverse=True)
    events = events[:SHOWN]
    users = _users(events)
    named = _named(events)
    changes = [_change(event, users, named) for event in events]
    return [change for change in changes if change.lines or change.action != WORDS["update"]]


def render(request: HttpRequest, instance: Model, *related: str, back: str, section: str = "") -> HttpResponse:
    """The history as a page of its own. `back` is the address of the thing itself."""
    context = {"changes": of(instance, *related), "subject": str(instance), "back": back, "section": section}
    return listing.render(request, "components/history_page.html", "components/history.html", context)


def _events(model: type[Model], owner: str = "", **condition: Any) -> list[_Event]:
    """The latest events of the rows, each with the state before it."""
    kept: Any = model._meta.get_field("events")
    rows = list(
        kept.related_model.objects.filter(**condition).select_related("pgh_context").order_by("-pgh_id")[: SHOWN + 1]
    )
    by_row = defaultdict(list)
    for row in rows:
        by_row[row.pgh_obj_id].append(row)
    return [
        _Event(row, before, model, owner)
        for states in by_row.values()
        for row, before in zip(states, [*states[1:], None], strict=True)
    ]


def _fields(model: type[Model]) -> Iterable[Field]:
    return (f for f in model._meta.concrete_fields if not f.primary_key and not f.generated and f.name not in TECHNICAL)


def _changed(event: _Event) -> list[tuple[Field, Any, Any]]:
    """The fields that differ, with the values before and after; of a new or deleted row those that say something."""
    found = []
    for each in _fields(event.model):
        if each.attname == event.owner or not hasattr(event.row, each.attname):
            continue  # tracked() leaves derived columns out
        value = getattr(event.row, each.attname)
        if event.row.pgh_label == "update" and event.before is not None:
            old = getattr(event.before, each.attname)
            if old != value:
                found.append((each, old, value))
        elif value not in (None, "") and event.row.pgh_label != "update":
            found.append((each, None, value))
    return found


def _users(events: list[_Event]) -> dict[Any, str]:
    ids = {str(user) for event in events if (user := _context(event).get("user"))}
    users = get_user_model().objects.filter(pk__in=[i for i in ids if i.isdecimal()]) if ids else []
    return {str(user.pk): str(user) for user in users}


def _context(event: _Event) -> dict[str, Any]:
    context = event.row.pgh_context
    return context.metadata if context else {}


def _named(events: list[_Event]) -> dict[type[Model], dict[Any, str]]:
    """Names of what foreign keys point to, one query for each model."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for event in events:
        for each, old, new in _changed(event):
            if isinstance(each, ForeignKey):
                wanted[each.related_model] |= {old, new} - {None}
        for each, value in _identity(event):
            wanted[each.related_model].add(value)
    return {
        model: {pk: str(row) for pk, row in model._base_manager.in_bulk(ids).items()} for model, ids in wanted.items()
    }


def _identity(event: _Event) -> list[tuple[ForeignKey, Any]]:
    """What tells a row of a relation from its sisters: the member of a membership, the area of a place."""
    if not event.owner or event.row.pgh_label != "update":
        return []
    return [
        (each, value)
        for each in _fields(event.model)
        if isinstance(each, ForeignKey)
        and each.attname != event.owner
        and each.related_model is not get_user_model()
        and (value := getattr(event.row, each.attname, None)) is not None
    ]


def _change(event: _Event, users: dict[Any, str], named: dict[type[Model], dict[Any, str]]) -> Change:
    context = _context(event)
    lines = [
        Line(
            label=_capitalised(str(each.verbose_name)),
            before="" if event.row.pgh_label != "update" else _shown(each, old, named),
            after=_shown(each, new, named),
        )
        for each, old, new in _changed(event)
    ]
    names = [named.get(each.related_model, {}).get(value, "") for each, value in _identity(event)]
    return Change(
        at=event.row.pgh_created_at,
        who=users.get(str(context.get("user")), ""),
        action=WORDS.get(event.row.pgh_label, event.row.pgh_label),
        subject=": ".join([str(event.model._meta.verbose_name), *names]),
        batch=context.get("batch"),
        lines=lines,
    )


def _shown(each: Field, value: Any, named: dict[type[Model], dict[Any, str]]) -> str:
    """A value as the pages write it. Phone numbers stay masked here too."""
    if value is None or value == "":
        return MISSING
    if isinstance(each, ForeignKey):
        return named.get(each.related_model, {}).get(value, f"({value})")
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if each.name == "phone":
        return masked_phone(value)
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, DateRange):
        return _span(value)
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, datetime.date):
        return day(value)
    if isinstance(value, int) and not each.name.endswith("year"):
        return number(value)
    return str(value)


def _span(span: DateRange) -> str:
    """A half-open range with its last day written out."""
    since = f"từ {day(span.lower)}" if span.lower else ""
    until = f"đến {day(span.upper - datetime.timedelta(days=1))}" if span.upper else ""
    return f"{since} {until}".strip() or "luôn luôn"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
