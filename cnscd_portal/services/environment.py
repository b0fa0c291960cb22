"""Gives a command of Django, or a run of the tests, the variables that its settings need."""

import atexit
import os
import secrets
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs

from cnscd_portal.services import locks
from cnscd_portal.services.errors import EXIT_CODE, ServicesError, from_os
from cnscd_portal.services.launcher import Services, make_root, secret_key

PROJECT = Path(__file__).resolve().parents[2]
# These read code, not data. They get addresses that lead nowhere.
WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "startapp",
    "version",
}
NOWHERE = {
    "DATABASE_URL": "postgres://portal@//nonexistent/portal",
    "REDIS_URL": "unix:///nonexistent/redis.sock",
}

_running: Services | None = None


def portal_data() -> Path:
    return Path(os.environ.get("PORTAL_DATA") or PROJECT / "var").resolve()


def running_services() -> Services | None:
    """The servers that this process uses, if they are the portal's own."""
    return _running


@contextmanager
def for_command(argv: list[str]) -> Iterator[None]:
    """In the block, the variables that were not set are, and lead to running servers.

    Ends the process with one sentence on stderr and exit code 69 if the servers cannot be had. SIGTERM and SIGHUP leave
    the block as Ctrl-C does, so that the servers are stopped.
    """
    try:
        with _services_for(argv):
            yield
    except ServicesError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CODE)
    except KeyboardInterrupt:
        print("Đã dừng theo yêu cầu.", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)


@contextmanager
def _services_for(argv: list[str]) -> Iterator[None]:
    global _running
    missing = [name for name in NOWHERE if not os.environ.get(name)]
    if not needs_services(argv):
        # makemigrations would look at the history in the database, and warn that it cannot
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        os.environ.update({name: NOWHERE[name] for name in missing})
        os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(50)
        yield
        return
    os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secret_key(portal_data())
    if not missing:
        yield
        return
    for received in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(received) == signal.SIG_DFL:  # nohup's SIGHUP stays ignored
            signal.signal(received, lambda number, _frame: sys.exit(128 + number))
    with Services(portal_data(), postgres="DATABASE_URL" in missing, redis="REDIS_URL" in missing) as services:
        _running = services
        lead_to(services)
        yield


def needs_services(argv: list[str]) -> bool:
    if len(argv) < 2 or argv[1] in WITHOUT_SERVICES or argv[1].startswith("-"):
        return argv[1:2] == ["check"] and "--database" in argv
    return not {"-h", "--help"} & set(argv[2:])


def lead_to(services: Services) -> None:
    """Sets the variables, and takes away PG* ones, which libpq would mix with them."""
    if "DATABASE_URL" in services.environment():
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
    os.environ.update(services.environment())


def for_tests() -> None:
    """The variables for a run of pytest: servers of its own where none are named, and in any case files of its own.

    The data folder is the first of `test/1`, `test/2`, … under PORTAL_DATA that no other run uses, kept from run to run
    (pytest's --reuse-db works). A worker of xdist has it all from the run that started it, but two numbers of Redis of
    its own: another worker's tasks and cache are not its.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = redis_moved(os.environ["REDIS_URL"], 2 * int(worker.removeprefix("gw")))
        return
    try:
        root = _free_folder(portal_data() / "test")
        os.environ["PORTAL_DATA"] = str(root)
        os.environ.setdefault("SECRET_KEY", "tests")
        os.environ.setdefault("STATIC_HASHED", "0")
        missing = [name for name in NOWHERE if not os.environ.get(name)]
        if missing:
            services = Services(root, postgres="DATABASE_URL" in missing, redis="REDIS_URL" in missing, durable=False)
            services.enter()
            atexit.register(services.leave)
            lead_to(services)
    except ServicesError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CODE)


def redis_moved(url: str, by: int) -> str:
    """REDIS_URL with a higher database number."""
    base, _, query = url.partition("?")
    if base.startswith("unix:"):
        return f"{base}?db={int(parse_qs(query).get('db', ['0'])[0]) + by}"
    scheme, _, rest = base.partition("://")
    host, _, number = rest.partition("/")
    return f"{scheme}://{host}/{int(number or 0) + by}"


def _free_folder(parent: Path) -> Path:
    try:
        for number in count(1):
            folder = parent / str(number)
            make_root(parent.parent)
            make_root(parent)
            make_root(folder)
            fd = locks.open_lock(folder / "run.lock")  # held until the process ends
            if locks.try_exclusive(fd):
                return folder
            os.close(fd)
    except OSError as error:
        raise from_os(error, parent) from error
    raise AssertionError("count() has no end")
