"""`manage.py roll_up`: folds what waits, makes everything anew, or compares with the facts."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

from django.core.management.base import BaseCommand

from reports import check, rollup


class Command(BaseCommand):
    help = "Cộng số liệu: những gì đang chờ, tất cả từ đầu (--rebuild), hoặc so với dữ liệu gốc (--check)."

    def add_arguments(self, parser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--rebuild", action="store_true", help="làm lại tất cả từ dữ liệu gốc")
        how.add_argument("--check", action="store_true", help="so từng ô với dữ liệu gốc; thoát 1 nếu có ô lệch")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args, rebuild: bool, check: bool, **options) -> None:
        began = time.monotonic()
        if check:
            self._check(as_json=options["json"])
            return
        done = rollup.rebuild() if rebuild else rollup.fold_all(wait=True)
        seconds = round(time.monotonic() - began, 3)
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(done), "seconds": seconds}))
        else:
            self.stdout.write(
                f"Đã cộng {done.marks} dấu, {done.areas} địa bàn: {done.cells} ô thay đổi, {seconds} giây."
            )

    def _check(self, *, as_json: bool) -> None:
        result = check.check()
        if as_json:
            self.stdout.write(
                json.dumps(
                    {"cells": result.cells, "differences": [asdict(d) for d in result.differences]}, ensure_ascii=False
                )
            )
        else:
            for d in result.differences:
                self.stdout.write(f"{d.area}, {d.element}, {d.basis}, {d.half}: đang là {d.stored}, đúng ra {d.found}")
            self.stdout.write(f"Đã so {result.cells} ô, {len(result.differences)} ô lệch.")
        if result.differences:
            sys.exit(1)
