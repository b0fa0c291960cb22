"""The page behind a number in words: the formula, how it is counted, what adds up to it, whether the rows agree."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from activities.models import DataElement
from activities.periods import Period
from areas.models import Area
from cnscd_portal.templatetags.vietnamese import MISSING, day, moment, number
from reports.facts import facts_of
from reports.models import Basis, Indicator
from reports.pages_board import counts_unit, period_sentence
from reports.pages_table import REMAINDER
from reports.pages_words import QUALIFIERS, Shown, is_rate, shown, value_text, why_address
from reports.why import Why

ONCE = {
    "active_members": "Một người chỉ đếm một lần, nên các địa bàn cộng lại có thể lớn hơn.",
    "active_members_trained": "Một người chỉ đếm một lần, nên các địa bàn cộng lại có thể lớn hơn.",
}


@dataclass(frozen=True)
class Part:
    """A numerator or denominator: "2.400 người", and the address of its rows."""

    element: DataElement
    text: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class ChildLine:
    name: str
    href: str
    numerator: str
    denominator: str
    value: str
    note: str


@dataclass(frozen=True)
class Below:
    """Totals are of the lines, remainder included; `agrees`: they are the number; `once` says why they need not be."""

    lines: list[ChildLine]
    total_numerator: str
    total_denominator: str
    agrees: bool
    once: str


def formula(why: Why) -> tuple[str, str]:
    """("15,00 %", "2.400 người ÷ 15.995 người"): the number, and what it is made of ("" for a plain count)."""
    words = figure(why)
    if not is_rate(why.indicator):
        return words.whole, ""
    num, den = _side(why, "num"), _side(why, "den")
    return words.whole, f"{num} ÷ {den}"


def figure(why: Why) -> Shown:
    return shown(why.figure, area_id=why.area.pk, choice=why.choice)


def _side(why: Why, part: str) -> str:
    terms = [t for t in why.indicator.terms.all() if t.part == part]
    value = why.figure.numerator if part == "num" else why.figure.denominator
    unit = terms[0].element.unit if terms else ""
    return f"{number(value)} {unit}" if value is not None else f"{MISSING} {unit}"


def sentence(why: Why) -> str:
    """What can be said in a meeting: number, what it is made of, place, period, boundaries, source, moment."""
    value, made_of = formula(why)
    equals = f"{value} = {made_of}" if made_of else value
    return (
        f"{why.indicator.name}, {why.area.name}, {period_sentence(why.choice.period)}, địa giới "
        f"{why.choice.basis.label.lower()}: {equals}. Nguồn: {why.indicator.get_source_display()}, "
        f"cập nhật {moment(why.fresh.fresh_at)}."
    )


def steps(why: Why) -> list[str]:
    """How it is counted, a sentence each."""
    period = why.choice.period
    said = []
    if is_rate(why.indicator):
        said.append("Cộng tử số và mẫu số của mọi nơi trước, chia một lần sau cùng. Không lấy trung bình các tỷ lệ.")
    for element in why.elements:
        said.append(f"{element.name}: {_when(element, period)} {facts_of(element).counted}")
    said.append(_boundaries(why))
    if why.figure.expected is not None:
        unit = counts_unit(why.indicator, period)
        said.append(f"Đã có {number(why.figure.reporting or 0)}/{number(why.figure.expected)} {unit}.")
    if not why.figure.comparable:
        known = value_text(why.indicator, why.figure.value) if why.figure.value is not None else MISSING
        said.append(f"Không so sánh được: một phần nằm ở đơn vị đã chia, chưa có tỷ lệ chia. Phần biết chắc: {known}.")
    if why.figure.qualifier != "exact":
        said.append(f"Có số gốc ghi “{QUALIFIERS[why.figure.qualifier]}”, Cổng giữ nguyên chữ đó.")
    if why.figure.provisional:
        said.append("Tạm tính: còn dòng chưa duyệt, hoặc còn báo cáo chưa nộp.")
    if why.figure.estimated:
        said.append("Ước: có số ước thực hiện, hoặc phần chia theo tỷ lệ.")
    return said


def _when(element: DataElement, period: Period) -> str:
    if facts_of(element).standing:
        return f"tính đến ngày {day(period.end)}."
    return f"cộng từ {day(period.start)} đến {day(period.end)}."


def _boundaries(why: Why) -> str:
    if why.choice.basis == Basis.TODAY:
        return "Địa giới hiện hành: số của đơn vị cũ cộng vào đơn vị kế thừa (quy đổi)."
    return "Địa giới tại thời điểm: mỗi số thuộc đơn vị của ngày phát sinh, số hiện có theo ngày cuối kỳ."


def parts(why: Why) -> list[Part]:
    """The elements whose rows can be listed."""
    return [
        Part(
            e,
            f"{e.name}: {number(why.amounts[e.code].amount) if why.amounts[e.code].postings else MISSING} {e.unit}",
            _address(why, element=e.code) + "#facts",
            e.code == why.element.code,
        )
        for e in why.elements
    ]


def below(why: Why) -> Below | None:
    """The areas one tier below; None where nothing stands below."""
    if not why.children:
        return None
    lines = [
        ChildLine(
            name=_name(row.area, why.fresh.today) if row.area else REMAINDER,
            href=why_address(row.area.pk, why.indicator.code, why.choice) if row.area else "",
            numerator=number(row.figures[why.indicator.code].numerator),
            denominator=number(row.figures[why.indicator.code].denominator),
            value=value_text(why.indicator, row.figures[why.indicator.code].value),
            note=row.figures[why.indicator.code].reason,
        )
        for row in why.children
    ]
    if why.remainder:
        rest = why.remainder
        lines.append(ChildLine(REMAINDER, "", number(rest.numerator), number(rest.denominator), MISSING, ""))
    figures = [row.figures[why.indicator.code] for row in why.children] + ([why.remainder] if why.remainder else [])
    num = sum((f.numerator or Decimal(0) for f in figures), Decimal(0))
    den = sum((f.denominator or Decimal(0) for f in figures), Decimal(0))
    agrees = num == (why.figure.numerator or 0) and (not is_rate(why.indicator) or den == (why.figure.denominator or 0))
    once = "" if agrees else next((ONCE[e.code] for e in why.elements if e.code in ONCE), "")
    return Below(lines, number(num), number(den), agrees, once)


def _name(area: Area, today: datetime.date) -> str:
    """ "Huyện Yên Định (cũ)" where the unit has ended by the day (rule 18)."""
    ended = area.valid.upper is not None and area.valid.upper <= today
    return f"{area.name} (cũ)" if ended else area.name


def rows_sentence(why: Why) -> str:
    """Whether the rows make the number."""
    if why.listed is None:
        return ""
    total = f"{number(why.listed.total)} {why.element.unit}"
    if not why.difference:
        return f"{number(why.listed.rows)} dòng, cộng được {total}. Tổng các dòng bằng con số trên."
    gap = number(abs(why.difference))
    if why.fresh.waiting:
        return f"{number(why.listed.rows)} dòng, cộng được {total}. Lệch {gap}: số đang được cộng lại."
    return f"{number(why.listed.rows)} dòng, cộng được {total}. Lệch {gap}. Đã báo quản trị."


def unknown_sentence(why: Why) -> str:
    if why.listed is None or not why.listed.unknown:
        return ""
    return f"{number(why.listed.unknown)} dòng ở đơn vị đã chia, chưa có tỷ lệ chia, không cộng vào số trên."


def pager(why: Why) -> dict[str, str]:
    """Addresses of the pages of rows before and after."""
    if why.listed is None:
        return {}
    before, after = why.listed.previous_offset, why.listed.next_offset
    return {
        "previous": "" if before is None else _address(why, element=why.element.code, offset=before),
        "next": "" if after is None else _address(why, element=why.element.code, offset=after),
        "shown": f"Dòng {number(why.listed.offset + 1)}–{number(why.listed.offset + len(why.rows))}",
    }


def _address(why: Why, *, element: str, offset: int = 0) -> str:
    tokens = {"indicator": why.indicator.code, **why.choice.tokens(), "area": why.area.pk, "element": element}
    return "/why/?" + urlencode(tokens | ({"offset": offset} if offset else {}))


def amount_text(amount: Decimal, share: Decimal | None) -> str:
    """What a row counts for: its amount, or the part of it that counts here."""
    if share is None:
        return f"{number(amount)} (chưa rõ tỷ lệ)"
    if share == 1:
        return number(amount)
    return f"{number(amount * share)} (một phần của {number(amount)})"


def target_sentence(indicator: Indicator) -> str:
    if indicator.target is None:
        return ""
    target = f"{number(indicator.target * 100)} %" if indicator.unit == "%" else number(indicator.target)
    return f"Chỉ tiêu chung: {target}."
