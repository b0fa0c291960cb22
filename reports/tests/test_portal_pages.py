"""The pages as each role has them on a phone and at a desk: what axe finds, what the console says, what scrolls
sideways, what the keyboard reaches, what is printed, and how many bytes go over the wire.
"""

import json
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from reports.demo import COMMUNE, PEOPLE, PROVINCE
from reports.tests.portal import (
    ADMIN,
    CLERK,
    COUNTRY,
    DESK,
    LEADER,
    OFFICER,
    PHONE,
    VIEWER,
    journal_row,
    today,
    upload,
    villages,
    write_journal,
)

pytestmark = pytest.mark.browser

KB = 1024
DASHBOARD_HTML = 25 * KB
FIRST_LOG, LATER_LOG = 100 * KB, 15 * KB

# None is somebody who has not signed in. Words in braces are filled in from `places`.
PAGES = {
    None: ["/login/", "/password/forgotten/", "{invitation}", "/no-such-page/"],
    OFFICER: [
        "/",
        "/areas/{province}/?period=2024-9M",
        "/areas/{province}/?period=2024-9M&basis=today&indicator=e_result_rate",
        "/areas/?q=yen+dinh",
        "/why/?area={province}&indicator=members_trained_rate&period=2024-9M",
        "/teams/",
        "/teams/{team}/",
        "/members/",
        "/trainings/",
        "/trainings/{training}/",
        "/activities/",
        "/activities/{activity}/",
        "/returns/",
        "/returns/missing/",
        "/returns/{report}/",
        "/sites/",
        "/users/",
    ],
    ADMIN: ["/", "/imports/", "{batch}", "{batch}refused/", "/users/new/", "/teams/new/"],
    CLERK: [
        "/",
        "/areas/{commune}/?period=2026-9M",
        "/activities/new/",
        "/activities/{activity}/edit/",
        "/activities/{activity}/void/",
        "/teams/{team}/edit/",
        "/members/{member}/",
        "/returns/new/",
        "/sites/new/",
    ],
    LEADER: ["/", "/areas/{village}/", "/activities/new/", "/activities/"],
    VIEWER: ["/", "/areas/{province}/", "/teams/", "/imports/"],
    COUNTRY: ["/", "/areas/{country}/?period=2026", "/account/"],
}


@pytest.fixture(scope="module")
def places(demo_portal, people_at_portal, tmp_path_factory):
    """Numbers of rows that the addresses of the pages name."""
    made = demo_portal.portal.manage(
        "createuser", "moi@thanhhoa.example", "--role", "viewer", "--area", PROVINCE, "--json"
    )
    home = villages(demo_portal, COMMUNE)[0]
    bad = [journal_row(n, home, today(), reached="không rõ") for n in (1, 2)]
    with people_at_portal.at(ADMIN, "/imports/") as page:
        file = tmp_path_factory.mktemp("journal") / "sai hai dòng.xlsx"
        batch = upload(page, write_journal(file, bad))
        expect(page.locator("#progress")).to_contain_text("2 dòng chưa nhận", timeout=60_000)
    with demo_portal.portal.connect() as connection:

        def one(statement: str) -> int:
            return connection.execute(statement, {"team": home.team, "area": home.area}).fetchone()[0]

        return {
            "invitation": "/invite/" + json.loads(made.stdout)["invitation"]["link"].split("/invite/")[1],
            "batch": f"/imports/{batch}/",
            "country": demo_portal.area(0, "VN"),
            "province": demo_portal.area(1, PROVINCE),
            "commune": demo_portal.area(3, COMMUNE),
            "village": home.area,
            "team": home.team,
            "member": one("SELECT member_id FROM members_membership WHERE team_id = %(team)s ORDER BY id LIMIT 1"),
            "activity": one(
                "SELECT id FROM activities_activity WHERE area_id = %(area)s AND status <> 'void' ORDER BY id LIMIT 1"
            ),
            "training": one("SELECT training_id FROM members_attendance ORDER BY id LIMIT 1"),
            "report": one("SELECT id FROM activities_return ORDER BY id LIMIT 1"),
        }


