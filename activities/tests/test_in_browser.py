"""The pages of activities in a real browser: the quick log's script, keyboard, width, and what axe finds."""

import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from activities import returns
from activities.checks import Entry
from activities.models import Activity, Site, Status
from activities.periods import Period
from areas import actions as area_actions
from areas.models import Area
from teams import actions as team_actions

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_leader_logs_a_visit_on_a_phone_and_takes_it_back(visit, cast, team):
    page = visit(cast.leader, "/activities/new/", width=360)
    vneid = page.locator("#id_value_vneid_assists")
    expect(vneid).to_be_hidden()
    page.get_by_text("Đi từng nhà").click()
    expect(vneid).to_be_visible()
    expect(page.locator("#id_value_qr_points_added")).to_be_hidden()
    page.get_by_text("Người cao tuổi").click()
    page.get_by_role("button", name="Thêm 1: Bao nhiêu lượt người?").click(click_count=5, delay=10)
    vneid.fill("3")
    page.get_by_role("button", name="Lưu và gửi").click()
    expect(page.get_by_role("heading", name="Đã gửi lúc")).to_be_visible()
    activity = Activity.objects.get()
    assert (activity.reached, activity.values.get().value) == (5, 3)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("heading", name="Đã hoàn tác")).to_be_visible()
    activity.refresh_from_db()
    assert activity.status == Status.VOID
    assert page.complaints == []


def test_a_number_typed_for_another_kind_is_not_sent(visit, cast, team):
    page = visit(cast.leader, "/activities/new/", width=360)
    page.get_by_text("Đi từng nhà").click()
    page.locator("#id_value_vneid_assists").fill("3")
    page.get_by_text("Thanh toán số").click()
    page.get_by_text("Tiểu thương", exact=True).click()
    page.get_by_label("Bao nhiêu lượt người?", exact=True).fill("4")
    page.get_by_role("button", name="Lưu và gửi").click()
    expect(page.get_by_role("heading", name="Đã gửi lúc")).to_be_visible()
    assert not Activity.objects.get().values.exists()


def test_a_double_tap_logs_once(visit, cast, team):
    page = visit(cast.leader, "/activities/new/", width=360)
    page.get_by_text("Đi từng nhà").click()
    page.get_by_text("Người dân", exact=True).click()
    page.get_by_label("Bao nhiêu lượt người?", exact=True).fill("4")
    page.get_by_role("button", name="Lưu và gửi").dblclick()
    expect(page.get_by_role("heading", name="Đã gửi lúc")).to_be_visible()
    assert Activity.objects.count() == 1


def test_a_clerk_finds_a_team_by_typing_without_accents(visit, cast, place, teams):
    ids = area_actions.create_villages(
        rows=[area_actions.NewVillage(place.home.pk, f"Thôn {n}", "thôn") for n in range(3, 43)], by=None
    )
    for area in Area.objects.filter(pk__in=ids):
        team_actions.found(
            area=area, name=f"Tổ CNSCĐ {area.name}", by=cast.officer, established=datetime.date(2026, 1, 1)
        )
    page = visit(cast.clerk, "/activities/new/", width=360)
    page.get_by_label("Tìm trong danh sách tổ").fill("thon 12")
    expect(page.get_by_label("Tổ", exact=True).locator("option:checked")).to_have_text("Tổ CNSCĐ Thôn 12, Xã Yên Định")
    page.get_by_text("Đi từng nhà").click()
    page.get_by_text("Người dân", exact=True).click()
    page.get_by_label("Bao nhiêu lượt người?", exact=True).fill("4")
    page.get_by_role("button", name="Lưu và gửi").click()
    expect(page.get_by_role("heading", name="Đã gửi lúc")).to_be_visible()
    assert Activity.objects.get().team.name == "Tổ CNSCĐ Thôn 12"


