"""What PostgreSQL and Redis have in common: being found, started in a session of their own, and stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from cnscd_portal.services import processes
from cnscd_portal.services.errors import ServicesError, from_output
from cnscd_portal.services.places import Places

LONGEST_START = 600.0  # seconds; recovery after a crash replays the log and may take minutes on a slow disk
SLOW_START = 3.0  # seconds after which the terminal is told what it waits for
LARGEST_LOG = 5 * 1024 * 1024  # bytes; a larger log is put aside at the next start


def clean_environment() -> dict[str, str]:
    """The environment for a server: the caller's PG* variables would lead it or its tools to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "HOME": "/"}


class Server:
    """One server on one data folder. All but `pid` and `url` are called under the launcher's lock."""

    title: str
    process_name: str
    stop_steps: tuple[tuple[signal.Signals, float], ...]

    data: Path
    socket: Path
    url: str

    def __init__(self, places: Places, sockets: Path, say: Callable[[str], None], *, durable: bool = True) -> None:
        self.places = places
        self.sockets = sockets
        self.say = say
        self.durable = durable
        self.child: subprocess.Popen | None = None
        self.log_start = 0
        self.answered: int | None = None

    @property
    def log(self) -> Path:
        return self.places.logs / f"{self.process_name}.log"

    def pid(self) -> int | None:
        """The process that serves the data folder, or None."""
        if self.child is not None:
            self.child.poll()
        return next((pid for pid in self._found() if not processes.is_deleted(pid)), None)

    def _found(self) -> list[int]:
        return sorted(processes.serving(self.data, self.process_name))

    def ready(self, pid: int) -> bool:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def prepare(self) -> None:
        """Makes what the server needs before it starts, and clears what one that was killed left."""
        raise NotImplementedError

    def bring_up(self) -> None:
        """Uses the server if it runs, else starts it. Returns when it answers; raises ServicesError."""
        pid = self.pid()
        if pid is not None and not self.socket.exists() and self.ready(pid):
            self.say(f"{self.title} đang chạy nhưng mất socket, đang khởi động lại…")
            self.stop()
            pid = None
        if pid is None:
            self._end_leftovers()
            self.prepare()
            pid = self._spawn()
        self._wait(pid)
        self.answered = pid

    def still_alive(self) -> bool:
        """Whether the process that `bring_up` found or started still runs."""
        if self.child is not None:
            self.child.poll()
        return self.answered is not None and processes.alive(self.answered)

    def stop(self) -> None:
        """Stops the server if it runs. A server that will not end in time is killed: its log brings all back."""
        pid = self.pid()
        if pid is not None:
            processes.end(pid, *self.stop_steps, child=self.child)

    def _end_leftovers(self) -> None:
        """Ends processes that outlived their server or their folder: they would hold memory or take away the socket."""
        for pid in self._found():
            processes.end(pid, (signal.SIGTERM, 5.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def _spawn(self) -> int:
        self.places.logs.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            self.child = subprocess.Popen(
                self.command(),
                cwd=self.data,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C on the terminal is for the command, not for its servers
                **self.places.account.popen,
            )
        return self.child.pid

    def _wait(self, pid: int) -> None:
        began = time.monotonic()
        told = False
        while not self.ready(pid):
            if self.child is not None:
                self.child.poll()
            if not processes.alive(pid):
                raise from_output(self.title, self._said(), self.data, self.log)
            waited = time.monotonic() - began
            if waited > LONGEST_START:
                raise ServicesError(f"{self.title} chưa sẵn sàng sau {LONGEST_START:.0f} giây (xem {self.log}).")
            if waited > SLOW_START and not told:
                told = True
                self.say(f"{self.title} đang khôi phục dữ liệu sau lần dừng đột ngột, xin chờ…")
            time.sleep(0.01)

    def _said(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")
