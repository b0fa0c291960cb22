"""Read → find the table → read its cells → match → apply → tell. One path for the command, the page and the demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from imports import provinces, tables
from imports.errors import Refusal, Unusable
from imports.job import CREATED, UNCHANGED, Job, Progress, Request, Row
from imports.places import Places
from imports.provinces import Province
from imports.reading import read
from imports.report import Result, result_of
from imports.tables import Table
from imports.titles import tell_about_titles
from imports.values import Notes, is_blank, shown

READING, CHECKING, APPLYING = "reading", "checking", "applying"
_LOCK = 0x494D  # "IM": the class of the advisory locks of imports; the key is the province
_EVERY = 500
_MANY = 1000  # new rows from which the statistics of the tables are renewed
_WRITTEN = (
    "areas_area",
    "areas_areaancestry",
    "areas_areaparent",
    "teams_team",
    "teams_teamplace",
    "members_member",
    "members_membership",
    "members_training",
    "members_attendance",
    "activities_activity",
    "activities_activityvalue",
    "activities_return",
    "activities_returnvalue",
)


class _DryRun(Exception):
    """Undoes what a dry run wrote to see what it would give."""


def find_tables(request: Request, path: Path, filename: str | None = None) -> list[Table]:
    """The tables of the kind in a file. Raises Unusable."""
    kind = request.kind
    return tables.find(read(path, filename), kind.columns(), kind.needs, kind.label)


def run(request: Request, found: list[Table], progress: Progress = lambda step, done, total: None) -> Result:
    """Brings the tables in, all rows that can be, in one transaction. Raises Unusable where no row could ever be.

    Imports into one province wait for each other, so that two of the same file give what one gives.
    """
    job = Job(request, found, timezone.localdate(), progress)
    _read_cells(job)
    job.province = _province(job)
    try:
        with transaction.atomic():
            _wait_for_others(job.province)
            _bring_in(job)
            if request.dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return result_of(job)


def _wait_for_others(province: Province) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, province.id])


def _bring_in(job: Job) -> None:
    assert job.province
    request = job.request
    total = len(job.rows)
    job.places = Places(job.province.id, job.as_of)
    job.progress(CHECKING, total // 2, total)
    job.kind.match(job)
    job.check_scope()
    job.progress(APPLYING, total // 2, total)
    context = {"batch": request.batch_id, "user": request.by.pk if request.by else None}
    # A dry run leaves no trace, so there is nothing to tell who made it.
    with nullcontext() if request.dry_run else pghistory.context(**{k: v for k, v in context.items() if v is not None}):
        job.kind.apply(job)
    _settle_repeats(job.rows, job)
    if sum(row.outcome == CREATED for row in job.rows) >= _MANY:
        _tell_the_planner()
    job.progress(APPLYING, total, total)


def _tell_the_planner() -> None:
    """A file has multiplied the tables at one stroke. Statements that follow at once (the roll-up, a second file) would
    be planned for what was there before: minutes where it takes a second, until autovacuum comes by."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_WRITTEN)}")


def _settle_repeats(rows: Sequence[Row], job: Job) -> None:
    for row in rows:
        before = row.found.get("repeats")
        if before is not None and not row.refused:
            if before.refused:
                message = f"Trùng dòng {before.record.number}, dòng đó chưa nhận."
                job.refuse(row, next(iter(row.record.cells)), Refusal("duplicate", message))
            else:
                row.outcome = UNCHANGED


# -- Cells -------------------------------------------------------------------------------------------------------------


def _read_cells(job: Job) -> None:
    """Turns cells into values; every cell that cannot be is told, not only the first of its row."""
    columns = job.kind.columns()
    total = sum(len(table.records) for table in job.tables)
    tell_about_titles(job)
    for table in job.tables:
        readers = [
            (name, columns[name].widget.read, columns[name].required) for name in columns if name in table.columns
        ]
        for record in table.records:
            row = Row(record, {})
            job.rows.append(row)
            for name, reader, required in readers:
                cell = record.cells[name]
                notes: Notes = []
                try:
                    value = reader(cell, notes)
                    if value is None and required:
                        title = table.titles[name]
                        shape = "Ô trống" if is_blank(cell) else f"“{shown(cell)}”"
                        raise Refusal("missing", f"{shape}. Nhập {title[:1].lower()}{title[1:]}.")
                except Refusal as refusal:
                    job.refuse(row, name, refusal)
                    continue
                row.values[name] = value
                if notes:
                    job.notes(row, name, notes)
            if len(job.rows) % _EVERY == 0:
                job.progress(CHECKING, len(job.rows) // 2, total)


# -- Province ----------------------------------------------------------------------------------------------------------


def _province(job: Job) -> Province:
    """The province that was named, else that of the title, else the only one of the user, else the one in which the
    places lie. Raises Unusable."""
    request = job.request
    if request.province:
        return request.province
    lines = [line for table in job.tables for line in table.preamble]
    lines += sorted({row.record.section.province for row in job.rows if row.record.section.province})
    found = provinces.in_titles(lines, job.as_of)
    if found is None and (ended := provinces.ended_in_titles(lines, job.as_of)):
        raise Unusable(f"{ended} không còn vào ngày {job.as_of:%d/%m/%Y}. Sửa ngày của số liệu rồi nhập lại.")
    if found is None and request.by is not None:
        found = provinces.only_of(request.by, job.as_of)
    if found is None:
        pairs = Counter(
            (row.get("district") or row.record.section.district, row.get("commune") or row.record.section.commune)
            for row in job.rows
        )
        pairs.pop(("", ""), None)
        named: Counter[tuple[str, str]] = Counter(
            {
                (str(district or ""), str(commune or "")): n
                for (district, commune), n in pairs.items()
                if district or commune
            }
        )
        found = provinces.by_names(named, job.as_of)
    if found is None:
        raise Unusable("Không rõ tệp của tỉnh, thành phố nào. Chọn tỉnh, thành phố rồi nhập lại.")
    return found
