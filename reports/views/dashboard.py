"""An area's dashboard, the same page from the country to the village, and what keeps it live."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.roles import Right
from accounts.scope import rights_of
from activities.periods import latest_ended
from areas.models import Level
from reports import board as boards
from reports import figures, layout, live, village
from reports.forms import Choice, FiguresBar
from reports.pages_board import (
    calendar_words,
    changes_sentence,
    fresh_sentence,
    has_nothing,
    period_sentence,
    reported_sentence,
    section,
    tiles,
    waiting_sentence,
)
from reports.pages_export import workbook
from reports.pages_place import basis_notes, closed, crumbs
from reports.pages_table import children
from reports.pages_trend import trend
from reports.pages_words import why_address

PARTS = {name: f"reports/parts/{name}.html" for name in ("figures", "trend", "children")}


@require_safe
def dashboard(request: SignedInRequest, area_id: int) -> HttpResponse:
    """The figures of an area for the period, calendar and boundaries of the address; htmx asks for one region of it."""
    board = _board(request, area_id)
    part = PARTS.get(getattr(request.htmx, "target", None) or "") if request.htmx else None
    context = _part_context(board, request) if part else _context(board, request)
    response = render(request, part or "reports/dashboard.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if part:
        response["HX-Push-Url"] = request.path + board.choice.query()
    live.remember(board, context["children"], context["tiles"])
    return response


@require_safe
def dashboard_live(request: SignedInRequest, area_id: int) -> HttpResponse:
    """204 while nothing has changed since version `v`, else what has. Polled each 2 s, so it looks first whether
    anything was folded at all.
    """
    today = timezone.localdate()
    boards.place(request.user, area_id, today)
    fresh = figures.freshness()
    told = request.GET.get("v", "")
    if told == live.version(fresh):
        return HttpResponse(status=204)
    choice = Choice.read(request.GET, today=today)

    def read() -> boards.Board:
        return boards.gather(request.user, area_id, choice, today=today, trend=False)

    return JsonResponse(live.news(area_id, choice, fresh, told, read))


@require_safe
def dashboard_workbook(request: SignedInRequest, area_id: int) -> HttpResponse:
    """The table of the areas below as a workbook."""
    board = _board(request, area_id)
    response = HttpResponse(
        workbook(board), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"so-lieu-{board.area.code}-{board.choice.period.token}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _board(request: SignedInRequest, area_id: int) -> boards.Board:
    today = timezone.localdate()
    return boards.gather(request.user, area_id, Choice.read(request.GET, today=today), today=today)


def _part_context(board: boards.Board, request: SignedInRequest) -> dict[str, Any]:
    """What each region needs; the regions are cheap beside the figures."""
    choice = board.choice
    village_page = board.area.level == Level.VILLAGE
    latest = latest_ended(board.fresh.today, choice.calendar)
    return {
        "board": board,
        "area": board.area,
        "choice": choice,
        "period_sentence": period_sentence(choice.period),
        "fresh_sentence": fresh_sentence(board.fresh),
        "waiting_sentence": waiting_sentence(board.fresh.waiting),
        "reported_sentence": reported_sentence(board),
        "changes_sentence": changes_sentence(choice.period),
        "notes": basis_notes(board, today=timezone.localdate()),
        "closed": closed(board, today=timezone.localdate()),
        "tiles": tiles(board),
        "results": section(board, layout.PILLARS, context=False),
        "context": section(board, layout.PILLARS, context=True),
        "teams": section(board, layout.TEAMS_BLOCK, context=False),
        "nothing": has_nothing(board),
        "may_import": Right.IMPORT in rights_of(request.user),
        "latest": choice.query(period=latest),
        "latest_label": latest.label,
        "trend": trend(board),
        "trend_why": why_address(board.area.pk, board.picked.code, choice),
        "children": children(board) if board.rows else None,
        "village": village.of(request.user, board) if village_page else None,
        "live_query": choice.query(indicator="", trend=""),
        "version": live.version(board.fresh),
    }


def _context(board: boards.Board, request: SignedInRequest) -> dict[str, Any]:
    today = timezone.localdate()
    return _part_context(board, request) | {
        "crumbs": crumbs(board.place, board.choice),
        "bar": FiguresBar(board.choice, today=today),
        "calendar_words": calendar_words(board.choice.calendar),
    }
