"""The parts of a dashboard in words: sentence of the period, key figures, blocks of pillars."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from activities.models import DataElement
from activities.periods import Calendar, Period, PeriodKind
from cnscd_portal.templatetags.vietnamese import day, moment, number
from reports import layout
from reports.board import Board
from reports.figures import Figure, Freshness
from reports.models import Indicator
from reports.pages_trend import Sparkline, sparkline
from reports.pages_words import NOT_COMPARABLE, Change, Shown, change, shown


@dataclass(frozen=True)
class Tile:
    """A key figure; `second` stands below it in small: members a team, the running total of attendances."""

    name: str
    main: Shown
    second: Shown | None
    change: Change
    note: str


@dataclass(frozen=True)
class Row:
    shown: Shown
    change: Change | None
    line: Sparkline | None
    verdict: str


@dataclass(frozen=True)
class Block:
    """A pillar's indicators that have something to say, and the names of those that have nothing yet."""

    title: str
    rows: list[Row]
    silent: list[Shown]


@dataclass(frozen=True)
class Section:
    """Blocks side by side; `silence` instead of them where no indicator has a number."""

    blocks: list[Block]
    silence: str

    @property
    def opened(self) -> Block | None:
        """The block that a phone shows unfolded: the first with figures."""
        return next((block for block in self.blocks if block.rows), None)


def period_sentence(period: Period) -> str:
    """ "9 tháng 2024 (15/12/2023 – 14/09/2024)" """
    return f"{period.label} ({day(period.start)} – {day(period.end)})"


def reported_sentence(board: Board) -> str:
    """ "545/547 xã đã báo cáo." of one month, reports of a longer period; "" where none is due."""
    found = next((f for f in board.now.values() if f.indicator.source == Indicator.Source.RETURN and f.expected), None)
    if found is None:
        return ""
    counted = f"{number(found.reporting or 0)}/{number(found.expected)}"
    if board.choice.period.kind == PeriodKind.MONTH:
        return f"{counted} xã đã báo cáo."
    return f"{counted} báo cáo đã nộp."


def fresh_sentence(fresh: Freshness) -> str:
    """ "Cập nhật 14:32 20/09/2024." """
    return f"Cập nhật {moment(fresh.fresh_at)}."


def waiting_sentence(waiting: int) -> str:
    """What waits to be counted; "" when nothing does."""
    return f"Đang cộng {number(waiting)} thay đổi, số có thể đổi trong giây lát." if waiting else ""


def counts_unit(indicator: Indicator, period: Period) -> str:
    """What n of N counts (F12)."""
    if indicator.source == Indicator.Source.LOG:
        return "tổ"
    return "xã" if period.kind == PeriodKind.MONTH else "báo cáo"


def tiles(board: Board) -> list[Tile]:
    """The four key figures, with what an admin has switched off left out."""
    found = []
    for code, below in layout.KEY_FIGURES:
        if code not in board.now:
            continue
        main = _shown(board, code)
        second = _shown(board, below) if below in board.now else None
        found.append(Tile(main.name, main, second, _change(board, code), _note(main)))
    return found


def _note(figure: Shown) -> str:
    if figure.known:
        return f"Phần biết chắc: {figure.known} {figure.unit}"
    if figure.verdict:
        word = "chỉ tiêu" if figure.verdict.step >= 3 else "so với chỉ tiêu"
        return f"{figure.verdict.symbol} {figure.verdict.word} {word} {figure.target}"
    return ""


def section(board: Board, titles: dict[str, tuple[str, ...]], *, context: bool) -> Section:
    """One block a title, of one pillar or two; those without any indicator are left out."""
    found = []
    for title, pillars in titles.items():
        indicators = layout.of_pillars(board.indicators.values(), pillars, context=context)
        rows = [_row(board, i) for i in indicators if not _silent(board.now[i.code])]
        silent = [_shown(board, i.code) for i in indicators if _silent(board.now[i.code])]
        if rows or silent:
            found.append(Block(title, rows, silent))
    if any(block.rows for block in found):
        return Section(found, "")
    reasons = Counter(one.reason for block in found for one in block.silent)
    told = ", ".join(f"{number(n)} {reason}" for reason, n in reasons.most_common())
    return Section([], f"Chưa chỉ số nào có số trong kỳ này: {told}." if told else "")


def _silent(figure: Figure) -> bool:
    """Whether nothing at all is known of it: such rows are named together, so that the others can be read."""
    return figure.value is None and figure.numerator is None


def _row(board: Board, indicator: Indicator) -> Row:
    words = _shown(board, indicator.code)
    verdict = f"{words.verdict.symbol} {words.verdict.word} {words.target}" if words.verdict else ""
    told = _change(board, indicator.code)
    says = told.text and not told.text.startswith(NOT_COMPARABLE)
    return Row(words, told if says else None, sparkline(board, indicator.code), verdict)


def _shown(board: Board, code: str) -> Shown:
    target = board.targets.of(board.indicators[code], board.area.pk, board.choice.period)
    return shown(board.now[code], area_id=board.area.pk, choice=board.choice, live=code, target=target)


def _change(board: Board, code: str) -> Change:
    return change(
        board.now[code],
        board.before[code],
        unit=counts_unit(board.indicators[code], board.choice.period),
        running=board.running,
    )


def changes_sentence(period: Period) -> str:
    """Against what changes are told (wording rule 24)."""
    return f"Tăng, giảm so với {period.year_before().label.lower()}, cùng cách tính địa giới."


def calendar_words(calendar: str) -> str:
    """As the folded bar on phones says it."""
    return "tháng dương lịch" if calendar == Calendar.CIVIL else "kỳ 15–14"


def has_nothing(board: Board) -> bool:
    """Whether nothing was ever registered, logged or returned here by the period's end."""
    told = (f for f in board.now.values() if f.indicator.pillar != DataElement.Pillar.TEAMS)
    return board.now["active_teams"].numerator is None and all(not f.numerator for f in told)
