"""`manage.py demo`: the Thanh Hóa workbooks, imported as a user would, and people to sign in as."""

from __future__ import annotations

import json
import sys
import time

from django.core.management.base import BaseCommand

from imports import actions as imports
from reports import demo


class Command(BaseCommand):
    help = "Nạp dữ liệu mẫu của tỉnh Thanh Hóa, qua đúng lệnh nhập tệp mà người dùng chạy."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--users", action="store_true", help="chỉ in các tài khoản mẫu")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args, **options) -> None:
        began = time.monotonic()
        if not options["users"]:
            say = self.stderr.write if options["json"] else self.stdout.write
            demo.load(say, self._progress if sys.stderr.isatty() else imports.silent)
        people = [
            {"identifier": p.identifier, "password": demo.PASSWORD, "name": p.name, "role": p.role.value}
            for p in demo.PEOPLE
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"seconds": round(time.monotonic() - began, 1), "users": people}))
            return
        self.stdout.write(f"Tài khoản mẫu, mật khẩu {demo.PASSWORD}:")
        for person in demo.PEOPLE:
            self.stdout.write(f"  {person.identifier:30} {person.role.label}")

    def _progress(self, step: str, done: int, total: int) -> None:
        self.stderr.write(f"\r{imports.STEPS[step]} {done}/{total} dòng  ", ending="\r")
        self.stderr.flush()
