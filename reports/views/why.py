"""Why this number: what a figure is computed from, down to the rows."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from reports import pages_why as words
from reports import why as behind
from reports.forms import Choice
from reports.pages_board import fresh_sentence, period_sentence, waiting_sentence
from reports.pages_place import crumbs
from reports.pages_table import TIERS


@require_safe
def why(request: SignedInRequest) -> HttpResponse:
    """The page behind one number, or its rows alone where htmx turns a page."""
    if not request.GET:
        return redirect("reports:areas")  # no number is asked about
    today = timezone.localdate()
    found = behind.gather(
        request.user,
        _number(request, "area", required=True),
        request.GET.get("indicator", ""),
        Choice.read(request.GET, today=today),
        element=request.GET.get("element", ""),
        offset=_number(request, "offset"),
        today=today,
    )
    context = {
        "why": found,
        "area": found.area,
        "choice": found.choice,
        "lines": [(row, words.amount_text(row.fact.amount, row.fact.share)) for row in found.rows],
        "parts": words.parts(found),
        "rows_sentence": words.rows_sentence(found),
        "unknown_sentence": words.unknown_sentence(found),
        "pager": words.pager(found),
    }
    if request.htmx and request.htmx.target == "facts":
        response = render(request, "reports/parts/facts.html", context)
    else:
        response = render(request, "reports/why.html", context | _page(found))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _page(found: behind.Why) -> dict:
    value, made_of = words.formula(found)
    return {
        "figure": words.figure(found),
        "value": value,
        "made_of": made_of,
        "sentence": words.sentence(found),
        "steps": words.steps(found),
        "below": words.below(found),
        "tier": TIERS.get(found.level, ""),
        "period_sentence": period_sentence(found.choice.period),
        "fresh_sentence": fresh_sentence(found.fresh),
        "waiting_sentence": waiting_sentence(found.fresh.waiting),
        "target_sentence": words.target_sentence(found.indicator),
        "crumbs": [*crumbs(found.place, found.choice), _board_crumb(found)],
    }


def _board_crumb(found: behind.Why) -> dict[str, str]:
    """The way back to the dashboard that the number stands on."""
    return {"label": found.area.name, "url": f"/areas/{found.area.pk}/" + found.choice.query(indicator="")}


def _number(request: SignedInRequest, name: str, *, required: bool = False) -> int:
    text = request.GET.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 18:
        return int(text)
    if required:
        raise Http404
    return 0
