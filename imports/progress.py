"""How far a batch is, written on a connection of its own, so that it is seen while the apply is still uncommitted."""

from __future__ import annotations

import time

from django.db import connection

_PAUSE = 0.4  # seconds between two writes: the page asks each second
_LOCK = 0x4942  # "IB": the class of the advisory locks of batches


class BatchProgress:
    """Called with (step, rows done, rows); `with` closes its connection.

    The connection also holds the batch's lock, which a worker that is killed lets go with it: `alone` is false where
    another worker holds it.
    """

    def __init__(self, batch_id: int):
        self.batch_id = batch_id
        self._beside = connection.copy()
        self._last = ("", 0.0)

    def __enter__(self) -> BatchProgress:
        with self._beside.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, self.batch_id])
            self.alone: bool = cursor.fetchone()[0]
        return self

    def __exit__(self, *error: object) -> None:
        self._beside.close()

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._last[0] == step and now - self._last[1] < _PAUSE:
            return
        self._last = (step, now)
        with self._beside.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_batch SET state = %s, rows_done = %s, rows_total = %s WHERE id = %s "
                "AND state NOT IN ('done', 'failed')",
                [step, done, total, self.batch_id],
            )
