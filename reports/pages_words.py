"""A figure as pages write it: qualifier, number, unit, marks in words, distance to target, change in a year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from cnscd_portal.templatetags.vietnamese import MISSING, number, rate
from reports.figures import Figure
from reports.forms import Choice
from reports.models import Indicator

QUALIFIERS = {"exact": "", "over": "trên", "under": "gần", "about": "khoảng"}
ENOUGH = Decimal("0.9")  # of the units must have reported before two periods are compared
SAME = Decimal("0.01")  # a change of one per cent is no change
NEAR = Decimal("0.9")  # of the target
NOT_COMPARABLE = "Chưa so được"
STEPS = tuple(Decimal(step) for step in ("0.5", "0.75", "0.9", "1", "1.1", "1.25"))


@dataclass(frozen=True)
class Verdict:
    """How far from the target: a shape and a word, and the step of the colour (0–6)."""

    symbol: str
    word: str
    css: str
    step: int


@dataclass(frozen=True)
class Shown:
    """A figure in words. `text` is "–" where there is none, and `reason` says why; `href` leads to its why. Of a count
    that is not comparable `known` is the part that is known for sure (F11).
    """

    code: str
    name: str
    text: str
    unit: str
    qualifier: str
    marks: tuple[str, ...]
    reason: str
    href: str
    live: str
    verdict: Verdict | None
    target: str
    known: str = ""

    @property
    def missing(self) -> bool:
        return self.text == MISSING

    @property
    def said(self) -> str:
        """Marks and reason as one text, for beside the number: "tạm tính, ước"."""
        return ", ".join((*self.marks, self.reason) if self.reason else self.marks)

    @property
    def whole(self) -> str:
        """Qualifier, number and unit: "trên 23.113 lượt"."""
        return " ".join(part for part in (self.qualifier, self.text, "" if self.missing else self.unit) if part)


@dataclass(frozen=True)
class Change:
    """Against the same period a year before; `tone` is a class where the indicator has a direction."""

    text: str
    tone: str = ""


def value_text(indicator: Indicator, value: Decimal | None) -> str:
    """The number without its unit: 0.9478 → "94,78" for a rate, 4351 → "4.351", a mean with two decimals."""
    if value is None:
        return MISSING
    if indicator.unit == "%":
        return rate(value)
    return number(value, 2) if is_rate(indicator) else number(value)


def is_rate(indicator: Indicator) -> bool:
    """Whether it is divided: a per cent or a mean."""
    return any(term.part == "den" for term in indicator.terms.all())


def why_address(area_id: int, code: str, choice: Choice) -> str:
    """The page behind a number. The area comes last: what repeats from row to row of a table is then one piece."""
    return "/why/?" + urlencode({"indicator": code, **choice.tokens(), "area": area_id})


def shown(figure: Figure, *, area_id: int, choice: Choice, live: str = "", target: Decimal | None = None) -> Shown:
    """A figure in words. `target` is in the indicator's own terms: 0.8 for 80 %."""
    indicator = figure.indicator
    judged = verdict(figure, target)
    value = figure.value if figure.comparable else None
    return Shown(
        code=indicator.code,
        name=indicator.name,
        text=value_text(indicator, value),
        unit=indicator.unit,
        qualifier=QUALIFIERS[figure.qualifier] if value is not None else "",
        marks=marks(figure),
        reason=figure.reason,
        href=why_address(area_id, indicator.code, choice),
        live=live,
        verdict=judged,
        target=target_text(indicator, target) if judged else "",
        known=value_text(indicator, figure.value) if value is None and figure.value is not None else "",
    )


def marks(figure: Figure) -> tuple[str, ...]:
    """Words about a number that stands."""
    if figure.value is None or not figure.comparable:
        return ()
    words = [("tạm tính", figure.provisional), ("ước", figure.estimated), ("quy đổi", figure.restated)]
    return tuple(word for word, holds in words if holds)


def target_text(indicator: Indicator, target: Decimal | None) -> str:
    """80 % of a rate is "80 %", a count has its unit."""
    if target is None:
        return ""
    if indicator.unit == "%":
        return f"{number(target * 100)} %"
    return f"{number(target)} {indicator.unit}"


def verdict(figure: Figure, target: Decimal | None) -> Verdict | None:
    """Where the value stands against its target; None without one, or without a comparable value."""
    value, indicator = figure.value, figure.indicator
    if value is None or not target or not figure.comparable or indicator.direction == Indicator.Direction.NONE:
        return None
    reached = (
        value / target if indicator.direction == Indicator.Direction.UP else target / value if value else STEPS[-1]
    )
    step = sum(reached >= edge for edge in STEPS)
    if reached >= 1:
        return Verdict("●", "Đạt", "is-met", step)
    if reached >= NEAR:
        return Verdict("◐", "Gần đạt", "is-near", step)
    return Verdict("○", "Chưa đạt", "is-missed", step)


def change(now: Figure, before: Figure, *, unit: str, running: bool) -> Change:
    """Against the same period a year before: only of ended periods, comparable values, and where enough has been
    reported. `unit`: what n of N counts; `running`: the period has not ended.
    """
    if now.value is None or not now.comparable:
        return Change("")  # the figure itself says why there is none
    why_not = "kỳ này chưa kết thúc" if running else _not_comparable(now, before, unit=unit)
    if why_not:
        return Change(f"{NOT_COMPARABLE}: {why_not}")
    assert before.value is not None  # else it could not be compared
    indicator = now.indicator
    difference = now.value - before.value
    still = abs(difference) <= SAME * abs(before.value)
    if still:
        return Change("▬ Không đổi")
    if indicator.unit == "%":
        amount = f"{number(abs(difference) * 100, 2)} điểm %"
    else:
        amount = value_text(indicator, abs(difference))
    words = f"▲ Tăng {amount}" if difference > 0 else f"▼ Giảm {amount}"
    if indicator.direction == Indicator.Direction.NONE:
        return Change(words)
    better = (difference > 0) == (indicator.direction == Indicator.Direction.UP)
    return Change(f"{words}, {'tốt lên' if better else 'xấu đi'}", "is-better" if better else "is-worse")


def _not_comparable(now: Figure, before: Figure, *, unit: str) -> str:
    """Why two periods cannot be compared; "" if they can."""
    for figure, name in ((now, "kỳ này"), (before, "kỳ trước")):
        if figure.value is None or not figure.comparable:
            return f"{name} {figure.reason}"
        if figure.expected is not None and (figure.reporting or 0) < ENOUGH * figure.expected:
            return f"{name} mới có {number(figure.reporting or 0)}/{number(figure.expected)} {unit}"
    return ""
