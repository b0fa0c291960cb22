"""Error pages in Vietnamese. 500 and 503 need no database, no session and no user.

Every answer carries its sentence in the header X-Portal-Message (percent-encoded UTF-8) too: a fragment that htmx asked
for fails without a page, and portal.js shows that sentence in its place.
"""

import logging
import secrets
import sys
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

NOT_FOUND = "Liên kết có thể thiếu chữ, hoặc trang ngoài địa bàn của bạn."
FORBIDDEN = "Bạn xem được nhưng không sửa được."
TOO_LARGE = "Tệp lớn hơn 20 MB. Bỏ ảnh trong tệp rồi tải lại."
TOO_MANY = "Đợi 1 phút rồi thử lại."
EXPIRED = "Phiên đã hết. Đăng nhập lại, nội dung vẫn còn."
UNREADABLE = "Cổng không đọc được yêu cầu này. Mở lại trang rồi gửi lại."


def _page(request: HttpRequest, name: str, status: int, sentence: str, **context: object) -> HttpResponse:
    response = render(request, f"errors/{name}.html", {"sentence": sentence, **context}, status=status)
    response["X-Portal-Message"] = quote(sentence)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the body was larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, "413", 413, TOO_LARGE)
    return _page(request, "400", 400, UNREADABLE)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403. `PermissionDenied("Người có quyền: Lê Thị B.")` adds who may; without words the plain sentence stands."""
    told = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _page(request, "403", 403, f"{FORBIDDEN} {told}".strip())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, also for what lies outside the user's area: that it exists is not told."""
    return _page(request, "404", 404, NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: in practice a session that ended while a form was open."""
    logger.warning("CSRF check failed at %s: %s", request.path, reason)
    return _page(request, "csrf", 403, EXPIRED)


def too_many_requests(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """429."""
    response = _page(request, "429", 429, TOO_MANY)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a short code that is in the log as well; 503 where the database cannot be reached."""
    code = secrets.token_hex(2).upper()
    error = sys.exc_info()[1]
    logger.error("Error %s at %s %s: %r", code, request.method, request.path, error, exc_info=error is not None)
    if isinstance(error, OperationalError | InterfaceError):
        return _bare("503", 503, "Cổng tạm dừng trong giây lát. Đợi 1 phút rồi thử lại.", code=code)
    return _bare("500", 500, f"Cổng gặp lỗi. Mã {code}. Phần đã lưu không mất.", code=code)


def _bare(name: str, status: int, sentence: str, **context: object) -> HttpResponse:
    """A page without request, user or context processors; plain text if even the templates fail."""
    try:
        body, kind = render_to_string(f"errors/{name}.html", context), "text/html; charset=utf-8"
    except Exception:
        logger.exception("The page of error %s could not be rendered", status)
        body, kind = sentence, "text/plain; charset=utf-8"
    response = HttpResponse(body, content_type=kind, status=status)
    response["X-Portal-Message"] = quote(sentence)
    if status == 503:
        response["Retry-After"] = "60"
    return response


class MaintenanceMiddleware:
    """Answers everything but /healthz with 503 while MAINTENANCE_UNTIL ("22:00") is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.MAINTENANCE_UNTIL:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self.get_response(request)
        until = settings.MAINTENANCE_UNTIL
        return _bare("503", 503, f"Cổng bảo trì đến {until}.", until=until)
