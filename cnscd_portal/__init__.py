"""Wiring of the portal: settings, addresses, Celery, embedded services. No domain code."""

from cnscd_portal.celery import app as celery_app

__all__ = ["celery_app"]
