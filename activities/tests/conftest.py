"""The cast of these tests: two communes of Thanh Hóa with their villages and teams, and one user for each role."""

import datetime
from types import SimpleNamespace

import pytest
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
