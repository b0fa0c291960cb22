"""The supervisor of `make run`: real child processes, real signals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnscd_portal.services.processes import alive
from cnscd_portal.tests.launching import PROJECT

pytestmark = pytest.mark.services

# Each child notes its pid when it starts and its name when it is asked to end. `helper` starts a process of its own.
CHILD = """
import os, pathlib, signal, subprocess, sys, time
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
def ended(number, frame):
    with (folder / "ended").open("a") as log:
        log.write(name + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == "stubborn" else ended)
if name == "stubborn":
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
if name == "helper":
    grandchild = subprocess.Popen(["/bin/sleep", "600"])
    (folder / "grandchild.pid").write_text(str(grandchild.pid))
if name == "failing":
    sys.exit(3)
(folder / f"{name}.new").write_text(str(os.getpid()))
(folder / f"{name}.new").rename(folder / f"{name}.pid")
time.sleep(600)
"""
MAIN = """
import signal, sys
from cnscd_portal.services import supervisor
supervisor.GRACE = ((signal.SIGTERM, 1.0), (signal.SIGQUIT, 0.5))
child, folder, *names = sys.argv[1:]
children = [supervisor.Child(name, [sys.executable, "-c", child, name, folder]) for name in names]
sys.exit(supervisor.Supervisor(children, say=lambda sentence: print(sentence, flush=True)).run())
"""


class Portal:
    """A supervisor in a process of its own, with children of these names."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, CHILD, str(folder), *names],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def pid(self, name: str, other_than: int = 0) -> int:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            file = self.folder / f"{name}.pid"
            if file.exists() and (pid := int(file.read_text() or 0)) != other_than:
                return pid
            time.sleep(0.01)
        raise AssertionError(f"{name} did not start")

    def finish(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out


@pytest.fixture
def portal(tmp_path):
    begun = []

    def begin(*names: str) -> Portal:
        begun.append(Portal(tmp_path, *names))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def wait_for_end(*pids: int) -> None:
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "still alive"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_all_children_in_reverse_order(portal, tmp_path, number):
    running = portal("first", "second", "third")
    pids = [running.pid(name) for name in ("first", "second", "third")]
    running.process.send_signal(number)
    code, _ = running.finish()
    assert code == 0
    assert (tmp_path / "ended").read_text().split() == ["third", "second", "first"]
    assert not any(alive(pid) for pid in pids)


def test_a_child_that_dies_is_started_again_and_what_it_left_is_killed(portal):
    running = portal("first", "helper")
    first = running.pid("first")
    helper = running.pid("helper")
    grandchild = running.pid("grandchild")
    os.kill(helper, signal.SIGKILL)
    again = running.pid("helper", other_than=helper)
    wait_for_end(grandchild)
    assert alive(again)
    assert alive(first)
    running.process.send_signal(signal.SIGINT)
    code, out = running.finish()
    assert code == 0
    assert "helper đã dừng (mã -9), đang khởi động lại…" in out


def test_a_child_that_dies_again_and_again_stops_everything_with_a_sentence(portal):
    running = portal("first", "failing")
    first = running.pid("first")
    code, out = running.finish()
    assert code == 1
    assert "failing dừng 3 lần trong một phút (mã 3): dừng tất cả." in out
    assert not alive(first)


def test_a_child_that_does_not_end_is_killed_after_the_grace(portal):
    running = portal("stubborn")
    stubborn = running.pid("stubborn")
    running.process.send_signal(signal.SIGTERM)
    code, _ = running.finish()
    assert code == 0
    assert not alive(stubborn)


def test_kill_9_of_the_supervisor_ends_its_children(portal):
    running = portal("first", "second")
    pids = [running.pid("first"), running.pid("second")]
    running.process.kill()
    wait_for_end(*pids)
