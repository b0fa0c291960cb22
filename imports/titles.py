"""What the lines around the rows give cause to warn of: columns left out, another day in the title, odd sections."""

from __future__ import annotations

import datetime
import re

from imports.job import Job

_UP_TO = re.compile(
    r"(?:đến|tính đến|tới)\s+(?:hết\s+)?(?:ngày\s+)?(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.IGNORECASE
)


def tell_about_titles(job: Job) -> None:
    for number, table in enumerate(job.tables):
        for title in table.sensitive:
            message = f"Cột “{title}” là dữ liệu cá nhân Cổng không giữ. Đã bỏ."
            job.warn(table.heading_row, title, "sensitive_column", message, number)
        for title in table.unused:
            job.warn(table.heading_row, title, "unknown_column", f"Không nhận cột “{title}”.", number)
        for line, text in table.strange_sections:
            job.warn(line, "", "unknown_section", f"Không rõ “{text}” là phần nào của bảng.", number)
        day = up_to(table.preamble)
        if day and day != job.as_of:
            message = f"Tiêu đề ghi đến ngày {day:%d/%m/%Y}, lần nhập này tính đến {job.as_of:%d/%m/%Y}."
            job.warn(max(1, table.heading_row - 1), "", "other_day", message, number)


def up_to(lines: list[str]) -> datetime.date | None:
    """The day up to which a title says the file counts: “(đến ngày 30/9/2024)”."""
    for line in lines:
        if found := _UP_TO.search(line):
            try:
                return datetime.date(int(found[3]), int(found[2]), int(found[1]))
            except ValueError:
                continue
    return None
