"""`make run`: prepares the database, then runs web server, workers and scheduler until Ctrl-C."""

import hashlib
import os
import socket
import sys
import time
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from cnscd_portal import health
from cnscd_portal.models import SetupStep
from cnscd_portal.services import locks
from cnscd_portal.services.environment import running_services
from cnscd_portal.services.launcher import make_root
from cnscd_portal.services.supervisor import Child, Supervisor

WORKER = ("-P", "threads", "--without-gossip", "--without-mingle", "--without-heartbeat")


class Command(BaseCommand):
    help = "Chuẩn bị cơ sở dữ liệu rồi chạy cổng: web, xử lý nền, lịch. Ctrl-C để dừng."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args, **options):
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.port = self._port()
        make_root(settings.PORTAL_DATA)
        fd = locks.open_lock(settings.PORTAL_DATA / "serve.lock")
        if not locks.try_exclusive(fd):
            raise CommandError(f"Cổng đang chạy với dữ liệu trong {settings.PORTAL_DATA}. Hãy dừng nó trước.")
        self._wait_for_port()
        self._prepare()
        self.services = running_services()
        self.told = False
        self.next_look = 0.0
        supervisor = Supervisor(self._children(), say=self._say, each_tick=self._tick)
        sys.exit(supervisor.run())

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _port(self) -> int:
        given = os.environ.get("PORT") or "8000"
        if not given.isdecimal() or not 0 < int(given) < 65536:
            raise CommandError(f"PORT={given} không phải là số cổng (1 đến 65535).")
        return int(given)

    def _wait_for_port(self) -> None:
        """A portal that was killed a moment ago may still be giving its port back."""
        for _ in range(30):
            with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.host, self.port))
                    return
                except OSError as error:
                    reason = error
            time.sleep(0.1)
        raise CommandError(
            f"Không mở được cổng {self.port} ({reason.strerror}). Hãy dừng chương trình đang dùng cổng này, hoặc chạy "
            "với cổng khác: PORT=8001 make run"
        )

    def _prepare(self) -> None:
        self._say("Đang kiểm tra cơ sở dữ liệu…")
        call_command("migrate", interactive=False, verbosity=0)
        self._load_areas()
        self._load_demo()
        self._collect_static()
        connections.close_all()

    def _load_areas(self) -> None:
        data = Path(apps.get_app_config("areas").path) / "data"
        digest = hashlib.sha256()
        for path in sorted(path for path in data.rglob("*") if path.is_file()):
            digest.update(path.read_bytes())
        fingerprint = digest.hexdigest()
        if SetupStep.objects.filter(name="areas", fingerprint=fingerprint).exists():
            return
        self._say("Đang nạp danh mục địa bàn cả nước…")
        call_command("load_areas", stdout=self.stdout)
        SetupStep.objects.update_or_create(name="areas", defaults={"fingerprint": fingerprint})

    def _load_demo(self) -> None:
        """At the first start only. One that was cut short is taken up again; a database with users gets none."""
        step = SetupStep.objects.filter(name="demo").first()
        if step is None:
            wanted = os.environ.get("DEMO", "1") != "0" and not get_user_model().objects.exists()
            step = SetupStep.objects.create(name="demo", fingerprint="begun" if wanted else "declined")
        if step.fingerprint == "begun":
            self._say("Lần chạy đầu: đang nạp dữ liệu mẫu của tỉnh Thanh Hóa (DEMO=0 để bỏ qua)…")
            call_command("demo", stdout=self.stdout)
            step.fingerprint = "done"
            step.save()
        self.has_demo = step.fingerprint == "done"

    def _collect_static(self) -> None:
        """Skipped when no file has changed: hashing and compressing take seconds."""
        found = [Path(store.path(name)) for finder in get_finders() for name, store in finder.list([])]
        fingerprint = _fingerprint(sorted(found))
        marker = Path(settings.STATIC_ROOT) / "fingerprint.txt"
        if marker.is_file() and marker.read_text() == fingerprint:
            return
        self._say("Đang chuẩn bị giao diện…")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        marker.write_text(fingerprint)

    def _children(self) -> list[Child]:
        python = [sys.executable, "-m"]
        level = os.environ.get("LOG_LEVEL", "WARNING")
        celery = [*python, "celery", "-q", "-A", "cnscd_portal"]
        beat = settings.PORTAL_DATA / "beat"
        beat.mkdir(mode=0o700, exist_ok=True)
        web = ["granian", "cnscd_portal.wsgi:application", "--interface", "wsgi", "--no-ws"]
        web += ["--host", self.host, "--port", str(self.port), "--workers", "2", "--blocking-threads", "2"]
        web += ["--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", level.lower()]
        worker = [*celery, "worker", *WORKER, "-l", level]
        return [
            Child("Xử lý nền", [*worker, "-Q", "default", "-n", "default@%h", "-c", "2"]),
            Child("Nhập tệp", [*worker, "-Q", "imports", "-n", "imports@%h", "-c", "1"]),
            Child("Lịch", [*celery, "beat", "-l", level, "-s", str(beat / "schedule"), "--pidfile="]),
            Child("Web", [*python, *web]),
        ]

    def _tick(self) -> None:
        """Brings back servers that died, and tells the address once the portal answers."""
        if self.services is not None and self.services.lost():
            self._say(f"{', '.join(self.services.lost())} đã dừng, đang khởi động lại…")
            self.services.ensure()
        if not self.told and time.monotonic() > self.next_look:
            self.next_look = time.monotonic() + 1
            self._tell_address()

    def _tell_address(self) -> None:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            self.told = probe.connect_ex((host, self.port)) == 0 and all(health.state().values())
        connections.close_all()
        if not self.told:
            return
        self._say(f"\nCổng đang chạy tại http://{host}:{self.port} — Ctrl-C để dừng.")
        if self.has_demo:
            call_command("demo", "--users", stdout=self.stdout)
            connections.close_all()


def _fingerprint(files: list[Path]) -> str:
    """Changes when a file is added, removed or written."""
    digest = hashlib.sha256()
    for path in files:
        found = path.stat()
        digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
