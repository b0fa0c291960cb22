"""The embedded PostgreSQL: initdb, start, stop.

Its rights are by peer authentication: only the user who runs the portal (and root) may connect, as the role `portal`,
which owns its database and is no superuser, as on a server of one's own.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from cnscd_portal.services import processes
from cnscd_portal.services.errors import ServicesError, from_output
from cnscd_portal.services.places import Places
from cnscd_portal.services.server import Server, clean_environment

MAJOR = "18"
PORT = 5432  # only part of the socket's name: no port is opened
ROLE = DATABASE = "portal"
SETUP = f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"
HBA = "local all all peer map=portal\n"
DURABLE_OFF = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class Postgres(Server):
    title = "PostgreSQL"
    process_name = "postgres"
    # SIGINT: fast shutdown. SIGQUIT: immediate, recovered at the next start.
    stop_steps = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

    def __init__(self, places: Places, sockets: Path, say, *, durable: bool = True) -> None:
        super().__init__(places, sockets, say, durable=durable)
        self.data = places.data / "postgres"
        self.socket = sockets / f".s.PGSQL.{PORT}"
        self.url = f"postgres://{ROLE}@/{quote(str(sockets))}/{DATABASE}"

    def pid(self) -> int | None:
        """The postmaster: the process of the folder that its postmaster.pid names. Its children work there too."""
        if self.child is not None:
            self.child.poll()
        lines = self._pid_file()
        return int(lines[0]) if lines and int(lines[0]) in self._found() else None

    def ready(self, pid: int) -> bool:
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _pid_file(self) -> list[str]:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []
        return lines if lines and lines[0].isdecimal() else []

    def command(self) -> list[str]:
        options = [
            "listen_addresses=",
            f"port={PORT}",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "logging_collector=off",
            "cluster_name=cnscd-portal",
            *(() if self.durable else DURABLE_OFF),
        ]
        command = [str(self.places.programs.postgres_bin / "postgres"), "-D", str(self.data)]
        for option in options:
            command += ["-c", option]
        return command

    def prepare(self) -> None:
        for left in self.places.data.glob("postgres.new-*"):
            for pid in processes.serving(left):  # initdb outlives a command that was killed
                processes.end(pid, (signal.SIGKILL, 5.0))
            shutil.rmtree(left)
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise ServicesError(
                f"Dữ liệu trong {self.data} là của PostgreSQL {version}, chương trình là {MAJOR}. "
                "Hãy xem phần nâng cấp trong docs/operations.md."
            )
        self._write("pg_ident.conf", self._ident())
        for left in (self.data / "postmaster.pid", self.socket, self.sockets / f"{self.socket.name}.lock"):
            with suppress(FileNotFoundError):
                left.unlink()

    def _initialise(self) -> None:
        """A new cluster, made whole under another name and then renamed: a folder `postgres` is never half made."""
        self.say("Đang tạo cơ sở dữ liệu PostgreSQL (chỉ lần đầu)…")
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.places.data))
        self.places.account.owns(fresh)
        self._run(
            fresh,
            "initdb",
            f"--pgdata={fresh}",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth=peer",
            *(() if self.durable else ("--no-sync",)),
        )
        self._write("pg_hba.conf", HBA, folder=fresh)
        off = () if self.durable else ("-c", "fsync=off")
        self._run(fresh, "postgres", "--single", "-D", str(fresh), *off, "postgres", given=SETUP)
        fresh.rename(self.data)

    def _run(self, fresh: Path, program: str, *arguments: str, given: str = "") -> None:
        done = subprocess.run(
            [str(self.places.programs.postgres_bin / program), *arguments],
            cwd=fresh,
            env=clean_environment(),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,
            **self.places.account.popen,
        )
        failed = done.returncode != 0 or (program == "postgres" and "ERROR:" in done.stdout)
        if failed:
            error = from_output("PostgreSQL", done.stdout, self.places.data, self.log)
            shutil.rmtree(fresh, ignore_errors=True)
            raise error

    def _ident(self) -> str:
        """Who may connect: root, and the user whose data it is. `nobody` owns data for root and may not."""
        names = {"root", pwd.getpwuid(os.geteuid()).pw_name, self.places.account.name} - {"nobody"}
        rows = [f'portal "{name}" {role}\n' for name in sorted(names) for role in (ROLE, "postgres")]
        return "".join(rows)

    def _write(self, name: str, text: str, folder: Path | None = None) -> None:
        """Writes a file as the servers' account: root follows no link that the account may have laid."""
        target = (folder or self.data) / name
        done = subprocess.run(
            ["/usr/bin/tee", str(target)],
            cwd="/",
            env=clean_environment(),
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self.places.account.popen,
        )
        if done.returncode != 0:
            raise from_output("PostgreSQL", done.stderr, self.places.data, self.log)
