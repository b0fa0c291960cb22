"""Bringing files in: from the command, and from an upload that a worker applies."""

from __future__ import annotations

import datetime
import hashlib
import io
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.core.files import File
from django.db import models, transaction
from django.utils import timezone

from imports import pipeline, provinces
from imports.errors import Unusable
from imports.job import Progress, Request
from imports.kinds import KINDS
from imports.models import Batch
from imports.progress import BatchProgress
from imports.refused import write_refused
from imports.report import Result

if TYPE_CHECKING:
    from accounts.models import User

STEPS = {pipeline.READING: "Đang đọc", pipeline.CHECKING: "Đang kiểm tra", pipeline.APPLYING: "Đang ghi"}
MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 20 * MEGABYTE
LONG_WAIT = datetime.timedelta(minutes=10)  # then its message may have been lost; a second one does no harm


def silent(step: str, done: int, total: int) -> None:
    """Tells nobody how far it is."""


def import_file(
    *,
    kind: str,
    path: Path,
    as_of: datetime.date,
    province: str | None = None,
    create_missing: bool = False,
    dry_run: bool = False,
    refused_to: Path | None = None,
    by: User | None = None,
    progress: Progress = silent,
) -> Result:
    """Brings a file in at once, without a worker; the batch and the file are kept as an upload's are.

    `province` is a code of the day `as_of`. `refused_to` takes the rows that were refused, as a workbook. `by` None is
    the command: it may do everything. Raises Unusable, and then nothing is written.
    """
    if kind not in KINDS:
        raise Unusable(f"Không có loại “{kind}”. Chọn: {', '.join(KINDS)}.")
    if not path.is_file():
        raise Unusable(f"Không có tệp {path}.")
    progress(pipeline.READING, 0, 0)
    request = Request(
        kind=KINDS[kind](),
        as_of=as_of,
        province=provinces.by_code(province, as_of) if province else None,
        create_missing=create_missing,
        dry_run=dry_run,
        by=by,
    )
    found = pipeline.find_tables(request, path)
    if dry_run:
        result = pipeline.run(request, found, progress)
    else:
        with transaction.atomic(), path.open("rb") as file:
            batch = create_batch(kind=kind, file=file, filename=path.name, as_of=as_of, by=by, request=request)
            request.batch_id = batch.pk
            try:
                result = pipeline.run(request, found, progress)
            except BaseException:
                batch.file.delete(save=False)
                raise
            finish(batch, result)
    if refused_to is not None and result.refused:
        write_refused(found, result.refusals, result.tables, refused_to)
    return result


def create_batch(
    *,
    kind: str,
    file: IO[bytes] | File,
    filename: str,
    as_of: datetime.date,
    by: User | None,
    request: Request | None = None,
    province_id: int | None = None,
    create_missing: bool = False,
) -> Batch:
    """Stores a file and its batch, waiting to be run."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if request is not None:
        province_id = request.province.id if request.province else None
        create_missing = request.create_missing
    batch = Batch(
        kind=kind,
        filename=filename[-255:],
        sha256=digest,
        size=size,
        as_of=as_of,
        province_id=province_id,
        create_missing=create_missing,
        created_by=by,
    )
    # The stored name keeps the ending alone: what a user calls a file is no path of ours.
    ending = "".join(x for x in Path(filename).suffix.lower() if x.isalnum() or x == ".")[:6]
    batch.file.save(f"{digest[:16]}{ending}", File(file), save=False)
    batch.save()
    return batch


def finish(batch: Batch, result: Result) -> None:
    """Writes what became of the batch."""
    counts = ("created", "updated", "unchanged", "refused")
    for name in counts:
        setattr(batch, name, getattr(result, name))
    batch.rows_total = batch.rows_done = result.rows
    batch.province_id = result.province_id
    batch.result = {**result.as_dict(), "tables": result.tables}
    batch.state, batch.finished_at = Batch.State.DONE, timezone.now()
    batch.save(update_fields=[*counts, "rows_total", "rows_done", "province", "result", "state", "finished_at"])


def run_batch(batch_id: int) -> None:
    """Applies a stored batch. Safe to run twice: what it writes and that it has are one transaction, so a worker that
    is killed leaves nothing, and a second delivery finds the batch done."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.state in (Batch.State.DONE, Batch.State.FAILED):
        return
    with BatchProgress(batch_id) as progress:
        if not progress.alone:
            return  # another delivery is at it; should its worker die, `resume` starts the batch again
        try:
            _run(batch, progress)
        except Unusable as unusable:
            _fail(batch_id, str(unusable))
        except Exception:
            _fail(batch_id, "Cổng gặp lỗi khi nhập tệp này, chưa ghi gì. Đã báo quản trị.")
            raise


def _run(batch: Batch, progress: BatchProgress) -> None:
    progress(pipeline.READING, 0, 0)
    request = Request(
        kind=KINDS[batch.kind](),
        as_of=batch.as_of,
        province=_stored_province(batch),
        create_missing=batch.create_missing,
        by=batch.created_by,
        batch_id=batch.pk,
    )
    found = pipeline.find_tables(request, Path(batch.file.path), batch.filename)
    with transaction.atomic():
        fresh = Batch.objects.get(pk=batch.pk)
        if fresh.state != Batch.State.DONE:
            finish(fresh, pipeline.run(request, found, progress))


def abandoned() -> list[int]:
    """Batches that were begun and that no worker is at, because theirs was killed; and those that wait too long."""
    begun = models.Q(state__in=(Batch.State.READING, Batch.State.CHECKING, Batch.State.APPLYING))
    waiting = models.Q(state=Batch.State.WAITING, created_at__lt=timezone.now() - LONG_WAIT)
    found = []
    for batch_id in Batch.objects.filter(begun | waiting).order_by("pk").values_list("pk", flat=True):
        with BatchProgress(batch_id) as progress:
            if progress.alone:
                found.append(batch_id)
    return found


def _stored_province(batch: Batch) -> provinces.Province | None:
    area = batch.province
    return provinces.Province(area.pk, area.code, area.kind, area.name) if area else None


def _fail(batch_id: int, sentence: str) -> None:
    Batch.objects.filter(pk=batch_id).exclude(state=Batch.State.DONE).update(
        state=Batch.State.FAILED, error=sentence, finished_at=timezone.now()
    )
