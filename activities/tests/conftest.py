"""The cast of these tests: two communes of Thanh Hóa with their villages and teams, and one user for each role."""

import datetime
import threading
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test import Client

from accounts.models import Grant, User
from accounts.roles import Role
from activities import actions as activity_actions
from areas import actions as area_actions
from areas.models import Area, Level
from teams import actions as team_actions

ESTABLISHED = datetime.date(2026, 1, 1)


def commune_of(code: str) -> Area:
    return Area.objects.get(level=Level.COMMUNE, code=code, valid__contains=datetime.date(2026, 9, 1))


@pytest.fixture
def place(country):
    """Xã Yên Định with two villages and phường Hạc Thành with one, in Thanh Hóa, and a commune of Bắc Ninh."""
    home, other = commune_of("15469"), commune_of("14797")
    ids = area_actions.create_villages(
        rows=[
            area_actions.NewVillage(home.pk, "Thôn 1", "thôn"),
            area_actions.NewVillage(home.pk, "Thôn 2", "thôn"),
            area_actions.NewVillage(other.pk, "Phố 1", "phố"),
        ],
        by=None,
    )
    village, village2, elsewhere = (Area.objects.get(pk=pk) for pk in ids)
    province = Area.objects.get(level=Level.PROVINCE, code="38", valid__contains=datetime.date(2026, 9, 1))
    far = Area.objects.get(level=Level.PROVINCE, code="24", valid__contains=datetime.date(2026, 9, 1))
    return SimpleNamespace(
        home=home, other=other, village=village, village2=village2, elsewhere=elsewhere, province=province, far=far
    )


def person(name: str, role: str | None = None, area: Area | None = None) -> User:
    user = User.objects.create_user(name=name, email=f"{User.objects.count()}@example.vn", notice_read_at=_now())
    if role:
        Grant.objects.create(user=user, role=role, area=area)
    return user


def _now():
    return datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def cast(place):
    """One user for each role, and `nobody`, who has no grant."""
    return SimpleNamespace(
        leader=person("Nguyễn Văn A", Role.TEAM_LEADER, place.village),
        clerk=person("Trần Thị Bưởi", Role.COMMUNE_CLERK, place.home),
        other_clerk=person("Lê Văn C", Role.COMMUNE_CLERK, place.other),
        officer=person("Phạm Thị D", Role.PROVINCE_OFFICER, place.province),
        viewer=person("Đỗ Văn E", Role.VIEWER, place.province),
        outsider=person("Hoàng Thị G", Role.PROVINCE_OFFICER, place.far),
        nobody=person("Vũ Văn H"),
    )


@pytest.fixture
def teams(place, cast):
    """A team in each village, established on 1 January 2026."""
    return [
        team_actions.found(area=area, name=f"Tổ CNSCĐ {area.name}", by=cast.officer, established=ESTABLISHED)
        for area in (place.village, place.village2, place.elsewhere)
    ]


@pytest.fixture
def team(teams):
    return teams[0]


@pytest.fixture
def log(team, cast):
    """Logs for the first team with whatever differs from a plain visit."""

    def make(**changes):
        facts = {
            "team": team,
            "date": datetime.date(2026, 9, 1),
            "kind": "home_visit",
            "audience": "elderly",
            "reached": 5,
            "values": {},
            "by": cast.clerk,
        }
        return activity_actions.log(**(facts | changes))

    return make


@pytest.fixture
def browse():
    """A signed-in client: browse(user).get("/activities/")."""

    def as_(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="accounts.backends.EmailOrPhoneBackend")
        return client

    return as_


class _Handler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(db):
    """The portal on a port, inside the test's own transaction; gives its address. One request at a time."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    # At each request Django closes connections that are in a transaction; the test lives in one.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)

    def serve():
        connections["default"] = connection  # of this thread: what the test has written is there
        server.serve_forever(poll_interval=0.05)

    server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=_Handler)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    connection.dec_thread_sharing()


@pytest.fixture
def visit(browser, browser_context_args, served, browse):
    """visit(user, "/activities/", width=360): the page in a Chromium where the user is signed in. What the browser
    complains of stands in `page.complaints`."""
    contexts = []

    def open_(user, path, width=1366, **options):
        context = browser.new_context(**browser_context_args, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        session = browse(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": served}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(served + path)
        return page

    yield open_
    for context in contexts:
        context.close()
