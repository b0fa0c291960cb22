"""Makes the villages that a register names for the first time, and puts their ids where placeholders stood."""

from __future__ import annotations

from areas.actions import create_villages
from imports.job import Job


def make_villages(job: Job) -> None:
    """Villages of refused rows are not made. Sets `also_created["villages"]`."""
    assert job.places
    wanted = sorted({row.area for row in job.open_rows() if row.area < 0}, reverse=True)
    rows = [job.places.new_villages[-pk - 1] for pk in wanted]
    ids = dict(zip(wanted, create_villages(rows=rows, by=job.request.by), strict=True))
    for row in job.rows:
        row.area = ids.get(row.area, row.area)
    job.also_created["villages"] = len(ids)
