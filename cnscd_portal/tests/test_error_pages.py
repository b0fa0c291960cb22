"""Error pages: each says what happened, what still holds and what to do."""

import logging
import re
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from cnscd_portal import error_views


def _empty(request):
    return HttpResponse("")


def _forbid(request):
    raise PermissionDenied("Người có quyền: Lê Thị B.")


def _break(request):
    raise ZeroDivisionError


def _no_database(request):
    raise OperationalError("connection refused")


def _too_big(request):
    raise RequestDataTooBig


urlpatterns = [
    path("teams/", _empty),
    path("forbidden/", _forbid),
    path("broken/", _break),
    path("no-database/", _no_database),
    path("too-big/", _too_big),
]
handler400 = "cnscd_portal.error_views.bad_request"
handler403 = "cnscd_portal.error_views.permission_denied"
handler404 = "cnscd_portal.error_views.page_not_found"
handler500 = "cnscd_portal.error_views.server_error"


@pytest.fixture
def client_of_errors(settings):
    settings.ROOT_URLCONF = "cnscd_portal.tests.test_error_pages"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "LoginRequired" not in name]
    return Client(raise_request_exception=False)


def _page(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_told_in_vietnamese(client_of_errors):
    response = client_of_errors.get("/khong-co/")
    assert response.status_code == 404
    assert "Không thấy trang này" in _page(response)
    assert unquote(response["X-Portal-Message"]) == error_views.NOT_FOUND


@pytest.mark.django_db
def test_a_refusal_says_who_may(client_of_errors):
    response = client_of_errors.get("/forbidden/")
    assert response.status_code == 403
    assert "Bạn xem được nhưng không sửa được. Người có quyền: Lê Thị B." in _page(response)


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_413(client_of_errors):
    response = client_of_errors.get("/too-big/")
    assert response.status_code == 413
    assert "Bỏ ảnh trong tệp rồi tải lại." in _page(response)


def test_an_error_shows_a_code_that_the_log_holds_and_needs_no_database(client_of_errors, caplog):
    with caplog.at_level(logging.ERROR, logger="cnscd_portal.error_views"):
        response = client_of_errors.get("/broken/")
    code = re.search(r'Mã <strong class="num">([0-9A-F]{4})</strong>', _page(response))[1]
    assert response.status_code == 500
    assert f"Error {code} at GET /broken/" in caplog.text


def test_a_database_that_is_away_is_503_with_a_time_to_retry(client_of_errors):
    response = client_of_errors.get("/no-database/")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "Phần đã lưu không mất" in _page(response)


def test_the_error_page_survives_templates_that_fail(client_of_errors, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no templates")

    monkeypatch.setattr(error_views, "render_to_string", fail)
    response = client_of_errors.get("/broken/")
    assert response.status_code == 500
    assert "Cổng gặp lỗi. Mã" in response.content.decode()


def test_a_session_that_ended_is_told_without_losing_the_form(client_of_errors):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/teams/", {"name": "Tổ thôn 1"})
    assert response.status_code == 403
    assert "Đăng nhập lại, nội dung vẫn còn." in _page(response)


def test_too_many_requests_says_when_to_try_again():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    response = error_views.too_many_requests(request)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "Đợi 1 phút rồi thử lại." in _page(response)


def test_maintenance_answers_everything_with_its_hour_and_takes_no_database(client_of_errors, settings):
    settings.MAINTENANCE_UNTIL = "22:00"
    response = Client().get("/teams/")
    assert response.status_code == 503
    assert "Cổng bảo trì đến 22:00" in _page(response)
