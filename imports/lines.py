"""What lines beside the rows say: sections, totals, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from areas.models import Level
from imports.text import plain_key, tidy

# -- Kinds of places, as words before a name ---------------------------------------------------------------------------

# A word may stand for two levels: a Thành phố is a province or a district.
KINDS: dict[str, tuple[Level, ...]] = {
    "tỉnh": (Level.PROVINCE,),
    "thành phố": (Level.DISTRICT, Level.PROVINCE),
    "thị xã": (Level.DISTRICT,),
    "huyện": (Level.DISTRICT,),
    "quận": (Level.DISTRICT,),
    "xã": (Level.COMMUNE,),
    "phường": (Level.COMMUNE,),
    "thị trấn": (Level.COMMUNE,),
    "đặc khu": (Level.COMMUNE,),
    **dict.fromkeys(
        (
            "thôn", "bản", "xóm", "ấp", "khóm", "khối phố", "khối", "tổ dân phố", "buôn", "làng", "khu phố", "tiểu khu",
            "phum", "sóc", "plei", "bon", "tổ nhân dân", "khu dân cư", "cụm dân cư", "xóm bản", "khu",
        ),
        (Level.VILLAGE,),
    ),
}  # fmt: skip
_SHORT = {
    "tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "t": "tỉnh", "h": "huyện", "q": "quận", "x": "xã",
    "p": "phường",
    "đk": "đặc khu", "dk": "đặc khu", "tdp": "tổ dân phố", "tdph": "tổ dân phố", "kp": "khu phố", "tk": "tiểu khu",
    "tổ dp": "tổ dân phố",
}  # fmt: skip
_PLAIN_KINDS = {plain_key(kind): kind for kind in KINDS}

_FULL = re.compile(rf"^({'|'.join(sorted(KINDS, key=len, reverse=True))})(?:\s*[:.]\s*|\s+)(\S.*)$", re.IGNORECASE)
_FULL_PLAIN = re.compile(
    rf"^({'|'.join(sorted(_PLAIN_KINDS, key=len, reverse=True))})(?:\s*[:.]\s*|\s+)(\S.*)$", re.IGNORECASE
)
_ABBREVIATED = re.compile(
    rf"^({'|'.join(sorted(_SHORT, key=len, reverse=True))})(?:\s*[.:]\s*|\s+|(?=\d))(\S.*)$", re.IGNORECASE
)


def split_kind(text: str) -> tuple[str, str] | None:
    """`TP. Thanh Hóa` → ("thành phố", "Thanh Hóa"); None where no kind stands before the name.

    Accents count where there are some: “Xà Phìn” is no xã.
    """
    if found := _FULL.match(text):
        return tidy(found[1]).lower(), found[2]
    if text.isascii() and (found := _FULL_PLAIN.match(text)):
        return _PLAIN_KINDS[found[1].lower()], found[2]
    if found := _ABBREVIATED.match(text):
        return _SHORT[found[1].lower()], found[2]
    return None


# -- Sections ----------------------------------------------------------------------------------------------------------

_NUMBERING = re.compile(r"^(?:(?:mục|phần)\s+)?(?:[IVXLC]+|[A-ZĐ]|\d{1,2})(?:\s*[.)/:–-]\s*)+(?=\S)")
_LEVEL_WORDS = re.compile(r"^(?:tổ\s+.*?)?cấp\s+(tỉnh|huyện|quận|xã|phường|thôn|ấp|bản|khóm)", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """What the section lines above a row say: the text of a place by level, from the widest to the narrowest."""

    province: str = ""
    district: str = ""
    commune: str = ""
    village: str = ""
    unknown: str = ""

    def enter(self, level: Level, text: str) -> Section:
        """This section with a place; what is narrower than it ends."""
        if level == Level.PROVINCE:
            return Section(province=text)
        if level == Level.DISTRICT:
            return replace(self, district=text, commune="", village="", unknown="")
        if level == Level.COMMUNE:
            return replace(self, commune=text, village="", unknown="")
        return replace(self, village=text, unknown="")

    def loose(self, text: str) -> Section:
        """This section under a line that names no kind of place; it may still be a commune's bare name."""
        return replace(self, commune="", village="", unknown=text)


