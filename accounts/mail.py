"""E-mails of accounts."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.actions import invite
from accounts.models import User

QUIET = datetime.timedelta(minutes=5)


def send_password_link(email: str) -> bool:
    """Mail a link that sets a new password. False where nobody open has this address, or one left minutes ago: who
    types somebody else's address again and again fills no mailbox."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or user.invitations.filter(invited_by=None, created_at__gt=timezone.now() - QUIET).exists():
        return False
    sent = invite(user=user, by=None, lasts=datetime.timedelta(hours=settings.PASSWORD_LINK_HOURS))
    context = {"user": user, "link": settings.PORTAL_URL + sent.path, "hours": settings.PASSWORD_LINK_HOURS}
    send_mail("Đặt lại mật khẩu", render_to_string("accounts/password_link.txt", context), None, [email])
    return True
