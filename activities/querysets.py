"""Reads of activities, returns and sites."""

from django.db import models


class ActivityQuerySet(models.QuerySet):
    pass


class ReturnQuerySet(models.QuerySet):
    pass


class SiteQuerySet(models.QuerySet):
    pass
