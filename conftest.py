"""What all tests share. Servers and Django come first: other conftest files import models."""

import os

import django

from cnscd_portal.services.environment import for_tests

for_tests()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")
django.setup()

# Playwright's synchronous API runs an event loop in the thread of the tests; Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import shutil  # noqa: E402

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

# -- The whole portal and a browser ------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items):
    """Tests on the running portal share one: pytest-xdist runs them on one worker (--dist loadgroup)."""
    for item in items:
        if "running_portal" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("running_portal"))


@pytest.fixture(scope="session")
def running_portal():
    """The portal as `make run` runs it (web, workers, beat) on a database of its own: see RunningPortal."""
    from cnscd_portal.tests.running import RunningPortal

    portal = RunningPortal()
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium where there is one, else Playwright's own."""
    chromium = shutil.which("chromium")
    return {
        **browser_type_launch_args,
        **({"executable_path": chromium} if chromium else {}),
        "args": ["--disable-background-networking", "--disable-component-update", "--no-first-run"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}


# -- The demo province on the running portal (end-to-end tests) --------------------------------------------------------


@pytest.fixture(scope="session")
def demo_portal(running_portal):
    """The running portal with Thanh Hóa's workbooks imported and the demo's people: see reports.tests.portal.Demo.

    All end-to-end tests share it: one that writes does so where no other looks, or asserts differences.
    """
    from reports.tests.portal import Demo

    return Demo(running_portal)


@pytest.fixture(scope="session")
def people_at_portal(demo_portal, browser, browser_context_args):
    """Browsers of the demo's people, signed in once: `with people_at_portal.at(OFFICER, "/teams/") as page`."""
    from reports.tests.portal import People

    return People(browser, browser_context_args, demo_portal.url)


# -- Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _static_files_under_their_own_names():
    """Pages name static files through the manifest that collectstatic writes; tests run without collecting them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


# -- Areas -------------------------------------------------------------------------------------------------------------
# The country of `areas/data` stands in every test database; tests roll back to it. A test that truncates
# (transactional_db) would take it away from all that follow, so no test does.


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database with the whole country, loaded once a session (and worker): 3 to 4 s, 0.3 s with --reuse-db."""
    from areas import loading
    from reports import rollup

    with django_db_blocker.unblock():
        loading.load()
        rollup.fold_all()  # else every test that folds would fold the whole country first


@pytest.fixture
def country(db):
    """The country (code VN), with all units of `areas/data` under it."""
    from areas.models import Area, Level

    return Area.objects.get(level=Level.COUNTRY)


@pytest.fixture
def land(country):
    """A small invented province beside the real ones, made through `areas.actions`: see areas.tests.land.Land."""
    from areas.tests.land import make_land

    return make_land(country)


# -- People ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(land):
    """The named cast on `land`, one for each role, an outsider and a stranger: see accounts.tests.people.People."""
    from accounts.tests.people import make_people

    return make_people(land)
