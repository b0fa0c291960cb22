"""The trend of an indicator, in words and as the table that its chart is drawn from; the small lines of pillars."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from activities.periods import MONTHS
from cnscd_portal.templatetags.vietnamese import MISSING
from reports import layout
from reports.board import Board
from reports.figures import Figure
from reports.forms import BASIS_TOKENS
from reports.models import Indicator
from reports.pages_words import is_rate, value_text

REFORM = datetime.date(2025, 7, 1)
WIDTH, HEIGHT = 96, 24


@dataclass(frozen=True)
class Point:
    """A row of the table: `y` is the plain number for the drawing, "" where there is none."""

    label: str
    start: str
    end: str
    text: str
    y: str
    note: str
    provisional: bool
    estimated: bool


@dataclass(frozen=True)
class Trend:
    indicator: Indicator
    unit: str
    points: list[Point]
    sentence: str
    basis: str
    reform: str
    target: str
    highest: str
    options: list[tuple[str, list[tuple[str, str, bool]]]]
    spans: list[tuple[str, str, bool]]

    @property
    def empty(self) -> str:
        """Why there is nothing to draw; "" where there is something."""
        if any(point.y for point in self.points):
            return ""
        return Counter(point.note for point in self.points).most_common(1)[0][0] if self.points else "chưa có số liệu"


def trend(board: Board) -> Trend:
    """The picked indicator over the trend's periods."""
    indicator = board.picked
    points = [
        _point(indicator, period, figure)
        for period, figure in zip(board.trend_periods, board.trend, strict=True)
        if period.start < board.fresh.today
    ]
    target = board.targets.of(indicator, board.area.pk, board.trend_periods[-1])
    return Trend(
        indicator=indicator,
        unit=indicator.unit,
        points=points,
        sentence=_sentence(indicator, points),
        basis=BASIS_TOKENS[board.choice.basis],
        reform=REFORM.isoformat(),
        target=_plain(indicator, target) if target else "",
        highest="100" if indicator.unit == "%" else "",
        options=_options(board),
        spans=_spans(board),
    )


def _point(indicator: Indicator, period, figure: Figure) -> Point:
    value = figure.value if figure.comparable else None
    notes = [w for w, holds in (("tạm tính", figure.provisional), ("ước", figure.estimated)) if holds]
    return Point(
        label=period.label,
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        text=value_text(indicator, value),
        y="" if value is None else _plain(indicator, value),
        note=figure.reason if value is None else ", ".join(notes),
        provisional=figure.provisional and value is not None,
        estimated=figure.estimated and value is not None,
    )


def _plain(indicator: Indicator, value: Decimal) -> str:
    """For the drawing: per cent as 94.78, counts whole."""
    return f"{value * 100:.2f}" if indicator.unit == "%" else f"{value:.2f}" if is_rate(indicator) else f"{value:f}"


def _sentence(indicator: Indicator, points: Sequence[Point]) -> str:
    """ "Từ 92,10 % (Tháng 9/2023) lên 100,00 % (Tháng 9/2024)." """
    there = [point for point in points if point.text != MISSING]
    if not there:
        return "Chưa có số liệu trong các kỳ này."
    last = there[-1]
    if len(there) == 1:
        return f"Chỉ có một kỳ có số: {last.text} {indicator.unit} ({last.label})."
    first = there[0]
    if first.y == last.y:
        return f"Không đổi: {last.text} {indicator.unit}, từ {first.label} đến {last.label}."
    word = "lên" if Decimal(last.y) > Decimal(first.y) else "xuống"
    return f"Từ {first.text} {indicator.unit} ({first.label}) {word} {last.text} {indicator.unit} ({last.label})."


def _options(board: Board) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Indicators to pick from, by pillar."""
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for i in board.indicators.values():
        chosen = i.code == board.picked.code
        groups.setdefault(i.get_pillar_display(), []).append((i.code, i.name, chosen))
    return list(groups.items())


def _spans(board: Board) -> list[tuple[str, str, bool]]:
    """Of a period longer than a quarter: its months, or the same period of each year."""
    if MONTHS[board.choice.period.kind] <= 3:
        return []
    same = board.choice.trend == "same"
    return [("months", "12 tháng gần nhất", not same), ("same", "Cùng kỳ các năm", same)]


@dataclass(frozen=True)
class Sparkline:
    """`lines`: points of polylines, cut where there is no value and at the reform; `dot`: the last value."""

    lines: list[str]
    dot: tuple[float, float]
    hollow: bool


def sparkline(board: Board, code: str) -> Sparkline | None:
    """The small line of an indicator over the trend's periods; None where fewer than three have a value."""
    if code not in layout.SPARKLINES or not board.lines or code not in board.lines[0]:
        return None
    values = [f[code].value if f[code].comparable else None for f in board.lines]
    there = [v for v in values if v is not None]
    if len(there) < 3:
        return None
    low, high = min(there), max(there)
    step = Decimal(WIDTH) / max(len(values) - 1, 1)
    span = high - low

    def at(nth: int, value: Decimal) -> tuple[float, float]:
        up = (value - low) / span if span else Decimal("0.5")
        return round(float(nth * step), 1), round(float(HEIGHT - 3 - up * (HEIGHT - 6)), 1)

    lines: list[list[tuple[float, float]]] = [[]]
    for nth, (value, period) in enumerate(zip(values, board.trend_periods, strict=True)):
        cut = nth > 0 and board.trend_periods[nth - 1].end < REFORM <= period.end
        if value is None or (cut and BASIS_TOKENS[board.choice.basis] == "reported"):
            lines.append([])
        if value is not None:
            lines[-1].append(at(nth, value))
    last, final = [(nth, value) for nth, value in enumerate(values) if value is not None][-1]
    return Sparkline(
        lines=[" ".join(f"{x:g},{y:g}" for x, y in line) for line in lines if len(line) > 1],
        dot=at(last, final),
        hollow=board.lines[last][code].provisional,
    )
