"""The demo province on the running portal, and people at their browsers: what the end-to-end tests share.

The tests ask the portal as people and scripts do, by its pages and commands, and look into its database only to time
it, or to do what somebody with psql would.
"""

from __future__ import annotations

import datetime
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from playwright.sync_api import Browser, Page

from cnscd_portal.tests.running import RunningPortal
from reports import demo
from reports.models import Basis

OFFICER = "chuyenvien@thanhhoa.example"
ADMIN = "quantri@thanhhoa.example"
CLERK = "canbo@yendinh.example"
LEADER = "0912000038"
VIEWER = "xem@thanhhoa.example"
COUNTRY = "toanquoc@cnscd.example"

PHONE, DESK = 360, 1366


class Demo:
    """The running portal with the demo province in it. `told` is what `manage.py demo` printed."""

    def __init__(self, portal: RunningPortal):
        self.portal = portal
        self.url = portal.url
        loaded = portal.manage("demo")
        assert loaded.returncode == 0, loaded.stderr
        self.told = loaded.stdout

    def command(self, *arguments: str) -> dict[str, Any]:
        """What a command of manage.py answers with --json."""
        done = self.portal.manage(*arguments, "--json")
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    def figures(self, area: str, period: str, *more: str) -> dict[str, dict[str, Any]]:
        """The indicators of an area by code, through the command."""
        return by_code(self.command("figures", "--area", area, "--period", period, *more))

    def differences(self) -> list[dict[str, Any]]:
        """What `roll_up --check` finds; nothing is what it should find."""
        return self.command("roll_up", "--check")["differences"]

    def area(self, level: int, code: str) -> int:
        """The id of the area that bears the code today."""
        with self.portal.connect() as connection:
            return connection.execute(
                "SELECT id FROM areas_area WHERE level = %s AND code = %s AND valid @> CURRENT_DATE", [level, code]
            ).fetchone()[0]

    def dashboard(self, area: int, period: str, **tokens: str) -> str:
        """The address of a dashboard."""
        return f"/areas/{area}/?" + "&".join(f"{name}={value}" for name, value in {"period": period, **tokens}.items())


