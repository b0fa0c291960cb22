"""Ways of writing that mean the same: Unicode forms, blanks, case, tone placement, accents left out."""

import re
import unicodedata
from functools import lru_cache

# U+00D0 and U+00F0 (Icelandic eth) look like Đ/đ and come from old fonts; NBSP and its kin are blanks.
_LOOKALIKES = str.maketrans(
    {
        "\u00d0": "Đ",
        "\u00f0": "đ",
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\u3000": " ",
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\ufeff": None,
        "\x00": None,
    }
)
_BLANKS = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
_TONES = dict.fromkeys("\u0300\u0301\u0303\u0309\u0323")
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


@lru_cache(maxsize=100_000)
def tidy(text: str) -> str:
    """One form of a text: NFC, Đ for its lookalike, single ordinary blanks, none at the ends."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text.translate(_LOOKALIKES))).strip()


@lru_cache(maxsize=100_000)
def plain_key(text: str) -> str:
    """`Xã Yên-Thọ ` → `xa yen tho`: no accents, no case, no punctuation."""
    letters = unicodedata.normalize("NFD", tidy(text).lower()).replace("đ", "d")
    return _NOT_WORD.sub(" ", "".join(x for x in letters if not unicodedata.combining(x))).strip()


@lru_cache(maxsize=100_000)
def tone_key(text: str) -> str:
    """Equal for `Hoà Bình`, `HÒA BÌNH` and `Hòa-Bình`, not for `Hoa Bình`: tones stand at the end of their syllable.

    Leading zeros go too, so that `Thôn 01` is `Thôn 1`.
    """
    words = _NOT_WORD.sub(" ", tidy(text).lower()).split()
    return _LEADING_ZEROS.sub("", " ".join(_tone_last(word) for word in words))


@lru_cache(maxsize=20_000)
def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(x for x in letters if x in _TONES)
    return unicodedata.normalize("NFC", "".join(x for x in letters if x not in _TONES)) + tones


def is_plain(text: str) -> bool:
    """Whether a text was typed without accents."""
    return text.isascii()
