"""manage.py and `make run` as a whole, on servers of their own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cnscd_portal.services.processes import alive
from cnscd_portal.tests.launching import PROJECT, USERS, Launching, environment

pytestmark = pytest.mark.services


@pytest.fixture
def data(open_folder):
    """A data folder that does not exist yet."""
    folder = Path(tempfile.mkdtemp(prefix="manage-", dir=open_folder))
    folder.chmod(0o755)
    yield folder / "var"
    Launching(USERS[0], PROJECT, folder / "var").clean()


def begin(data: Path, *arguments: str, **more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(PROJECT, data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(data: Path, *arguments: str, **more: str) -> tuple[int, str, str]:
    process = begin(data, *arguments, **more)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def servers(data: Path) -> set[int]:
    return Launching(USERS[0], PROJECT, data).servers()


def test_a_command_keeps_its_exit_code_and_its_stdout(data):
    code = "import json, sys; print(json.dumps({'rows': 1})); sys.exit(2)"
    status, out, err = run(data, "shell", "-v", "0", "-c", code)
    assert status == 2
    assert json.loads(out) == {"rows": 1}
    assert err == "Đang tạo cơ sở dữ liệu PostgreSQL (chỉ lần đầu)…\n"
    assert servers(data) == set()


def test_variables_of_another_postgresql_do_not_mislead(data):
    code = "from django.db import connection as c; c.ensure_connection(); print(c.connection.info.port)"
    other = {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "somebody", "PGOPTIONS": "-c nonsense=1"}
    status, out, err = run(data, "shell", "-v", "0", "-c", code, **other)
    assert (status, out) == (0, "5432\n"), err


@pytest.mark.parametrize(
    "arguments", [["help"], ["migrate", "--help"], ["version"], ["makemigrations", "--check", "--dry-run", "axes"]]
)
def test_a_command_that_reads_no_data_starts_nothing(data, arguments):
    status, _, err = run(data, *arguments)
    assert (status, err) == (0, "")
    assert not data.exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_command_that_is_stopped_stops_its_servers(data, number, status):
    process = begin(data, "shell", "-v", "0", "-c", "import time; print('up', flush=True); time.sleep(60)")
    assert process.stdout.readline() == "up\n"
    assert servers(data)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert "Traceback" not in err
    assert servers(data) == set()


@pytest.mark.parametrize(
    ("variable", "url", "missing"),
    [
        ("DATABASE_URL", "postgres://portal@//nonexistent/portal", {"database", "worker"}),
        ("REDIS_URL", "unix:///nonexistent/redis.sock", {"broker", "worker"}),
    ],
)
def test_health_tells_what_is_missing(data, variable, url, missing):
    code = (
        "from django.test import Client; answer = Client().get('/healthz', headers={'host': 'localhost'});"
        "print(answer.status_code, answer.content.decode())"
    )
    _, out, err = run(data, "shell", "-v", "0", "-c", code, **{variable: url})
    status, _, body = out.partition(" ")
    assert status == "503", err
    assert set(json.loads(body)["missing"]) == missing


class Portal:
    """`manage.py serve` on a port of its own."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = begin(data, "serve", PORT=str(self.port), DEMO="0")

    def up(self) -> str:
        """What it told until it told its address."""
        told = ""
        while f"http://127.0.0.1:{self.port}" not in told:
            line = self.process.stdout.readline()
            assert line, told + self.process.communicate()[1]
            told += line
        return told

    def health(self) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def wait_for(self, wanted: int, seconds: float = 30) -> dict:
        deadline = time.monotonic() + seconds
        found = None
        while time.monotonic() < deadline:
            try:
                found = self.health()
            except OSError as error:
                found = (0, {"error": str(error)})
            if found[0] == wanted:
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"{found} instead of {wanted}")

    def children(self) -> dict[int, str]:
        """The processes of the portal, with their command lines."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if entry.joinpath("stat").read_text().rpartition(")")[2].split()[1] == str(self.process.pid):
                    found[int(entry.name)] = entry.joinpath("cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return {pid: line for pid, line in found.items() if "postgres" not in line and "redis-server" not in line}

    def child(self, part: str) -> int:
        return next(pid for pid, line in self.children().items() if part in line)

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err


@pytest.fixture
def portal(data):
    begun = []

    def begin_one() -> Portal:
        begun.append(Portal(data))
        return begun[-1]

    yield begin_one
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def test_the_portal_runs_mends_itself_stops_and_starts_again_in_seconds(portal, data):
    first = portal()
    assert "Đang nạp danh mục địa bàn" in first.up()
    assert first.health() == (
        200,
        {"status": "ok", "missing": [], "database": True, "broker": True, "worker": True},
    )

    second = portal()
    out, err = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"Cổng đang chạy với dữ liệu trong {data}" in out + err

    for part in ("-Q imports", "granian"):
        killed = first.child(part)
        os.kill(killed, signal.SIGKILL)
        first.wait_for(200)
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    redis_server = next(pid for pid in servers(data) if "redis" in Path(f"/proc/{pid}/comm").read_text())
    os.kill(redis_server, signal.SIGKILL)
    first.wait_for(200)

    os.kill(first.child("-Q imports"), signal.SIGSTOP)
    assert first.wait_for(503)["missing"] == ["worker"]
    os.kill(first.child("-Q imports"), signal.SIGCONT)
    first.wait_for(200)

    children = first.children()
    assert len(children) == 4
    code, out = first.stop(signal.SIGINT)
    assert code == 0, out
    assert not any(alive(pid) for pid in children)
    assert servers(data) == set()

    began = time.monotonic()
    third = portal()
    assert "Đang nạp" not in third.up()
    assert time.monotonic() - began < 30, "a second start is up in seconds"
    code, out = third.stop(signal.SIGTERM)
    assert code == 0, out
    assert "Traceback" not in out
    assert servers(data) == set()


def test_a_port_that_is_taken_gives_a_sentence(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, out, err = run(data, "serve", PORT=str(taken.getsockname()[1]))
    assert status == 1
    assert "Hãy dừng chương trình đang dùng cổng này" in out + err
    assert servers(data) == set()