def role_of(who: str | None) -> str:
    return next((person.role.value for person in PEOPLE if person.identifier == who), "nobody")


@pytest.mark.parametrize("who", PAGES, ids=role_of)
def test_every_page_is_whole_on_a_phone_and_at_a_desk(people_at_portal, places, who):
    found = []
    with people_at_portal.at(who, PAGES[who][0].format(**places)) as page:
        for path in PAGES[who]:
            page.goto(path.format(**places))
            for width in (PHONE, DESK):
                page.set_viewport_size({"width": width, "height": 800})
                found += [f"{path} at {width}: {wrong}" for wrong in wrongs(page)]
        # The page that is not there and the one that is refused are told by the browser itself.
        complaints = [said for said in page.complaints if not (refused(said) and ("no-such" in said or who == VIEWER))]
    assert found == []
    assert complaints == []


def refused(complaint: str) -> bool:
    return "404 (Not Found)" in complaint or "403 (Forbidden)" in complaint


def wrongs(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    found = []
    heads = page.locator("h1:visible")
    if heads.count() != 1:
        found.append(f"{heads.count()} headings of level 1: {heads.all_inner_texts()}")
    if page.locator("html").get_attribute("lang") != "vi":
        found.append("its language is not said")
    if page.locator('link[rel="stylesheet"][media="print"]').count() != 1:
        found.append("nothing says how it is printed")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    for violation in Axe().run(page).response["violations"]:
        nodes = [node["html"][:160] for node in violation["nodes"][:3]]
        found.append(f"axe: {violation['id']} {nodes}")
    return found


# -- The keyboard ------------------------------------------------------------------------------------------------------

FOCUSED = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    const label = element.labels && element.labels[0];
    const at = (from, length) => Math.max(from, 0) + Math.min(length, 40) / 2;
    const middle = document.elementFromPoint(at(box.left, box.width), at(box.top, box.height));
    const holds = outer => outer && (outer.contains(middle) || middle.contains(outer));
    const marked = part => {
        const look = part && getComputedStyle(part);
        return look && (look.outlineStyle !== "none" || look.boxShadow !== "none");
    };
    return {
        name: (element.innerText || element.name || element.id || element.tagName).trim().split("\\n")[0],
        part: element.closest("main") ? "main" : element.closest("nav") ? element.closest("nav").ariaLabel
            : element.closest("header") ? "header" : element.className,
        covered: !middle || !(holds(element) || holds(label)),
        shown: Boolean(marked(element) || marked(label) || marked(element.nextElementSibling)),
    };
}"""


def walk(page: Page, *, most: int = 90) -> list[dict]:
    """What Tab reaches, from the top of the page to its end."""
    steps = []
    for _ in range(most):
        page.keyboard.press("Tab")
        step = page.evaluate(FOCUSED)
        for _ in range(20):  # the browser scrolls to it in its own time
            if step is None or not step["covered"]:
                break
            page.wait_for_timeout(50)
            step = page.evaluate(FOCUSED)
        if step is None:
            return steps
        steps.append(step)
    raise AssertionError(f"Still not at the end after {most} steps: {[step['name'] for step in steps[-5:]]}")


@pytest.mark.parametrize(
    ("who", "path", "send"),
    [(LEADER, "/activities/new/", "Lưu và gửi"), (ADMIN, "/imports/", "Tải lên và nhập"), (CLERK, "/sites/new/", None)],
    ids=["quick log", "imports", "new site"],
)
def test_the_keyboard_reaches_all_in_order_and_focus_is_never_covered(people_at_portal, who, path, send):
    with people_at_portal.at(who, path) as page:
        if send is None:
            send = page.locator("main form button[type=submit]").last.inner_text().strip()
        for width, menu in ((DESK, "Menu chính"), (PHONE, "Menu nhanh")):
            page.set_viewport_size({"width": width, "height": 800})
            page.reload()
            steps = walk(page)
            assert steps[0]["name"] == "Bỏ qua menu"
            parts = [step["part"] for step in steps]
            assert menu in parts
            assert "main" in parts
            assert send in [step["name"] for step in steps if step["part"] == "main"]
            links = page.get_by_role("navigation", name=menu).get_by_role("link").filter(visible=True)
            reached = [step["name"] for step in steps if step["part"] == menu]
            assert [name.strip() for name in links.all_inner_texts()] == reached[: links.count()]
            assert [step["name"] for step in steps if step["covered"]] == [], f"covered at {width}"
            assert [step["name"] for step in steps if not step["shown"]] == [], f"focus not shown at {width}"


def test_the_skip_link_leads_past_the_menu(people_at_portal):
    with people_at_portal.at(OFFICER, "/teams/") as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Bỏ qua menu")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["part"] == "main"


# -- Paper, and no JavaScript ------------------------------------------------------------------------------------------


def test_a_dashboard_is_printed_without_menus_and_with_its_address(people_at_portal, places):
    address = "/areas/{province}/?period=2024-9M".format(**places)
    with people_at_portal.at(OFFICER, address) as page:
        page.emulate_media(media="print")
        for part in ("header nav", ".bottom-bar", ".skip-link", ".figures-bar button"):
            assert page.locator(part).filter(visible=True).count() == 0, part
        expect(page.locator(".print-foot")).to_be_visible()
        expect(page.locator(".print-foot")).to_contain_text("In từ Cổng lúc")
        expect(page.locator(".print-foot")).to_contain_text(address.partition("?")[0])
        expect(page.locator("#children table")).to_be_visible()


def test_without_javascript_the_dashboard_changes_and_sorts(people_at_portal, places):
    address = "/areas/{province}/".format(**places)
    with people_at_portal.at(OFFICER, address, java_script_enabled=False) as page:
        page.get_by_label("Kỳ", exact=True).select_option(label="9 tháng 2024")
        page.get_by_label("Hiện hành (quy đổi)").check()
        page.get_by_role("button", name="Xem", exact=True).first.click()
        expect(page.locator("#figures")).to_contain_text("9 tháng 2024 (15/12/2023 – 14/09/2024)")
        assert page.locator("#children tbody tr").count() >= 166
        page.locator("#sort-active_teams").click()
        expect(page.locator("#children thead th[aria-sort=descending]")).to_contain_text("Số tổ đang hoạt động")


# -- Bytes over the wire -----------------------------------------------------------------------------------------------


class Wire:
    """Counts what a page loads, as it comes over the wire: headers and compressed bodies."""

    def __init__(self, page: Page):
        self.kinds: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", lambda event: self.kinds.update({event["requestId"]: event["type"]}))
        session.on(
            "Network.loadingFinished",
            lambda event: self.sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )

    def clear(self) -> None:
        self.kinds.clear()
        self.sizes.clear()

    def of(self, kind: str | None = None) -> int:
        """Bytes of a kind of resource, or of all."""
        return int(sum(size for request, size in self.sizes.items() if kind in (None, self.kinds.get(request))))


def test_a_dashboard_of_166_communes_is_light(demo_portal, people_at_portal, places):
    address = demo_portal.dashboard(places["province"], "2024-9M", basis="today")
    with people_at_portal.at(OFFICER, address) as page:
        assert page.locator("#children tbody tr").count() >= 166
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    asked = urllib.request.Request(demo_portal.url + address, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) <= DASHBOARD_HTML


@pytest.mark.parametrize("who", [LEADER, CLERK], ids=role_of)
def test_the_quick_log_is_light_at_first_and_lighter_later(people_at_portal, who):
    with people_at_portal.at(who, "/healthz", width=PHONE) as page:
        wire = Wire(page)
        page.goto("/activities/new/", wait_until="networkidle")
        first = wire.of()
        assert wire.of("Document") > 0
        assert wire.of("Stylesheet") > 0
        wire.clear()
        page.goto("/activities/")
        wire.clear()
        page.goto("/activities/new/", wait_until="networkidle")
        later = wire.of()
        assert 0 < later <= LATER_LOG, (first, later)
        assert first <= FIRST_LOG, first
