"""Numbers of an open dashboard that change in place (the other half of static/js/live.js).

What a page showed is kept in the cache for its version, so that a poll is answered with what has changed alone, and so
that ten readers of one page cost one reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from reports.board import Board
from reports.figures import Freshness
from reports.forms import Choice
from reports.pages_board import Tile, fresh_sentence, reported_sentence, tiles, waiting_sentence
from reports.pages_table import Children, children
from reports.pages_words import shown

KEPT = 60 * 60


def version(fresh: Freshness) -> str:
    """Changes when anything was folded, and when marks begin or cease to wait."""
    return f"{fresh.version}-{fresh.waiting}"


def values(board: Board, table: Children | None, shown_tiles: list[Tile]) -> dict[str, str]:
    """Every text of the page that can change in place, by its data-live-key; `<key>.said` is what is said beside a
    number: its marks, or why there is none.
    """
    found = {
        "fresh": fresh_sentence(board.fresh),
        "waiting": waiting_sentence(board.fresh.waiting),
        "reported": reported_sentence(board),
    }
    numbers = [shown(f, area_id=board.area.pk, choice=board.choice, live=code) for code, f in board.now.items()]
    if table:
        numbers += [cell.shown for line in table.lines for cell in line.cells if cell.shown.live]
    for one in numbers:
        found |= {one.live: one.text, f"{one.live}.said": one.said}
    return found | {f"{tile.main.code}.change": tile.change.text for tile in shown_tiles}


def remember(board: Board, table: Children | None, shown_tiles: list[Tile]) -> None:
    """Keeps what the page shows. What another page showed of this version stays: this one may have read its version
    just before a fold and its cells just after, and would then hide the change from the other.
    """
    key = _key(board.area.pk, board.choice, version(board.fresh))
    cache.add(key, values(board, table, shown_tiles), KEPT)


def news(area_id: int, choice: Choice, fresh: Freshness, told: str, read: Callable[[], Board]) -> dict[str, Any]:
    """What has changed since the version that the page was told; everything where that is forgotten. `read` is called
    only where nobody has read this version yet.
    """
    current = version(fresh)
    now = cache.get(_key(area_id, choice, current))
    if now is None:
        board = read()
        table = children(board) if board.rows else None
        current, now = version(board.fresh), values(board, table, tiles(board))
        cache.add(_key(area_id, choice, current), now, KEPT)
    before = cache.get(_key(area_id, choice, told)) or {}
    return {"v": current, "values": {key: text for key, text in now.items() if before.get(key) != text}}


def _key(area_id: int, choice: Choice, of: str) -> str:
    """One for each area, choice of figures and version."""
    view = f"{area_id}|{choice.query(indicator='', trend='', sort='')}|{of}"
    return "live:" + hashlib.sha256(view.encode()).hexdigest()[:32]
