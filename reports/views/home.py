"""Home: what waits for me today?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports import home as homes
from reports.forms import Choice
from reports.pages_board import period_sentence


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One template; the order of its parts is that of the user's role."""
    found = homes.gather(request.user)
    context = {
        "home": found,
        "today": timezone.localdate(),
        "period_sentence": period_sentence(found.period),
        "board_query": Choice(found.period).query(),
    }
    return render(request, "reports/home.html", context)
