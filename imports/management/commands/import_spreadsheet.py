"""`import_spreadsheet KIND FILE`: brings a spreadsheet in, as a user's upload would be (design.md, contract)."""

from __future__ import annotations

import datetime
import json
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from imports import actions
from imports.errors import Unusable
from imports.kinds import KINDS
from imports.report import Result

ALL_IN, SOME_REFUSED, CANNOT = 0, 1, 2


class Command(BaseCommand):
    help = "Nhập một tệp bảng tính. Thoát 0: mọi dòng đã nhận; 1: có dòng chưa nhận; 2: không dùng được tệp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("file", metavar="FILE", help="xlsx, xls, ods, csv")
        parser.add_argument("--province", metavar="CODE", help="mã tỉnh, thành phố, nếu tệp không ghi")
        parser.add_argument("--as-of", metavar="DATE", help="ngày của số liệu (2024-09-30), mặc định hôm nay")
        parser.add_argument("--create-missing", action="store_true", help="tạo cả tổ mà danh sách thành viên nêu")
        parser.add_argument("--dry-run", action="store_true", help="kiểm tra, không ghi gì")
        parser.add_argument("--refused", metavar="OUT.xlsx", help="ghi các dòng chưa nhận vào tệp này")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = actions.import_file(
                kind=options["kind"],
                path=Path(options["file"]),
                as_of=self._day(options["as_of"]),
                province=options["province"],
                create_missing=options["create_missing"],
                dry_run=options["dry_run"],
                refused_to=Path(options["refused"]) if options["refused"] else None,
                by=None,
                progress=self._progress if sys.stderr.isatty() else actions.silent,
            )
        except Unusable as unusable:
            self._cannot(str(unusable), as_json=options["json"])
        except Exception:
            traceback.print_exc()
            self._cannot("Cổng gặp lỗi khi nhập tệp này, chưa ghi gì.", as_json=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            self._tell(result, dry_run=options["dry_run"])
        sys.exit(SOME_REFUSED if result.refused else ALL_IN)

    def _cannot(self, sentence: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(CANNOT)

    @staticmethod
    def _day(text: str | None) -> datetime.date:
        if not text:
            return timezone.localdate()
        for shape in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.datetime.strptime(text, shape).date()
            except ValueError:
                continue
        raise Unusable(f"Không hiểu ngày “{text}”. Viết ví dụ 2024-09-30.")

    def _progress(self, step: str, done: int, total: int) -> None:
        self.stderr.write(f"\r{actions.STEPS[step]} {done}/{total} dòng ", ending="")
        if done == total and step == "applying":
            self.stderr.write("")

    def _tell(self, result: Result, *, dry_run: bool) -> None:
        write = self.stdout.write
        write(
            f"{'Thử, chưa ghi gì. ' if dry_run else ''}{result.rows} dòng: mới {result.created}, "
            f"thay đổi {result.updated}, không đổi {result.unchanged}, chưa nhận {result.refused}."
        )
        also = result.also_created
        if any(also.values()):
            write(f"Cũng tạo {also['villages']} thôn, {also['teams']} tổ.")
        for total in result.printed_totals:
            if not total["agrees"]:
                write(f"Dòng {total['row']}, {total['label']}: in {total['printed']}, cộng được {total['found']}.")
        for told in result.refusals[:20]:
            hint = f" Gợi ý: {'; '.join(told['suggestions'][:3])}." if told["suggestions"] else ""
            write(f"Dòng {told['row']} | {told['column']} | {told['value']} | {told['message']}{hint}")
        if len(result.refusals) > 20:
            write(f"… và {len(result.refusals) - 20} chỗ khác.")
        for told in result.warnings[:20]:
            write(f"Cảnh báo, dòng {told['row']} | {told['column']} | {told['message']}")
        if len(result.warnings) > 20:
            write(f"… và {len(result.warnings) - 20} cảnh báo khác.")