def section_in(line: str, current: Section) -> Section | None:
    """The section that a line opens, or None where it opens none."""
    text = _NUMBERING.sub("", line, count=1).strip(" :.-–")
    if not text:
        return None
    if _LEVEL_WORDS.match(text):
        return replace(current, commune="", village="", unknown="")
    if (split := split_kind(text)) and len(text.split()) <= 9:
        return current.enter(KINDS[split[0]][0], text)
    return None


# -- Totals and notes --------------------------------------------------------------------------------------------------

_TOTAL = re.compile(
    r"^(tổng cộng|cộng|tổng số|tổng|tong cong|cong|tong so)"
    r"(?:\s*[:;.,(–-].*|\s+(?:cộng|số|toàn|tỉnh|huyện|thị xã|thành phố|xã|phường|thị trấn|thôn|các|chung|cả|theo"
    r"|mục|phần|nhóm|trang|[ivx]+|\d).*)?$"
)
_PART = re.compile(r"^(?:cộng|cong)\b|\b(?:xã|phường|thị trấn|thôn|mục|phần|nhóm|trang)\b")
_NOTE = re.compile(
    r"^(?:ghi chú|lưu ý|nơi nhận|người lập|người tổng hợp|lập biểu|ngày\s.*tháng|.{0,40},?\s*ngày\s.*tháng\s.*năm"
    r"|thủ trưởng|tm\.|kt\.|tl\.|chủ tịch|phó chủ tịch|giám đốc|phó giám đốc|lãnh đạo|xác nhận|ký tên|\(ký|\(\*+\)|\*)",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(\d[\d.,]*)\s*([^\W\d]+(?:\s+[^\W\d]+){0,3})")
_UNITS = {
    "tổ": "teams", "thành viên": "members", "tv": "members", "người": "members", "lớp": "classes",
    "lượt": "attendances",
    "học viên": "people", "hoạt động": "rows", "báo cáo": "rows", "thôn": "villages", "ấp": "villages",
    "xã": "communes",
}  # fmt: skip


@dataclass(frozen=True)
class PrintedTotal:
    """A number that a total line prints, and the records it speaks of: those of `table` from `first` to before `end`.

    `unit` is a field whose column it stands in, or what is counted (`teams`, `members`, …).
    """

    row: int
    label: str
    unit: str
    printed: int
    table: int
    first: int
    end: int


def is_total(text: str) -> str:
    """`whole` for a total of the table, `part` for a sub-total, "" for any other text."""
    lowered = tidy(text).lower()
    if not _TOTAL.match(lowered):
        return ""
    return "part" if _PART.search(lowered) else "whole"


def is_note(text: str) -> bool:
    """Whether a line under the rows is a note, a place and date, or a signature."""
    return bool(_NOTE.match(tidy(text)))


def printed_in(said: Sequence[tuple[int, Any]], fields: Mapping[int, str]) -> list[tuple[str, int]]:
    """The numbers of a total line with what they count. `fields` names the field of each column."""
    printed: list[tuple[str, int]] = []
    for place, cell in said:
        if isinstance(cell, str):
            text = tidy(cell)
            pairs = [(unit, _digits(number)) for number, words in _PRINTED.findall(text) if (unit := _unit(words))]
            if not pairs and place in fields and re.fullmatch(r"\d[\d., ]*", text):
                pairs = [(fields[place], _digits(text))]
            printed += pairs
        elif isinstance(cell, float) and cell.is_integer() and place in fields:
            printed.append((fields[place], int(cell)))
    return printed


def _unit(words: str) -> str:
    """What is counted, by the longest beginning of the words that is known."""
    parts = words.lower().split()
    return next((_UNITS[" ".join(parts[:n])] for n in range(len(parts), 0, -1) if " ".join(parts[:n]) in _UNITS), "")


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))
