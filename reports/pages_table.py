"""The table of the areas below: sorted, every number with its why, coloured by its distance to the target."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from areas.models import Area, Level
from cnscd_portal.templatetags.vietnamese import number
from reports import layout
from reports.board import Board, Row
from reports.figures import Figure
from reports.models import Indicator
from reports.pages_words import Shown, shown

# "26 huyện | 547 xã"
TIERS: dict[int, str] = {Level.PROVINCE: "tỉnh", Level.DISTRICT: "huyện", Level.COMMUNE: "xã", Level.VILLAGE: "thôn"}
REMAINDER = "Đơn vị đã kết thúc, số ghi ở cấp này"


@dataclass(frozen=True)
class Head:
    """A column: `sorting` is "ascending", "descending" or ""; `next_sort` is the token that a press asks for."""

    code: str
    name: str
    unit: str
    sorting: str
    next_sort: str
    href: str
    picked: bool


@dataclass(frozen=True)
class Cell:
    shown: Shown
    css: str
    bar: int | None


@dataclass(frozen=True)
class Line:
    name: str
    href: str
    note: str
    reported: str
    cells: list[Cell]
    is_remainder: bool = False


@dataclass(frozen=True)
class Children:
    """`tiers`: (words, address, chosen) of the tiers to choose from; `sorts`: options of the sorting control."""

    tier: str
    heads: list[Head]
    name_head: Head
    lines: list[Line]
    tiers: list[tuple[str, str, str, bool]]
    sorts: list[tuple[str, str, bool]]
    sets: list[tuple[str, str, bool]]
    has_reported: bool
    has_targets: bool
    picked: Head | None
    silent: list[str]


def children(board: Board) -> Children:
    """The table in words."""
    choice = board.choice
    by = choice.sort.removeprefix("-")
    columns = _with_values(board)
    codes = [i.code for i in columns]
    sorted_by = by if by in codes else "name"
    down = choice.sort.startswith("-")
    rows = _sorted(board.rows, sorted_by, down)
    picked = sorted_by if sorted_by in codes else codes[0]
    heads = [_head(board, i.code, i.name, i.unit, sorted_by, down, picked) for i in columns]
    highest = _highest(board.rows, picked)
    reporter = next((i for i in columns if i.source == Indicator.Source.RETURN), None)
    named = Counter(row.area.name for row in rows if row.area)
    twins = {name for name, times in named.items() if times > 1} if board.level == Level.VILLAGE else set()
    lines = [
        _line(board, row, columns, picked=picked, highest=highest, reporter=reporter, twins=twins)
        for row in [*rows, *([board.remainder] if board.remainder else [])]
    ]
    return Children(
        tier=TIERS.get(board.level, ""),
        heads=heads,
        name_head=_head(board, "name", _tier_name(board), "", sorted_by, down, ""),
        lines=lines,
        tiers=[
            (f"{number(n)} {TIERS[level]}", choice.query(level=level), Level(level).identifier, level == board.level)
            for level, n in board.counts.items()
        ],
        sorts=_sorts(columns, sorted_by, down),
        sets=[
            (name, title, layout.columns(name) == layout.columns(choice.columns))
            for name, (title, _) in layout.COLUMN_SETS.items()
        ],
        has_reported=reporter is not None,
        has_targets=any(cell.shown.verdict for line in lines for cell in line.cells),
        picked=next((head for head in heads if head.picked), None),
        silent=[i.name for i in board.columns if i not in columns],
    )


def _with_values(board: Board) -> list[Indicator]:
    """Columns in which some area has a number; a column of nothing but "–" tells nothing. All, if none has any."""
    found = [i for i in board.columns if any(row.figures[i.code].numerator is not None for row in board.rows)]
    return found or board.columns


def _tier_name(board: Board) -> str:
    names: dict[int, str] = {
        Level.PROVINCE: "Tỉnh, thành phố",
        Level.DISTRICT: "Huyện, thị xã, thành phố",
        Level.COMMUNE: "Xã, phường",
        Level.VILLAGE: "Thôn, bản, tổ dân phố",
    }
    return names.get(board.level, "Địa bàn")


def _sorted(rows: list[Row], by: str, down: bool) -> list[Row]:
    """Rows come in Vietnamese order of names; those without a value are last whichever way the others go."""
    if by == "name":
        return rows[::-1] if down else rows
    there = [(value, row) for row in rows if (value := _comparable(row.figures[by])) is not None]
    rest = [row for row in rows if _comparable(row.figures[by]) is None]
    return [row for _, row in sorted(there, key=lambda pair: pair[0], reverse=down)] + rest


def _comparable(figure: Figure) -> Decimal | None:
    return figure.value if figure.comparable else None


def _highest(rows: list[Row], code: str) -> Decimal:
    values = [value for row in rows if (value := _comparable(row.figures[code])) is not None]
    return max(values, default=Decimal(0))


def _head(board: Board, code: str, name: str, unit: str, sorted_by: str, down: bool, picked: str) -> Head:
    sorting = "" if sorted_by != code else "descending" if down else "ascending"
    first = code if code == "name" else f"-{code}"  # names from A, numbers from the highest
    other = f"-{code}" if code == "name" else code
    next_sort = other if sorting and (down == first.startswith("-")) else first
    return Head(code, name, unit, sorting, next_sort, board.choice.query(sort=next_sort), code == picked)


def _sorts(columns: list[Indicator], sorted_by: str, down: bool) -> list[tuple[str, str, bool]]:
    options = [("name", "Tên", sorted_by == "name")]
    for i in columns:
        for token, words in ((f"-{i.code}", "cao đến thấp"), (i.code, "thấp đến cao")):
            chosen = sorted_by == i.code and down == token.startswith("-")
            options.append((token, f"{i.name}, {words}", chosen))
    return options


def _line(
    board: Board,
    row: Row,
    columns: list[Indicator],
    *,
    picked: str,
    highest: Decimal,
    reporter: Indicator | None,
    twins: set[str],
) -> Line:
    """A row in words. `twins`: names that several villages bear, which are told apart by their communes (rule 17)."""
    area = row.area
    cells = [
        _cell(board, area, row.figures[i.code], i.code == picked, highest)
        if area is not None or layout.adds_up(i)
        else EMPTY
        for i in columns
    ]
    if area is None:
        return Line(REMAINDER, "", "", "", cells, is_remainder=True)
    told = row.figures[reporter.code] if reporter else None
    reported = f"{number(told.reporting or 0)}/{number(told.expected)}" if told and told.expected else ""
    ended = area.valid.upper is not None and area.valid.upper <= board.fresh.today
    within = getattr(area, "parent_name", "") if area.name in twins else ""  # annotated by board.below
    return Line(
        name=f"{area.name}, {within}" if within else area.name,
        href=reverse("reports:dashboard", args=[area.pk]) + board.choice.query(sort="", level=0),
        note="(cũ)" if ended else "",
        reported=reported,
        cells=cells,
    )


EMPTY = Cell(Shown("", "", "", "", "", (), "", "", "", None, ""), "", None)


def _cell(board: Board, area: Area | None, figure: Figure, picked: bool, highest: Decimal) -> Cell:
    nth = board.columns.index(figure.indicator)
    target = board.targets.of(figure.indicator, area.pk, board.choice.period) if area else None
    words = shown(
        figure,
        area_id=area.pk if area else board.area.pk,
        choice=board.choice,
        live=f"{area.pk}.{nth}" if area else "",
        target=target,
    )
    value = _comparable(figure)
    css = " is-missing" if words.missing else f" t{words.verdict.step}" if words.verdict else ""
    bar = int(value / highest * 100) if picked and value is not None and highest > 0 else None
    return Cell(words, css + (" is-picked" if picked else ""), bar)
