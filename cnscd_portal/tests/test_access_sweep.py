"""Every address of the portal, opened by every role, an outsider, a stranger and nobody.

Addresses are found in the URL configuration, so a page is swept the day it is added. A page that only shows answers GET
alone; one that writes refuses (403, 404) everybody whose role has no right to write.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.tests.people import make_people
from areas.models import Area, Level
from areas.tests.land import make_land
from cnscd_portal.tests.makers import MAKERS, OWN, PUBLIC, World

READERS = ("viewer", "country_viewer", "stranger")  # their roles hold no right that writes


def addresses(resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """(name, parameters) of every address outside the admin site."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from addresses(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"The address {entry.pattern} has no name: give it one in its urls.py."
            parameters = set(entry.pattern.regex.groupindex)
            yield ":".join((*spaces, entry.name)), parameters


ADDRESSES = dict(addresses())


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One world for all addresses: every request is rolled back, and the world itself at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        land = make_land(Area.objects.get(level=Level.COUNTRY))
        world = World(land, make_people(land))
        world.fill()
        for _, user in world.people:
            session_of(user)
        yield world
        session_of.cache_clear()
        transaction.set_rollback(True)


def address(name: str, world: World) -> str:
    if not ADDRESSES[name]:
        return reverse(name)
    assert name in MAKERS, (
        f"The address “{name}” takes {sorted(ADDRESSES[name])}: add a maker of its object to MAKERS in "
        "cnscd_portal/tests/makers.py."
    )
    return reverse(name, kwargs=MAKERS[name](world))


@cache
def session_of(user: User) -> str:
    """The key of a session signed in once: 2,000 sign-ins would be most of the work."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ask(path: str, user: User | None, method: str):
    """The answer, and everything as before: whatever the request did is rolled back."""
    client = Client()
    if user:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    with transaction.atomic():
        answer = getattr(client, method)(path)
        transaction.set_rollback(True)
    return answer


def test_makers_and_lists_name_addresses_that_are_there():
    assert MAKERS.keys() <= ADDRESSES.keys(), "makers of addresses that are gone"
    assert ADDRESSES.keys() >= PUBLIC | OWN


SHOWN = {200, 302, 405}
REFUSED = {403, 404, 405}
ANSWERED = {409, 410, 422}  # of a form that was read


def expected(name: str, who: str, method: str) -> set[int]:
    """The status codes that are right. 405 is an address that does not know the method."""
    has_object = bool(ADDRESSES[name])
    if name in PUBLIC:
        return SHOWN | ANSWERED | {503}
    if who == "nobody":
        return {302}
    if method == "post":
        if name in OWN:
            return SHOWN
        if who in READERS:
            return REFUSED
        if who == "outsider" and has_object:
            return {404, 405}
        return SHOWN | ANSWERED | ({403} if who == "admin" else REFUSED)
    if who == "admin":
        return SHOWN
    if not has_object:
        return SHOWN | {403}
    if who == "outsider":
        return {404, 405}
    if who == "stranger":
        return REFUSED
    return SHOWN | REFUSED


def readable(answer) -> str:
    """The text of an answer; of a workbook that of its cells."""
    if answer.streaming:
        return ""
    if not answer.content.startswith(b"PK"):
        return answer.content.decode()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_who_opens_and_who_writes(world, db, name):
    path = address(name, world)
    wrong: list[str] = []
    for who, user in [("nobody", None), *world.people]:
        answers = {method: ask(path, user, method) for method in ("get", "post")}
        for method, answer in answers.items():
            right = expected(name, who, method)
            if answer.status_code not in right:
                wrong.append(f"{who} {method.upper()} {path}: {answer.status_code}, not {sorted(right)}")
            if who == "nobody" and name not in PUBLIC and not answer.get("Location", "").startswith("/login/?next="):
                wrong.append(f"{who} {method.upper()} {path}: does not lead to the sign-in page")
        if {answer.status_code for answer in answers.values()} == {405}:
            wrong.append(f"{who} {path}: answers neither GET nor POST")
        if who in ("nobody", "outsider", "stranger", "viewer"):
            page = readable(answers["get"])
            wrong += [f"{who} GET {path}: shows “{secret}”" for secret in world.secrets if secret in page]
    assert not wrong, "\n".join(wrong)


ADMIN_PAGES = [
    f"{model._meta.app_label}_{model._meta.model_name}_{page}"
    for model in admin.site._registry
    for page in ("changelist", "add")
]


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_the_admin_site_is_for_staff_alone(world, db, name):
    path = reverse(f"admin:{name}")
    for who, user in [("nobody", None), *world.people]:
        answer = ask(path, user, "get")
        assert answer.status_code == 302, who
        assert answer["Location"].startswith(("/admin/login/", "/login/")), who
    boss = User.objects.create_superuser("boss@mau.vidu.vn")
    query = "?q=a" if name.endswith("changelist") else ""
    assert ask(path + query, boss, "get").status_code in (200, 302, 403)


def test_the_admin_site_shows_every_fact_model():
    """A model of the portal is in the admin site, or is edited inside another's page there, or says here why not."""
    ours = {"areas", "accounts", "teams", "members", "activities", "imports"}
    shown = set(admin.site._registry)
    for model_admin in admin.site._registry.values():
        shown |= {inline.model for inline in model_admin.inlines}
    derived = {"AreaAncestry"}  # written by areas.ancestry alone
    missing = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in ours and model not in shown and not model._meta.object_name.endswith("Event")
    }
    assert missing <= derived, f"register these in their app's admin.py: {sorted(missing - derived)}"
