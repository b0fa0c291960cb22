"""Reads and creation of users and grants."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Right, roles_with


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> UserQuerySet:
        """People with a grant, past or present, where `user` may invite, and those that `user` invited."""
        from accounts.models import Grant, Invitation
        from accounts.scope import scope

        found = scope(user, Right.INVITE)
        if not found:
            return self.none()
        granted = Grant.objects.filter(user=OuterRef("pk")).filter(found.rows(area="area") | Q(given_by=user.pk))
        invited = Invitation.objects.filter(user=OuterRef("pk"), invited_by=user.pk)
        return self.filter(Exists(granted) | Exists(invited))


class UserManager(BaseUserManager):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: Any) -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def create_user(self, *, name: str, email: str | None = None, phone: str | None = None, password=None, **fields):
        """A user with an unusable password unless one is given. `phone` is E.164."""
        user: Any = self.model(name=name, email=email.strip().lower() if email else None, phone=phone or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "Quản trị", password=None, **fields):
        """For `createsuperuser`: sees the admin site; figures and facts still need a grant."""
        return self.create_user(name=name, email=email, password=password, is_staff=True, is_superuser=True, **fields)


class GrantQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> GrantQuerySet:
        """Grants in force on the day."""
        return self.filter(during__contains=day)

    def with_right(self, right: Right) -> GrantQuerySet:
        """Grants whose role holds the right."""
        return self.filter(role__in=roles_with(right))