def by_code(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The indicators of a line of the command's answer, by their codes."""
    return {found["code"]: found for found in answer["indicators"]}


def counted(connection: psycopg.Connection, area: int, element: str) -> int:
    """All that the cells of an area hold of an element, under the boundaries of the day."""
    return connection.execute(
        """
        SELECT COALESCE(sum(c.amount), 0)::int FROM reports_cell c JOIN activities_dataelement e ON e.id = c.element_id
        WHERE c.area_id = %s AND e.code = %s AND c.basis = %s
        """,
        [area, element, int(Basis.REPORTED)],
    ).fetchone()[0]


def until(condition: Callable[[], Any], *, seconds: float = 30, pause: float = 0.02, what: str = "") -> float:
    """Waits until the condition holds; how long that took, in seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"Still not after {seconds} s: {what or condition}"
        time.sleep(pause)
    return time.monotonic() - began


class People:
    """Browsers of people who have signed in to the portal, each in a context of its own."""

    def __init__(self, browser: Browser, arguments: dict[str, Any], url: str):
        self.browser = browser
        self.arguments = arguments
        self.url = url
        self.signed_in: dict[str, Any] = {}

    @contextmanager
    def at(self, who: str | None, path: str = "/login/", *, width: int = DESK, **options: Any) -> Iterator[Page]:
        """The page as the person sees it. `page.complaints` is what the browser's console complains of."""
        if who and who not in self.signed_in:
            with self.at(None) as page:
                sign_in(page, who)
                self.signed_in[who] = page.context.storage_state()
        context = self.browser.new_context(
            **self.arguments | {"viewport": {"width": width, "height": 800}, "base_url": self.url},
            storage_state=self.signed_in[who] if who else None,
            **options,
        )
        try:
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.complaints = []
            page.on(
                "console",
                lambda said: (
                    page.complaints.append(f"{page.url}: {said.text}") if said.type in ("error", "warning") else None
                ),
            )
            page.on("pageerror", lambda error: page.complaints.append(f"{page.url}: {error}"))
            page.goto(path)
            yield page
        finally:
            context.close()


def sign_in(page: Page, who: str, password: str = demo.PASSWORD) -> None:
    """Fills in the form of the sign-in page that is open."""
    page.get_by_label("Số điện thoại hoặc email").fill(who)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(re.compile(r"^(?!.*/login/)"))


def text_of(page: Page, selector: str = "main") -> str:
    """What a person can read there, with folded parts open, runs of spaces as one."""
    page.locator(selector).evaluate("part => part.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    return " ".join(page.locator(selector).inner_text().split())


# -- Journals to import ------------------------------------------------------------------------------------------------

JOURNAL = ["STT", "Xã/Phường", "Thuộc xã/phường cũ", "Thôn/Bản/TDP", "Ngày", "Loại hoạt động", "Nội dung",
           "Đối tượng", "Lượt người", "Kích hoạt VNeID"]  # fmt: skip


@dataclass(frozen=True)
class Village:
    """A village that has a team, as a file names it: the commune of today, the one before the reform, itself."""

    team: int
    area: int
    commune: str
    old_commune: str
    name: str


def villages(portal: Demo, code: str) -> list[Village]:
    """The villages with a team in the commune that bears the code today, in Vietnamese order."""
    with portal.portal.connect() as connection:
        rows = connection.execute(
            """
            SELECT p.team_id, v.id, c.name, o.name, v.name FROM areas_area c
            JOIN areas_areaancestry y ON y.ancestor_id = c.id AND y.during @> CURRENT_DATE
            JOIN areas_area v ON v.id = y.area_id AND v.level = 4 AND v.valid @> CURRENT_DATE
            JOIN areas_areaancestry x ON x.area_id = v.id AND x.during @> DATE '2024-09-30'
            JOIN areas_area o ON o.id = x.ancestor_id AND o.level = 3
            JOIN teams_teamplace p ON p.area_id = v.id AND p.during @> CURRENT_DATE
            WHERE c.level = 3 AND c.code = %s AND c.valid @> CURRENT_DATE ORDER BY v.sort_key, v.code
            """,
            [code],
        ).fetchall()
    return [Village(*row) for row in rows]


def journal_row(serial: int, village: Village, day: datetime.date, **cells: Any) -> list[Any]:
    """A line of a journal: a lesson for 10 people with one VNeID, with what is named changed."""
    named = {"date": day.strftime("%d/%m/%Y"), "reached": 10, "vneid": 1, "topic": f"Lượt thứ {serial}"} | cells
    return [serial, village.commune, village.old_commune, village.name, named["date"], "Hướng dẫn", named["topic"],
            "Người dân", named["reached"], named["vneid"]]  # fmt: skip


def write_journal(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook as a commune would send it; its data begins in row 4."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Nhật ký")
        sheet.write(0, 0, "NHẬT KÝ HOẠT ĐỘNG TỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG TỈNH THANH HÓA")
        for at, row in enumerate([JOURNAL, *rows], start=2):
            sheet.write_row(at, 0, row)
    return path


def upload(page: Page, path: Path, kind: str = "Nhật ký hoạt động") -> int:
    """Uploads a file of today on the page of imports that is open; the number of its batch."""
    page.goto("/imports/")
    page.get_by_label("Loại danh sách").select_option(label=kind)
    page.get_by_label("Tệp", exact=True).set_input_files(path)
    page.get_by_role("button", name="Tải lên và nhập").click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    return int(re.search(r"/imports/(\d+)/", page.url)[1])


def today() -> datetime.date:
    """Vietnam's date, as the portal takes it."""
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()
