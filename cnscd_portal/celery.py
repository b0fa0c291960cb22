"""The Celery application. Tasks are found in each app's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")

app = Celery("cnscd_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: its module reads Django's settings, which the application must not need to be imported.
app.steps["worker"].add("cnscd_portal.health:SignOfLife")
app.steps["worker"].add("reports.listener:Listener")
