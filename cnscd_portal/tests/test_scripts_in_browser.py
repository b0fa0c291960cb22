"""The portal's own scripts in a real browser, on small pages that need no database."""

import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django import forms
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, JsonResponse
from django.template import engines
from django.test import override_settings
from django.urls import path
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


class _Form(forms.Form):
    reached = forms.IntegerField(
        label="Bao nhiêu lượt người?", min_value=1, max_value=3, error_messages={"required": "Nhập số lượt người."}
    )
    password = forms.CharField(label="Mật khẩu", required=False, widget=forms.PasswordInput)


def _page(request, content, scripts="", **context):
    source = (
        '{% extends "base.html" %}{% load static %}{% block title %}Thử{% endblock %}{% block scripts %}'
        + "".join(f'<script src="{{% static "{name}" %}}" defer></script>' for name in scripts.split())
        + "{% endblock %}{% block content %}"
        + content
        + "{% endblock %}"
    )
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def _form(request):
    form = _Form(request.POST or None)
    return _page(
        request,
        '<form method="post">{% csrf_token %}{% include "components/error_box.html" %}'
        '{% include "components/stepper.html" with field=form.reached %}{{ form.password.as_field_group }}'
        '<button class="btn btn-primary">Lưu</button></form>'
        '<button type="button" id="fragment" hx-post="/echo/" hx-target="#part">Gửi</button>'
        '<button type="button" id="refused" hx-get="/refused/" hx-target="#part">Mở</button><div id="part"></div>',
        form=form,
    )


def _echo(request):
    return HttpResponse('<p data-announce="Đã gửi.">Đã gửi lúc 14:32.</p>')


def _refused(request):
    response = HttpResponse("", status=403)
    response["X-Portal-Message"] = "B%E1%BA%A1n%20xem%20%C4%91%C6%B0%E1%BB%A3c."  # "Bạn xem được."
    return response


TREND = """
<div class="chart" aria-hidden="true" data-chart="line" data-table="numbers" data-unit="%" data-max="100"
     data-basis="{{ basis }}" data-reform="2025-07-01"></div>
<table id="numbers" class="data"><thead><tr><th>Kỳ</th><th data-series>Thanh Hóa</th></tr></thead><tbody>
{% for label, start, end, y in rows %}<tr data-start="{{ start }}" data-end="{{ end }}"><th>{{ label }}</th>
<td{% if y %} data-y="{{ y }}"{% endif %}>{{ y|default:"–" }}</td></tr>{% endfor %}</tbody></table>
"""
ROWS = [
    ("Q4/2024", "2024-09-15", "2024-12-14", "90"),
    ("Q1/2025", "2024-12-15", "2025-03-14", "91"),
    ("Q3/2025", "2025-07-01", "2025-09-14", "92"),
    ("Q4/2025", "2025-09-15", "2025-12-14", "93"),
]


def _trend(request, basis, gap=0):
    rows = [row if i + 1 != gap else (*row[:3], "") for i, row in enumerate(ROWS)]
    return _page(request, TREND, "vendor/echarts/echarts-portal.min.js js/chart.js", basis=basis, rows=rows)


asked = []


def _numbers(request):
    return _page(
        request,
        '{% include "components/live_notice.html" %}<section data-live="/live/?period=2024-9M"><ul class="key-figures">'
        '{% include "components/key_figure.html" with name="Tổ đang hoạt động" value="4.351" key="active_teams" %}'
        "</ul></section>",
        "js/live.js",
    )


def _live(request):
    asked.append(request.GET.dict())
    if request.GET["v"] == "":
        return JsonResponse({"v": "7", "values": {"active_teams": "4.352", "unknown": "1"}})
    return HttpResponse(status=204 if len(asked) < 3 else 404)


