"""Runs the portal's own processes in the foreground: starts them in order, starts again one that died, stops all.

Each child is the head of a session of its own. Ctrl-C on the terminal therefore reaches the supervisor alone, which
signals the main process of each child only: web server and worker then end their requests and tasks themselves. What is
left after the grace is killed with its whole group.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from cnscd_portal.services.errors import ServicesError
from cnscd_portal.services.processes import end

# SIGTERM: end what is running. SIGQUIT: a Celery worker gives unfinished tasks back to the queue.
GRACE = ((signal.SIGTERM, 25.0), (signal.SIGQUIT, 5.0))
MOST_DEATHS = 3  # of one child
WITHIN = 60.0  # seconds
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass
class Child:
    """A process of the portal: a name for the terminal and a command line."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))

    def start(self) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),
        )

    def stop(self) -> None:
        if self.process is not None:
            end(self.process.pid, *GRACE, child=self.process)
            self.kill_group()

    def kill_group(self) -> None:
        """Kills what the main process left of its group: it would hold the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _die_with(parent: int) -> None:
    """Asks the kernel for SIGTERM when the supervisor is killed; without it web server and worker would live on."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


class Supervisor:
    """Keeps `children` running until SIGINT or SIGTERM.

    `each_tick` is called about five times a second while all is well; it may raise ServicesError, which ends the run.
    """

    def __init__(
        self, children: list[Child], *, say: Callable[[str], None], each_tick: Callable[[], None] = lambda: None
    ) -> None:
        self.children = children
        self.say = say
        self.each_tick = each_tick
        self.asked: int | None = None

    def run(self) -> int:
        """Returns 0 after it was asked to stop, 1 if a child cannot be kept running. All children have ended then."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        started: list[Child] = []
        try:
            for child in self.children:
                child.start()
                started.append(child)
            while self.asked is None:
                time.sleep(0.2)
                self._restart_the_dead()
                self.each_tick()
            return 0
        except ServicesError as error:
            self.say(str(error))
            return 1
        finally:
            self.say("Đang dừng…")
            for child in reversed(started):
                child.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, _frame: object) -> None:
        self.asked = number

    def _restart_the_dead(self) -> None:
        for child in self.children:
            code = child.process.poll()
            if code is None or self.asked is not None:
                continue
            child.kill_group()
            child.deaths.append(time.monotonic())
            if len(child.deaths) == MOST_DEATHS and child.deaths[-1] - child.deaths[0] < WITHIN:
                raise ServicesError(f"{child.name} dừng {MOST_DEATHS} lần trong một phút (mã {code}): dừng tất cả.")
            self.say(f"{child.name} đã dừng (mã {code}), đang khởi động lại…")
            child.start()
