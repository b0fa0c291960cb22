"""The whole portal in processes of its own, for tests that need a browser, a real worker or a real web server.

It runs as `make run` runs it, on a database, Redis numbers, files and a port of its own, which end with the tests.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from cnscd_portal.services.environment import redis_moved
from cnscd_portal.tests.launching import PROJECT

LAST_LINES = 200
REDIS_APART = 4  # numbers above those of the test process itself


class RunningPortal:
    """`url` is its address without a slash at the end. It starts with the country's areas and nothing else."""

    def __init__(self) -> None:
        self.database = f"portal_{os.getpid()}_{secrets.token_hex(3)}"
        self.data = Path(tempfile.mkdtemp(prefix="cnscd-run-"))
        self.said: deque[str] = deque(maxlen=LAST_LINES)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        address = urlsplit(os.environ["DATABASE_URL"])
        path = f"{address.path.rpartition('/')[0]}/{self.database}"
        self.environment = os.environ | {
            "DATABASE_URL": urlunsplit(address._replace(path=path)),
            "REDIS_URL": redis_moved(os.environ["REDIS_URL"], REDIS_APART),
            "PORTAL_DATA": str(self.data),
            "PORT": str(self.port),
            "DEMO": "0",
            "STATIC_HASHED": "1",
            "STATIC_ROOT": str(self.data / "static"),
        }
        self._server("CREATE DATABASE {}")
        self.process = self._start()

    def connect(self, name: str | None = None) -> psycopg.Connection:
        """An autocommitting connection to the portal's database."""
        found = settings.DATABASES["default"]
        return psycopg.connect(
            host=found["HOST"],
            port=found["PORT"] or None,
            user=found["USER"],
            password=found["PASSWORD"] or None,
            dbname=name or self.database,
            autocommit=True,
        )

    def manage(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess:
        """A command of manage.py on this portal; stdout and stderr are text."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        self._server("DROP DATABASE {} WITH (FORCE)")
        shutil.rmtree(self.data)

    def _server(self, statement: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self.database)))

    def _start(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        up = threading.Event()
        # What it says is read all the time: a full pipe would stop it.
        self.reader = threading.Thread(target=self._read, args=(process, up), daemon=True)
        self.reader.start()
        up.wait(timeout=180)
        if process.poll() is not None or not up.is_set():
            process.kill()
            raise AssertionError("The portal did not start:\n" + "".join(self.said))
        return process

    def _read(self, process: subprocess.Popen, up: threading.Event) -> None:
        for line in process.stdout:
            self.said.append(line)
            if self.url in line:
                up.set()
        up.set()
