"""What all tests share. Servers and Django come first: other conftest files import models."""

import os

import django

from cnscd_portal.services.environment import for_tests

for_tests()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")
django.setup()
