"""What is wrong or odd in a return: a part larger than its whole cannot be; a jump is asked about (domain §1, §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from activities.models import DataElement, ReturnValue
from cnscd_portal.templatetags.vietnamese import number

# part → whole: the part counts some of the things that the whole counts, on the same day or in the same period.
WHOLES = {
    "dossiers_online": "dossiers_received",
    "dossiers_e_result": "dossiers_result_due",
    "dossiers_digitised": "dossiers_received",
    "dossiers_reusing_data": "dossiers_received",
    "dossiers_paid_online": "dossiers_with_fee",
    "payment_account_holders": "population_15",
    "population_15": "population",
    "adults": "population",
    "working_age_population": "population",
    "households": "population",
    "households_guided": "households",
    "seller_households": "households",
    "zalo_group_households": "households",
    "traders_with_qr": "traders",
    "ehealth_records": "population",
    "people_with_digital_skills": "working_age_population",
    "vneid_skill_certified": "population",
}
# Numbers of people and households go down as well as up; only a large step of them is odd.
MOVING = {"population", "population_15", "adults", "working_age_population", "households", "traders"}
MOVING_STEP = Decimal("0.1")
# A flow is odd where it is this many times the one before, or its share, and not small.
JUMP = 3
SMALL = 10
# Of so many figures, at least this share the same as in the period before is odd.
MANY = 5
SAME = Decimal("0.8")

_LOOSE_WHOLE = {ReturnValue.Qualifier.OVER, ReturnValue.Qualifier.ABOUT}
_LOOSE_PART = {ReturnValue.Qualifier.UNDER, ReturnValue.Qualifier.ABOUT}


@dataclass(frozen=True)
class Entry:
    """One figure of a return as typed; `reason` explains what looks odd."""

    value: Decimal
    qualifier: str = ReturnValue.Qualifier.EXACT
    reason: str = ""


def impossible(entries: Mapping[str, Entry], elements: Mapping[str, DataElement]) -> dict[str, str]:
    """{code of the part: sentence} of figures that cannot both be true. "Gần", "khoảng", "trên" leave room, so figures
    with them are only asked about (`odd`)."""
    return {
        part: _sentence(part, whole, entries, elements, "Sửa một trong hai.")
        for part, whole in _too_large(entries)
        if entries[part].qualifier not in _LOOSE_PART and entries[whole].qualifier not in _LOOSE_WHOLE
    }


def odd(
    entries: Mapping[str, Entry], before: Mapping[str, Decimal], elements: Mapping[str, DataElement]
) -> dict[str, str]:
    """{code: sentence} of figures that may be right but want a reason. `before`: the figures of the period before."""
    found = {
        part: _sentence(part, whole, entries, elements, "Đúng thì ghi lý do.") for part, whole in _too_large(entries)
    }
    for code, entry in entries.items():
        old = before.get(code)
        if old is None or code in found:
            continue
        if sentence := _change(elements[code], old, entry.value):
            found[code] = sentence
    return found


def repeated(entries: Mapping[str, Entry], before: Mapping[str, Decimal]) -> str:
    """A sentence where most figures are exactly those of the period before, else ""."""
    both = [code for code in entries if code in before]
    same = [code for code in both if entries[code].value == before[code]]
    if len(both) < MANY or len(same) < SAME * len(both):
        return ""
    return f"{len(same)}/{len(both)} ô giống hệt kỳ trước. Xem lại trước khi gửi."


def _too_large(entries: Mapping[str, Entry]) -> list[tuple[str, str]]:
    return [
        (part, whole)
        for part, whole in WHOLES.items()
        if part in entries and whole in entries and entries[part].value > entries[whole].value
    ]


def _sentence(
    part: str, whole: str, entries: Mapping[str, Entry], elements: Mapping[str, DataElement], end: str
) -> str:
    return (
        f"{elements[part].name}: {number(entries[part].value)}, nhiều hơn {number(entries[whole].value)} "
        f"({elements[whole].name[:1].lower()}{elements[whole].name[1:]}). {end}"
    )


def _change(element: DataElement, old: Decimal, new: Decimal) -> str:
    told = f"Kỳ trước {number(old)}, kỳ này {number(new)}."
    if element.kind == DataElement.Kind.STOCK:
        if element.code in MOVING:
            step = abs(new - old) > MOVING_STEP * old
            return f"{told} Đúng thì ghi lý do." if step else ""
        return f"{told} Lý do giảm?" if new < old else ""
    if max(old, new) < SMALL:
        return ""
    if new > JUMP * old or new * JUMP < old:
        return f"{told} Đúng thì ghi lý do."
    return ""