def test_without_javascript_a_visit_is_logged_too(visit, cast, team):
    page = visit(cast.leader, "/activities/new/", width=360, java_script_enabled=False)
    page.get_by_text("Đi từng nhà").click()
    page.get_by_text("Người dân", exact=True).click()
    page.get_by_label("Bao nhiêu lượt người?", exact=True).fill("4")
    page.get_by_text("Số liệu kèm theo").click()
    page.locator("#id_value_vneid_assists").fill("2")
    page.get_by_role("button", name="Lưu và gửi").click()
    expect(page.get_by_role("heading", name="Đã gửi lúc")).to_be_visible()
    assert Activity.objects.get().values.get().value == 2


def test_an_error_takes_the_focus(visit, cast, team):
    page = visit(cast.leader, "/activities/new/", width=360)
    page.get_by_role("button", name="Lưu và gửi").click()
    expect(page.locator("[data-error-box]")).to_be_focused()
    page.get_by_role("link", name="Nhập số lượt người.").click()
    expect(page.get_by_label("Bao nhiêu lượt người?", exact=True)).to_be_focused()


def test_a_filter_answers_without_a_reload_and_keeps_the_field(visit, cast, log):
    log(topic="Phòng chống lừa đảo")
    log(topic="Cài VNeID")
    page = visit(cast.clerk, "/activities/")
    page.evaluate("window.stayed = true")
    page.get_by_label("Tìm nội dung, tổ, thôn, xã").type("lua dao")
    expect(page.get_by_role("status").filter(has_text="1 việc")).to_be_visible()
    expect(page.get_by_label("Tìm nội dung, tổ, thôn, xã")).to_be_focused()
    assert page.evaluate("window.stayed")
    assert "q=lua%20dao" in page.url
    assert "area=" not in page.url
    assert page.complaints == []


@pytest.fixture
def everything(log, place, team, cast):
    """One of each, so that pages have something to show."""
    report = returns.start(area=place.home, period=Period.parse("2026-09"), by=cast.clerk)
    figures = {"dossiers_received": Entry(100), "dossiers_online": Entry(120), "qr_sites": Entry(7)}
    returns.save(report=report, entries=figures, note="Thiếu kinh phí", by=cast.clerk)
    done = returns.start(area=place.home, period=Period.parse("2026-08"), by=cast.clerk)
    returns.save(report=done, entries={"qr_sites": Entry(6)}, note="", by=cast.clerk)
    returns.submit(report=done, by=cast.clerk)
    activity = log(topic="Phòng chống lừa đảo trên mạng xã hội", values={"vneid_assists": 3})
    site = Site.objects.create(
        kind="qr_site", name="Nhà văn hóa", area=place.village, team=team, since=datetime.date(2026, 9, 1)
    )
    return {"activity": activity.pk, "report": report.pk, "done": done.pk, "site": site.pk}


PAGES = [
    "/activities/",
    "/activities/new/",
    "/activities/{activity}/",
    "/activities/{activity}/sent/",
    "/activities/{activity}/edit/",
    "/activities/{activity}/void/",
    "/activities/approve/",
    "/returns/",
    "/returns/missing/",
    "/returns/{report}/edit/",
    "/returns/{report}/review/",
    "/returns/{done}/",
    "/returns/{done}/receipt/",
    "/returns/{done}/return/",
    "/sites/",
    "/sites/{site}/",
    "/sites/{site}/edit/",
]


@pytest.mark.parametrize("width", [360, 1366])
def test_pages_fit_the_screen_and_axe_finds_nothing(visit, cast, everything, width):
    page = visit(cast.officer, "/activities/", width=width)
    found = []
    for path in PAGES:
        address = path.format(**everything)
        page.goto(page.url.split("/activities/")[0].split("/returns/")[0].split("/sites/")[0] + address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: wider than the screen")
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            found.append(f"{address}: {violation['id']} {nodes}")
    assert found == []
    assert page.complaints == []
