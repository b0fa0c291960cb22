"""Requests as the middleware leaves them, for type checks."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PortalRequest(HttpRequest):
    """`htmx` says whether a fragment is asked for."""

    htmx: HtmxDetails


class SignedInRequest(PortalRequest):
    """A request of somebody: LoginRequiredMiddleware lets no other through to a view."""

    user: User
