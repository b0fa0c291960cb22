"""Writes of accounts: inviting, granting, closing."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from axes.utils import reset
from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, Invitation, User
from areas.models import Area


@dataclass(frozen=True)
class SentLink:
    """A link just made: the only time that its token is known."""

    invitation: Invitation
    token: str

    @property
    def path(self) -> str:
        return reverse("accounts:invitation", args=[self.token])


class LinkSpent(Exception):
    """The invitation was used or ran out between the page and the answer."""


def token_hash(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain SHA-256 cannot be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, user: User, by: User | None, lasts: datetime.timedelta | None = None) -> SentLink:
    """A fresh link that sets the user's password, good for INVITATION_DAYS. Earlier links that are still open end."""
    now = timezone.now()
    user.invitations.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        invited_by=by,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + (lasts or datetime.timedelta(days=settings.INVITATION_DAYS)),
    )
    return SentLink(invitation, token)


@transaction.atomic
def accept(*, invitation: Invitation, password: str) -> User:
    """Spend the invitation: its user has this password now, and failed sign-ins are forgotten. Raises LinkSpent."""
    locked = Invitation.objects.select_for_update().select_related("user").get(pk=invitation.pk)
    user = locked.user
    if not locked.is_open or not user.is_active:
        raise LinkSpent
    locked.used_at = timezone.now()
    locked.save(update_fields=["used_at"])
    user.set_password(password)
    user.save(update_fields=["password"])
    for name in filter(None, (user.email, user.phone)):
        reset(username=name)
    return user


@transaction.atomic
def add_grant(*, user: User, role: str, area: Area, by: User | None) -> tuple[Grant, bool]:
    """Give the role on the area from today on. (grant, False) where the user holds it already."""
    today = timezone.localdate()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once give one grant
    held = user.grants.on(today).filter(role=role, area=area, during__upper_inf=True).first()
    if held:
        return held, False
    grant = Grant.objects.create(user=user, role=role, area=area, during=DateRange(today, None), given_by=by)
    return grant, True


@transaction.atomic
def end_grant(*, grant: Grant, by: User) -> None:
    """The grant holds no longer from today on. One that has not begun, or began today, goes; its history stays."""
    today = timezone.localdate()
    if grant.during.lower is not None and grant.during.lower >= today:
        grant.delete()
        return
    grant.during = DateRange(grant.during.lower, today)
    grant.save(update_fields=["during"])


@transaction.atomic
def set_active(*, user: User, active: bool, by: User) -> None:
    """Close or reopen an account. A closed one keeps its grants, holds no right and its open links end."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        now = timezone.now()
        user.invitations.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
