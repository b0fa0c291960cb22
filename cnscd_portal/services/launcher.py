"""Brings the embedded services up for a command and stops them when the last command that uses them ends.

Two locks in the data folder order the commands. `services.lock` is held alone while a command looks, makes, starts or
stops. `users.lock` is held shared by each command for as long as it uses the servers: whoever leaves and can have it
alone was the last, and stops them. Both are the kernel's, so a command that is killed holds nothing; the servers that
it leaves are used, and in the end stopped, by the next.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cnscd_portal.services import locks
from cnscd_portal.services.errors import ServicesError, from_os
from cnscd_portal.services.places import Places, settle, socket_folder
from cnscd_portal.services.postgres import Postgres
from cnscd_portal.services.redis import Redis
from cnscd_portal.services.server import Server


def say_on_terminal(sentence: str) -> None:
    """Tells it on stderr: stdout belongs to the command, whose JSON a script may read."""
    print(sentence, file=sys.stderr, flush=True)


class Services:
    """One command's use of the servers of one data folder.

    `durable=False` is for tests: no fsync, and a cluster that does not start is made anew.
    """

    def __init__(
        self,
        root: Path,
        *,
        postgres: bool = True,
        redis: bool = True,
        durable: bool = True,
        say: Callable[[str], None] = say_on_terminal,
    ) -> None:
        self.root = root
        self.kinds: list[type[Server]] = [*([Postgres] if postgres else []), *([Redis] if redis else [])]
        self.durable = durable
        self.say = say
        self.servers: list[Server] = []
        self.places: Places | None = None
        self.owner = 0
        self.users: int | None = None

    def __enter__(self) -> "Services":
        self.enter()
        return self

    def __exit__(self, *_exception) -> None:
        self.leave()

    def enter(self) -> None:
        """Finds or starts the servers; raises ServicesError with a sentence for the user."""
        self.owner = os.getpid()
        try:
            make_root(self.root)
            with locks.exclusive(self.root / "services.lock", on_wait=self._tell_wait):
                self.users = locks.open_lock(self.root / "users.lock")
                locks.share(self.users)
                try:
                    self._bring_up()
                except BaseException:
                    self._leave_locked()
                    raise
        except OSError as error:
            raise from_os(error, self.root) from error

    def ensure(self) -> None:
        """Starts again what has ended since `enter`."""
        with locks.exclusive(self.root / "services.lock"):
            for server in self.servers:
                server.bring_up()

    def lost(self) -> list[str]:
        """The titles of servers that no longer run. Cheap: it looks at the processes that answered last."""
        return [server.title for server in self.servers if not server.still_alive()]

    def leave(self) -> None:
        """Ends this command's use, and stops the servers if nobody else uses them."""
        if self.users is None or self.owner != os.getpid():
            return  # a fork of the command ends: the command itself still runs
        with locks.exclusive(self.root / "services.lock"):
            self._leave_locked()

    def environment(self) -> dict[str, str]:
        """The variables that lead Django to the servers."""
        names = {Postgres: "DATABASE_URL", Redis: "REDIS_URL"}
        return {names[type(server)]: server.url for server in self.servers}

    def secret_key(self) -> str:
        return secret_key(self.root)

    def _tell_wait(self) -> None:
        self.say("Đang chờ một lệnh khác khởi động hoặc dừng dịch vụ…")

    def _bring_up(self) -> None:
        self.places = settle(self.root)
        known = self._known_sockets()
        if known is not None and any(self._server(kind, known).pid() is not None for kind in (Postgres, Redis)):
            sockets = known  # they run, perhaps started where XDG_RUNTIME_DIR was another
        else:
            sockets = socket_folder(self.places)
            if sockets != known:
                (self.root / "sockets.path").write_text(f"{sockets}\n")
            if self.places.data != self.root:
                self.say(
                    f"Tài khoản {self.places.account.name} (chạy PostgreSQL và Redis) không vào được {self.root}: "
                    f"dữ liệu nằm ở {self.places.data}."
                )
        self.servers = [self._server(kind, sockets) for kind in self.kinds]
        for server in self.servers:
            try:
                server.bring_up()
            except ServicesError:
                if self.durable:
                    raise
                server.stop()
                shutil.rmtree(server.data, ignore_errors=True)
                server.bring_up()

    def _server(self, kind: type[Server], sockets: Path) -> Server:
        return kind(self.places, sockets, self.say, durable=self.durable)

    def _known_sockets(self) -> Path | None:
        """The socket folder of the servers that were started last."""
        try:
            known = (self.root / "sockets.path").read_text().strip()
        except FileNotFoundError:
            return None
        return Path(known) if known else None

    def _leave_locked(self) -> None:
        users, self.users = self.users, None
        if users is None:
            return
        try:
            if self.places is not None and locks.try_exclusive(users):
                self._stop_all()
        finally:
            os.close(users)

    def _stop_all(self) -> None:
        """Stops both servers, also one that only an earlier user wanted."""
        sockets = self._known_sockets()
        if sockets is None:
            return
        mine = {type(server): server for server in self.servers}
        for kind in (Redis, Postgres):
            (mine.get(kind) or self._server(kind, sockets)).stop()
        with suppress(OSError):
            sockets.rmdir()


def make_root(root: Path) -> None:
    """Makes the data folder. Others may not look into it; as root they may pass, for the servers' account must."""
    try:
        if not root.is_dir():
            root.mkdir(parents=True, exist_ok=True)
            root.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise from_os(error, root) from error


def secret_key(root: Path) -> str:
    """Django's secret key of this installation: made once, kept in `root`, readable by its owner alone."""
    path = root / "secret_key"
    try:
        make_root(root)
        with locks.exclusive(root / "secret_key.lock"):
            if not path.exists():
                fresh = path.with_suffix(".new")
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                    file.write(secrets.token_urlsafe(50))
                    file.flush()
                    os.fsync(file.fileno())
                fresh.rename(path)
        return path.read_text().strip()
    except OSError as error:
        raise from_os(error, root) from error
