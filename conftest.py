"""What all tests share. Servers and Django come first: other conftest files import models."""

import os

import django

from cnscd_portal.services.environment import for_tests

for_tests()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")
django.setup()

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

# -- Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _static_files_under_their_own_names():
    """Pages name static files through the manifest that collectstatic writes; tests run without collecting them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield
