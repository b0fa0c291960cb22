"""Turns the database's word that marks were committed into a roll-up task.

Every way of changing a fact leaves marks, and their commit tells it: the browser, an import, psql. So no app below has
to know of reports, and nothing waits for the next sweep, which covers while the connection is broken.
"""

from __future__ import annotations

import logging
import threading

import psycopg
from celery import bootsteps
from django.db import connection

log = logging.getLogger(__name__)

CHANNEL = "cnscd_stale"


class Listener(bootsteps.StartStopStep):
    """A thread of the worker that listens to the database."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker, **_options):
        self.over = threading.Event()
        self.thread = threading.Thread(target=listen, args=(self.over,), name="stale-marks", daemon=True)

    def start(self, worker) -> None:
        self.thread.start()

    def stop(self, worker) -> None:
        self.over.set()


def listen(over: threading.Event) -> None:
    """Listens until `over` is set, and connects again after a pause when the server went away."""
    while not over.is_set():
        try:
            with psycopg.connect(**_parameters(), autocommit=True) as own:
                own.execute(f"LISTEN {CHANNEL}")
                _enqueue()  # what was committed before this connection listened
                while not over.is_set():
                    # The first notice ends the wait; those that came with it are one task.
                    if list(own.notifies(timeout=1, stop_after=1)):
                        _enqueue()
        except psycopg.Error as error:
            log.warning("Waiting for the database to come back: %s", error)
            over.wait(2)


def _parameters() -> dict:
    """Connection parameters of Django's default database, without its cursor options."""
    given = connection.get_connection_params()
    return {k: v for k, v in given.items() if k in {"host", "port", "user", "password", "dbname"} and v}


def _enqueue() -> None:
    from reports.tasks import roll_up

    roll_up.delay()
