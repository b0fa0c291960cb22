"""Whether the portal can do its work: /healthz, and the sign of life that a worker leaves in the cache for it."""

import logging
import time
from typing import Any

from celery import bootsteps
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

QUEUES = ("default", "imports")
EVERY = 2.0  # seconds between two signs of life of a worker
VALID = 10  # seconds after which a silent worker counts as gone
KEY = "sign-of-life:{}"


class SignOfLife(bootsteps.StartStopStep):
    """Writes, from the worker's own event loop, that it lives. A task on the queue would wait behind long ones."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        self.timers: list[Any] = []
        super().__init__(worker, **options)

    def start(self, worker: Any) -> None:
        self.timers = [
            worker.timer.call_after(0.1, self.write, (worker,)),
            worker.timer.call_repeatedly(EVERY, self.write, (worker,)),
        ]

    def stop(self, worker: Any) -> None:
        for timer in self.timers:
            timer.cancel()

    def write(self, worker: Any) -> None:
        try:
            cache.set_many({KEY.format(queue): time.time() for queue in worker.app.amqp.queues.consume_from}, VALID)
        except RedisError as error:
            logger.warning("Sign of life not written: %s", error)


def state() -> dict[str, bool]:
    """What is up. A queue that no worker serves makes `worker` false: saves would not reach the figures."""
    found = {"database": True, "broker": True, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        found["database"] = False
    try:
        signs = cache.get_many([KEY.format(queue) for queue in QUEUES])
        found["worker"] = len(signs) == len(QUEUES)
    except RedisError:
        found["broker"] = False
    return found


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 once database, broker and workers are up, else 503 with what is missing. Open to all, and cheap."""
    found = state()
    missing = [name for name, up in found.items() if not up]
    status = "missing" if missing else "ok"
    return JsonResponse({"status": status, "missing": missing, **found}, status=503 if missing else 200)


healthz.login_required = False  # LoginRequiredMiddleware reads it
