"""Reads of members and trainings."""

from django.db import models


class MemberQuerySet(models.QuerySet):
    pass


class TrainingQuerySet(models.QuerySet):
    pass
