"""What the shell around every page shows: its name, the menu, the time of printing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.roles import Right
from accounts.scope import rights_of

PORTAL_NAME = "Cổng Tổ công nghệ số cộng đồng"


@dataclass(frozen=True)
class Item:
    """One entry of a menu. `path` is an address of the contract (docs/design), not a name of a URL pattern, so the
    apps stay free to name theirs."""

    label: str
    path: str
    icon: str
    also: tuple[str, ...] = ()  # other addresses that belong to the same section
    needs: Right | None = None  # shown only to who holds this right somewhere

    def holds(self, path: str) -> bool:
        """Does the page at `path` belong to this section?"""
        if self.path == "/":
            return path == "/"
        return path.startswith((self.path, *self.also))


MENU = (
    Item("Tổng quan", "/areas/", "bar-chart-line", also=("/why/",)),
    Item("Nộp số liệu", "/returns/", "clipboard-check", needs=Right.READ_FACTS),
    Item("Nhật ký", "/activities/", "journal-text", needs=Right.READ_FACTS),
    Item("Tổ và thành viên", "/teams/", "people", also=("/members/",), needs=Right.READ_FACTS),
    Item("Tập huấn", "/trainings/", "calendar-check", needs=Right.READ_FACTS),
    Item("Điểm và mô hình", "/sites/", "geo-alt", needs=Right.READ_FACTS),
    Item("Nhập tệp", "/imports/", "file-earmark-spreadsheet", needs=Right.IMPORT),
    Item("Văn bản", "/reports/", "printer", needs=Right.READ_FACTS),
)
BOTTOM_BAR = (
    Item("Trang chủ", "/", "house"),
    Item("Ghi việc", "/activities/new/", "plus-circle", needs=Right.LOG),
    Item("Việc đã ghi", "/activities/", "journal-text", needs=Right.READ_FACTS),
)


@lru_cache(maxsize=64)
def _exists(path: str, urlconf: str) -> bool:
    """Is there a page at this address? An app whose pages are not there leaves its menu item out."""
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


@dataclass(frozen=True)
class Link:
    item: Item
    is_current: bool


class Shell:
    """Everything is worked out when the template asks, so a fragment that shows no menu pays nothing."""

    portal_name = PORTAL_NAME

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def print_time(self) -> datetime:
        return timezone.localtime()

    @cached_property
    def page_address(self) -> str:
        return self.request.build_absolute_uri()

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def menu(self) -> list[Link]:
        return list(self._links(MENU))

    @cached_property
    def bottom_bar(self) -> list[Link]:
        links = list(self._links(BOTTOM_BAR))
        # /activities/new/ is in the section of the list too: the closest address is the current one
        current = [link.item for link in links if link.is_current]
        closest = max(current, key=lambda item: len(item.path), default=None)
        return [Link(link.item, link.item is closest) for link in links]

    @cached_property
    def logout_path(self) -> str:
        return self._path("/logout/")

    @cached_property
    def account_path(self) -> str:
        return self._path("/account/")

    @cached_property
    def people_path(self) -> str:
        return self._path("/users/") if self._may(Right.INVITE) else ""

    def _path(self, path: str) -> str:
        return path if _exists(path, self._urlconf) else ""

    @property
    def _urlconf(self) -> str:
        return getattr(self.request, "urlconf", None) or settings.ROOT_URLCONF

    def _may(self, right: Right | None) -> bool:
        """The menu only leaves out; the pages themselves refuse."""
        return right is None or right in rights_of(self.request.user)

    def _links(self, items: tuple[Item, ...]) -> Iterator[Link]:
        if not self.signed_in:
            return
        for item in items:
            if _exists(item.path, self._urlconf) and self._may(item.needs):
                yield Link(item, item.holds(self.request.path))


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell.menu`, `shell.bottom_bar`, `shell.portal_name`, `shell.print_time` …"""
    return {"shell": Shell(request)}
