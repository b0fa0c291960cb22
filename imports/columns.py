"""What a file of a kind may have: columns, the words that head them, and how each cell is read.

A `Column` is a field of a django-import-export Resource; its widget turns a cell into a value or refuses it. Headers
are compared by `imports.text.plain_key`, so accents, case and punctuation do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db.models import Choices
from import_export import fields, widgets

from imports import values
from imports.text import plain_key
from imports.values import Notes


class CellWidget(widgets.Widget):
    """Reads a cell with one of the functions of `imports.values`; raises Refusal."""

    def __init__(self, reader: Callable[..., Any], **options: Any):
        super().__init__()
        self.read = partial(reader, **options) if options else reader

    def clean(self, value: Any, row: Any = None, notes: Notes | None = None, **kwargs: Any) -> Any:
        return self.read(value, [] if notes is None else notes)


class Column(fields.Field):
    """A column of a kind. `title` is its usual heading; `aliases` are others, in plain letters.

    `required`: a row without it is refused. `carried`: written only on the first line of a block, it holds until the
    next. `element` is the code of the data element whose value the column gives.
    """

    def __init__(
        self,
        title: str,
        reader: Callable[..., Any],
        *,
        aliases: Iterable[str] = (),
        attribute: str | None = None,
        required: bool = False,
        carried: bool = False,
        element: str = "",
        **options: Any,
    ):
        super().__init__(attribute=attribute, column_name=title, widget=CellWidget(reader, **options))
        self.headings = {plain_key(title), *map(plain_key, aliases)}
        self.required = required
        self.carried = carried
        self.element = element


def text(title: str, *, longest: int = 200, **options: Any) -> Column:
    return Column(title, values.text, longest=longest, **options)


def one_of(title: str, choices: type[Choices], *, also: dict[str, str] | None = None, **options: Any) -> Column:
    """A column of one of Django's choices: its labels, and other words for them (words → value)."""
    known = {plain_key(str(label)): value for value, label in choices.choices}
    return Column(
        title,
        values.choice,
        options={**known, **{plain_key(word): value for word, value in (also or {}).items()}},
        labels=[str(label) for label in choices.labels],
        **options,
    )


def district(**options: Any) -> Column:
    return text("Huyện/TX/TP", aliases=DISTRICT, carried=True, longest=150, **options)


def commune(**options: Any) -> Column:
    return text("Xã/Phường/TT", aliases=COMMUNE, carried=True, longest=150, **options)


def village(**options: Any) -> Column:
    return text("Thôn/Bản/TDP", aliases=VILLAGE, carried=True, longest=150, **options)


DISTRICT = (
    "huyện", "quận", "quận/huyện", "quận, huyện", "huyện, thị xã, thành phố", "huyện/thị xã/thành phố",
    "huyện/thành phố",
    "huyện, thành phố", "huyện/quận", "tên huyện", "cấp huyện", "đơn vị cấp huyện", "huyện (cũ)", "huyện cũ",
    "quận/huyện/thị xã", "quận, huyện, thị xã", "huyện/tp", "huyện, tx, tp", "địa bàn huyện", "huyện, thị, thành phố",
)  # fmt: skip
COMMUNE = (
    "xã", "phường", "xã/phường", "xã, phường", "xã/phường/thị trấn", "xã, phường, thị trấn", "phường/xã", "phường, xã",
    "phường/xã/thị trấn", "phường, xã, thị trấn", "xã, thị trấn", "xã/thị trấn", "tên xã", "cấp xã", "đơn vị cấp xã",
    "xã/phường/đặc khu", "xã, phường, đặc khu", "xã/phường mới", "xã phường mới", "xã mới", "phường xã mới",
    "địa bàn xã",
    "tên đơn vị cấp xã", "ubnd xã", "xã/tt", "xã, tt", "xã p tt", "xã, phường, tt", "tên xã phường",
    "tên xã, phường, thị trấn",
)  # fmt: skip
OLD_COMMUNE = (
    "thuộc xã/phường cũ", "thuộc xã phường cũ", "xã/phường cũ", "xã, phường cũ", "xã cũ", "xã phường thị trấn cũ",
    "thuộc xã cũ", "thuộc xã, phường, thị trấn cũ", "trước đây thuộc xã", "xã/phường/thị trấn cũ", "xã/phường/tt cũ",
    "xã, phường, thị trấn (cũ)", "phường/xã cũ",
)  # fmt: skip
VILLAGE = (
    "thôn", "bản", "xóm", "ấp", "khóm", "tổ dân phố", "tdp", "khu phố", "khối phố", "khối", "buôn", "làng", "tiểu khu",
    "thôn/bản", "thôn, bản", "thôn/tổ dân phố", "thôn, tổ dân phố", "thôn/bản/tổ dân phố", "thôn, bản, tổ dân phố",
    "thôn, bản, tdp", "thôn bản tổ dân phố", "thôn/tdp", "thôn, tdp", "ấp/khóm", "ấp, khóm", "khóm/ấp", "khóm, ấp",
    "thôn/ấp", "thôn, ấp", "xóm/tổ dân phố", "xóm, tổ dân phố", "thôn/xóm", "tên thôn", "thôn, xóm", "thôn/khối phố",
    "tên thôn/bản/tdp", "tên thôn, bản, tổ dân phố", "thôn/ấp/khu phố", "ấp/khu phố", "ấp, khu phố", "thôn/khu phố",
    "thôn, khu phố", "khu dân cư", "địa bàn thôn",
)  # fmt: skip

SERIAL = frozenset(map(plain_key, ("stt", "tt", "số tt", "số thứ tự", "thứ tự", "no", "#", "s.t.t", "t.t")))

# What our own workbooks of refused rows add.
OURS = frozenset(map(plain_key, ("Lý do",)))

# Personal data that the portal never keeps (domain.md §0.9, design.md "Facts"): word patterns on the plain heading.
SENSITIVE = re.compile(
    r"\b(?:dan toc|ton giao|dang vien|vao dang|ngay vao dang|ket nap dang|cccd|cmnd|cmt|cmtnd|can cuoc|chung minh"
    r"|so dinh danh|ma dinh danh ca nhan|dinh danh ca nhan|ho chieu|tien an|tien su|nhom mau|suc khoe ca nhan)\b"
)

_AFTERTHOUGHTS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def heading_keys(titles: list[str]) -> list[str]:
    """Keys by which a heading of one to three lines may be known, best first: its last line, all lines, its first."""
    lines = [line for line in dict.fromkeys(titles) if line]
    if not lines:
        return []
    tries = [lines[-1], " ".join(lines), " ".join(reversed(lines)), lines[0]]
    keys: list[str] = []
    for line in tries:
        keys += [plain_key(line), plain_key(_AFTERTHOUGHTS.sub(" ", line))]
    return [key for key in dict.fromkeys(keys) if key]


def is_sensitive(titles: list[str]) -> bool:
    """Whether a column holds what the portal never keeps."""
    return any(SENSITIVE.search(key) for key in heading_keys(titles))