urlpatterns = [
    path("form/", _form),
    path("echo/", _echo),
    path("refused/", _refused),
    path("trend/<basis>/", _trend),
    path("trend/<basis>/<int:gap>/", _trend),
    path("numbers/", _numbers),
    path("live/", _live),
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    """A real web server on loopback with the pages above and the static files, under the portal's content policy."""
    from django.conf import settings

    middleware = [name for name in settings.MIDDLEWARE if "LoginRequired" not in name and "whitenoise" not in name]
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=middleware):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=_Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def complaints(page):
    """What the browser's console complains of: a breach of the content policy is among it."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_chart_is_drawn_from_its_table_within_the_content_policy(site, page, complaints):
    page.goto(f"{site}/trend/reported/")
    drawing = page.locator(".chart svg")
    drawing.wait_for()
    assert "01/07/2025 Sắp xếp địa giới" in drawing.text_content()
    page.locator(".chart").hover()
    page.wait_for_timeout(200)
    assert page.locator(".chart").get_attribute("aria-hidden") == "true"
    assert complaints == []


@pytest.mark.parametrize(
    ("address", "strokes"),
    [("reported", 2), ("today", 1), ("today/2", 1)],
    ids=["cut at the reform", "joined when restated", "never over a missing value"],
)
def test_lines_are_joined_only_where_values_may_be_compared(site, page, address, strokes):
    page.goto(f"{site}/trend/{address}/")
    page.locator(".chart svg").wait_for()
    drawn = page.locator('.chart svg path[stroke="#0B4F7D"][fill="none"]').evaluate_all(
        "paths => paths.filter(path => path.getAttribute('stroke-opacity') !== '0' && path.getBBox().width > 40)"
        ".map(path => Math.round(path.getBBox().width))"
    )
    assert len(drawn) == strokes
    whole = page.locator(".chart svg").evaluate("svg => svg.getBoundingClientRect().width")
    assert (max(drawn) > whole / 2) == (address == "today")


def test_a_number_changes_in_place_is_said_once_and_polling_stops_when_told(site, page, complaints):
    asked.clear()
    page.goto(f"{site}/numbers/")
    figure = page.locator('[data-live-key="active_teams"]')
    assert figure.inner_text() == "4.351"
    expect(figure).to_have_text("4.352", timeout=4000)
    expect(page.locator("#live")).to_have_text("Số mới: Tổ đang hoạt động 4.352.", timeout=1000)
    assert page.locator("[data-live-notice]").is_visible()
    page.wait_for_timeout(5500)
    assert [query["v"] for query in asked] == ["", "7", "7"]  # the third answer was 404
    assert asked[0]["period"] == "2024-9M"


def test_errors_take_the_focus_and_the_title(site, page):
    page.goto(f"{site}/form/")
    page.get_by_role("button", name="Lưu").click()
    box = page.locator("[data-error-box]")
    box.wait_for()
    assert page.title().startswith("Lỗi: ")
    assert box.evaluate("box => box === document.activeElement")
    box.get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "id_reached"


def test_a_stepper_keeps_within_its_limits(site, page):
    page.goto(f"{site}/form/")
    more = page.get_by_role("button", name="Thêm 1")
    for _ in range(5):
        more.click()
    assert page.locator("#id_reached").input_value() == "3"
    for _ in range(5):
        page.get_by_role("button", name="Bớt 1").click()
    assert page.locator("#id_reached").input_value() == "1"


def test_a_password_can_be_shown(site, page):
    page.goto(f"{site}/form/")
    page.locator("#id_password").fill("mật khẩu")
    page.get_by_role("button", name="Hiện").click()
    assert page.locator("#id_password").get_attribute("type") == "text"
    assert page.get_by_role("button", name="Ẩn").is_visible()


def test_a_fragment_is_sent_with_the_csrf_token_and_announced(site, page, complaints):
    page.goto(f"{site}/form/")
    with page.expect_request("**/echo/") as sent:
        page.locator("#fragment").click()
    assert sent.value.headers["x-csrftoken"]
    expect(page.locator("#live")).to_have_text("Đã gửi.", timeout=2000)
    assert "Đã gửi lúc 14:32." in page.locator("#part").inner_text()
    assert complaints == []


def test_a_part_that_fails_says_why_and_leaves_the_rest(site, page):
    page.goto(f"{site}/form/")
    page.locator("#refused").click()
    page.locator("#part .part-failed").wait_for()
    assert "Bạn xem được." in page.locator("#part").inner_text()
    assert page.get_by_role("button", name="Tải lại").is_visible()
    assert page.locator("#id_reached").is_visible()
