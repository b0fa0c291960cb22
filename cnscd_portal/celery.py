"""The Celery application. Tasks are found in each app's `tasks.py`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")

# `make run` by root keeps the portal's own processes as root; docs/operations.md says how to run them as another user.
warnings.filterwarnings("ignore", message="You're running the worker with superuser", category=SecurityWarning)

app = Celery("cnscd_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: its module reads Django's settings, which the application must not need to be imported.
app.steps["worker"].add("cnscd_portal.health:SignOfLife")
app.steps["worker"].add("reports.listener:Listener")
