"""Reads of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.roles import Right
from accounts.scope import scope

if TYPE_CHECKING:
    from accounts.models import User


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> BatchQuerySet:
        """One's own batches, and those of the provinces into which one may import; none without that right."""
        found = scope(user, Right.IMPORT)
        if found.everything:
            return self
        if not found:
            return self.none()
        return self.filter(Q(created_by=user) | Q(province__in=found.areas))
