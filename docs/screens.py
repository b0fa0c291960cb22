"""Pictures of the portal's pages with the demo's data, at the width of a phone and of a desk: `make screens`.

    make screens                                          the main pages into docs/screens/
    .venv/bin/python docs/screens.py --all --whole --to FOLDER       every page, from top to bottom
    .venv/bin/python docs/screens.py --to FOLDER NAME ...            only those named

Where no portal answers on 127.0.0.1:PORT (default 8000), one is started for the time, with the demo at its first start.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

HERE = Path(__file__).resolve().parent
URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
SIZES = ((360, 740), (1366, 820))
FIRST_START = 300  # seconds: areas and demo take about one minute, on a slow disk more

PASSWORD = "thu-nghiem-2026"  # the demo's people: reports/demo.py
ADMIN, OFFICER, CLERK, LEADER, COUNTRY = (
    "quantri@thanhhoa.example",
    "chuyenvien@thanhhoa.example",
    "canbo@yendinh.example",
    "0912000038",
    "toanquoc@cnscd.example",
)


@dataclass(frozen=True)
class Shot:
    """A page as somebody sees it: `path`, with `query` put on where it leads; then `follow`, the first such link."""

    name: str
    who: str | None
    path: str
    follow: str = ""
    query: str = ""
    main: bool = True  # kept in docs/screens


SHOTS = (
    Shot("sign-in", None, "/login/"),
    Shot("home-officer", OFFICER, "/"),
    Shot("home-clerk", CLERK, "/"),
    Shot("home-leader", LEADER, "/"),
    Shot("dashboard-country", COUNTRY, "/areas/", query="?period=2024-9M", main=False),
    Shot("dashboard-province", OFFICER, "/areas/", query="?period=2024-9M"),
    Shot("dashboard-today", OFFICER, "/areas/", query="?period=2024-9M&basis=today"),
    Shot("dashboard-commune", CLERK, "/areas/", query="?period=2026-9M"),
    Shot("dashboard-village", LEADER, "/areas/", query="?period=2026-9M"),
    Shot("why", OFFICER, "/areas/", query="?period=2024-9M", follow="[data-live-key='e_result_rate'] >> xpath=.."),
    Shot("teams", OFFICER, "/teams/"),
    Shot("team", OFFICER, "/teams/", follow="#rows a[href^='/teams/']"),
    Shot("members", OFFICER, "/members/", main=False),
    Shot("trainings", OFFICER, "/trainings/", main=False),
    Shot("training", OFFICER, "/trainings/", follow="#rows a[href^='/trainings/']", main=False),
    Shot("log", LEADER, "/activities/new/"),
    Shot("activities", CLERK, "/activities/"),
    Shot("activity", CLERK, "/activities/", follow="#rows a[href^='/activities/']", main=False),
    Shot("returns", OFFICER, "/returns/"),
    Shot("return-form", CLERK, "/returns/new/"),
    Shot("sites", OFFICER, "/sites/", main=False),
    Shot("site-form", OFFICER, "/sites/new/", main=False),
    Shot("imports", ADMIN, "/imports/"),
    Shot("import", ADMIN, "/imports/", follow="#rows a[href^='/imports/']", main=False),
    Shot("users", ADMIN, "/users/", main=False),
    Shot("invite", ADMIN, "/users/new/", main=False),
    Shot("account", CLERK, "/account/", main=False),
    Shot("not-found", OFFICER, "/teams/0/", main=False),
)


def main() -> None:
    asked = argparse.ArgumentParser(description="Pictures of the portal's pages")
    asked.add_argument("names", nargs="*", help="only these")
    asked.add_argument("--all", action="store_true", help="every page, not only the main ones")
    asked.add_argument("--to", type=Path, default=HERE / "screens", help="folder of the pictures")
    asked.add_argument("--whole", action="store_true", help="whole pages instead of their first screen")
    options = asked.parse_args()
    unknown = set(options.names) - {shot.name for shot in SHOTS}
    if unknown:
        asked.error(f"no such page: {', '.join(sorted(unknown))}")
    shots = [shot for shot in SHOTS if (shot.name in options.names if options.names else shot.main or options.all)]
    options.to.mkdir(parents=True, exist_ok=True)
    with portal(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        take(browser, shots, options.to, whole=options.whole)
        browser.close()


def take(browser: Browser, shots: list[Shot], folder: Path, *, whole: bool) -> None:
    """Writes NAME-WIDTH.png for each shot and width. Each person signs in once for each width."""
    for width, height in SIZES:
        contexts: dict[str | None, BrowserContext] = {}
        for shot in shots:
            if shot.who not in contexts:
                contexts[shot.who] = signed_in(browser, shot.who, width, height)
            page = contexts[shot.who].new_page()
            answer = page.goto(URL + shot.path)
            if shot.query:
                answer = page.goto(page.url.partition("?")[0] + shot.query)
            if shot.follow:
                answer = page.goto(URL + str(page.locator(shot.follow).first.get_attribute("href")))
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{shot.name}-{width}.png", full_page=whole, animations="disabled")
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            told = f", {sideways} px wider than the screen" if sideways > 0 else ""
            print(f"{shot.name}-{width}.png: {answer.status if answer else '–'} {page.url.removeprefix(URL)}{told}")
            page.close()
        for context in contexts.values():
            context.close()


def signed_in(browser: Browser, who: str | None, width: int, height: int) -> BrowserContext:
    """A browser of its own in which this person has signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    if who:
        page = context.new_page()
        page.goto(f"{URL}/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.close()
    return context


@contextmanager
def portal():
    """The portal that answers already, or one of our own that is stopped in the end."""
    if well():
        yield
        return
    own = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=HERE.parent)
    try:
        until = time.monotonic() + FIRST_START
        while not well():
            if own.poll() is not None or time.monotonic() > until:
                sys.exit("The portal did not start.")
            time.sleep(1)
        yield
    finally:
        own.send_signal(signal.SIGTERM)
        own.wait()


def well() -> bool:
    try:
        with urllib.request.urlopen(f"{URL}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()
