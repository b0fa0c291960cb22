"""One cell into one value, or a refusal that says what to mend.

Cells come as calamine gives them: str, float (every number), bool, date, datetime, time, timedelta, or "" for blank.
Each function takes such a cell and a list that it may add warnings to, (code, sentence); a blank cell is None.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import phonenumbers

from imports.errors import Refusal
from imports.text import plain_key, tidy

Notes = list[tuple[str, str]]

_NOTHING = {"", "-", "–", "—", "...", "…", "/"}
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#DATA!"}
_EXCEL_EPOCH = datetime.date(1899, 12, 30)
_LARGEST = 2_147_483_647
_FEW = 4


class Count(NamedTuple):
    """A count with the reporter's qualifier (`exact`, `over`, `under`, `about`)."""

    value: int
    qualifier: str = "exact"


def shown(cell: Any) -> str:
    """A cell as its reader saw it, for messages: 4351.0 → "4351", 4.351 → "4,351", dates as dd/mm/yyyy."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", ",")
    if isinstance(cell, datetime.datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if cell.time() != datetime.time() else f"{cell:%d/%m/%Y}"
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)


def is_blank(cell: Any) -> bool:
    """Whether a cell says nothing; a dash does not either."""
    return cell is None or (isinstance(cell, str) and tidy(cell) in _NOTHING)


def words(cell: Any) -> str:
    """A cell as one line of text. Refuses Excel's error values."""
    text = tidy(shown(cell))
    if text in _EXCEL_ERRORS:
        raise Refusal("error_cell", f"Ô này là lỗi {text} của Excel. Nhập lại giá trị.")
    # A leading apostrophe is how refused cells that look like formulas are given back.
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


# -- Text --------------------------------------------------------------------------------------------------------------


def text(cell: Any, notes: Notes, *, longest: int) -> str | None:
    if is_blank(cell):
        return None
    found = words(cell)
    if len(found) > longest:
        raise Refusal("too_long", f"Dài {len(found)} ký tự, nhận đến {longest}. Viết ngắn lại.")
    return found


_ABBREVIATED = re.compile(r"\b[A-ZĐ]\.")


def person(cell: Any, notes: Notes) -> str | None:
    """A person's name; one in capitals is written as names are."""
    found = text(cell, notes, longest=120)
    if found is None:
        return None
    if any(x.isdigit() for x in found):
        raise Refusal("name_has_digits", "Họ tên có chữ số. Sửa lại họ tên.")
    if found.isupper() and len(found) > 2 and not _ABBREVIATED.search(found):
        found = " ".join(word.capitalize() for word in found.split())
    return found


def choice(
    cell: Any, notes: Notes, *, options: Mapping[str, str], labels: list[str], otherwise: str = ""
) -> str | None:
    """One of a closed list. `options` maps plain keys of all accepted words to the stored value.

    Words that nobody knows are refused, or where `otherwise` is given stand for it, with a warning.
    """
    if is_blank(cell):
        return None
    found = words(cell)
    try:
        return options[plain_key(found)]
    except KeyError:
        if otherwise:
            notes.append(("other_choice", f"Không hiểu “{found}”, ghi là Khác."))
            return otherwise
        near = difflib.get_close_matches(found, labels, n=len(labels), cutoff=0.5)
        ordered = [*near, *(label for label in labels if label not in near)]
        hint = f"Chọn: {'; '.join(labels)}." if len(labels) <= _FEW else "Chọn một trong các gợi ý."
        raise Refusal("unknown_choice", f"Không hiểu “{found}”. {hint}", ordered) from None


_YES = {"co", "x", "v", "1", "yes", "y", "true", "dung", "roi"}
_NO = {"khong", "ko", "k", "0", "no", "n", "false", "chua"}


def yes_no(cell: Any, notes: Notes) -> bool | None:
    if isinstance(cell, bool):
        return cell
    if is_blank(cell):
        return None
    found = words(cell)
    if found in {"✓", "✔", "☑", "√", "ü"}:
        return True
    key = plain_key(found)
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise Refusal("not_yes_no", f"“{found}”: ghi Có hoặc Không.", ["Có", "Không"])


# -- Counts ------------------------------------------------------------------------------------------------------------

_QUALIFIERS = {
    "hơn": "over", "trên": "over", "ít nhất": "over", "gần": "under", "dưới": "under", "khoảng": "about",
    "ước": "about",
    "hon": "over", "tren": "over", "gan": "under", "duoi": "under", "khoang": "about",
}  # fmt: skip
_QUALIFIED = re.compile(rf"^({'|'.join(_QUALIFIERS)})\s+(.*)$")
_MAGNITUDES = {"nghìn": 10**3, "ngàn": 10**3, "nghin": 10**3, "triệu": 10**6, "tr": 10**6, "trieu": 10**6, "tỷ": 10**9}
_NUMBER = re.compile(r"^([+-]?[\d.,\s]*\d)\s*(\D*)$")
_GROUPED = re.compile(r"^\d{1,3}(?:([., ])\d{3})(?:\1\d{3})*$")
_GROUPED_THEN_DECIMALS = re.compile(r"^(\d{1,3}(?:\.\d{3})+),(\d+)$|^(\d{1,3}(?:,\d{3})+)\.(\d+)$")
_DECIMAL = re.compile(r"^(\d+)[.,](\d+)$")


def count(cell: Any, notes: Notes) -> Count | None:
    """A whole number of things, 0 or more.

    `4.351` and `307,250` are thousands; the float 4.351 is what an English Excel makes of a typed 4.351, so it is
    asked back, never guessed (domain.md, Traps).
    """
    if is_blank(cell):
        return None
    if isinstance(cell, bool):
        raise Refusal("not_a_number", f"“{shown(cell)}” chưa phải số. Nhập số nguyên.")
    if isinstance(cell, (int, float)):
        return Count(_whole(float(cell)))
    if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
        raise Refusal("not_a_number", f"Ô này đang là ngày giờ ({shown(cell)}). Nhập số nguyên.")
    return _count_in_words(words(cell), notes)


def _whole(number: float) -> int:
    if not math.isfinite(number):
        raise Refusal("not_a_number", "Ô này chưa phải số. Nhập số nguyên.")
    if number.is_integer():  # nearly every cell
        return _in_range(int(number))
    nearest = round(number)
    if abs(number - nearest) > 1e-9:
        thousands = round(number * 1000)
        if 0 < number < 1000 and abs(number * 1000 - thousands) < 1e-6:
            meant = f"{thousands:,}".replace(",", ".")
            raise Refusal("thousands", f"{shown(number)} trong cột đếm: có phải {meant}?", [meant])
        raise Refusal("not_whole", f"{shown(number)} trong cột đếm: nhập số nguyên.")
    return _in_range(nearest)


def _in_range(number: int) -> int:
    if number < 0:
        raise Refusal("negative", f"{number} là số âm. Nhập số từ 0 trở lên.")
    if number > _LARGEST:
        raise Refusal("too_large", "Số quá lớn. Kiểm tra lại dấu chấm, dấu phẩy.")
    return number


def _count_in_words(found: str, notes: Notes) -> Count:
    qualifier, rest = "exact", found.lower()
    if qualified := _QUALIFIED.match(rest):
        qualifier, rest = _QUALIFIERS[qualified[1]], qualified[2]
    number = _NUMBER.match(rest)
    if not number:
        raise Refusal("not_a_number", f"“{found}” chưa phải số. Nhập số nguyên.")
    digits, unit = number[1].strip(), number[2].strip()
    if digits.startswith("-"):
        raise Refusal("negative", f"{found} là số âm. Nhập số từ 0 trở lên.")
    digits = digits.lstrip("+")
    magnitude = _MAGNITUDES.get(unit.split()[0]) if unit else None
    if magnitude:
        return Count(_scaled(digits, magnitude, found), qualifier)
    if digits.isdigit():
        return Count(_in_range(int(digits)), qualifier)
    if grouped := _GROUPED.match(digits):
        if grouped[1] == ",":
            notes.append(("comma_thousands", f"“{found}”: dấu phẩy được hiểu là ngăn hàng nghìn."))
        return Count(_in_range(int(re.sub(r"\D", "", digits))), qualifier)
    if mixed := _GROUPED_THEN_DECIMALS.match(digits):
        whole, decimals = (mixed[1], mixed[2]) if mixed[1] else (mixed[3], mixed[4])
        if not int(decimals):
            return Count(_in_range(int(re.sub(r"\D", "", whole))), qualifier)
    if (decimal := _DECIMAL.match(digits)) and not int(decimal[2]):
        return Count(_in_range(int(decimal[1])), qualifier)
    if decimal:
        raise Refusal("not_whole", f"“{found}” trong cột đếm: nhập số nguyên.")
    raise Refusal("not_a_number", f"Không rõ “{found}” là số nào. Nhập số nguyên.")


def _scaled(digits: str, magnitude: int, found: str) -> int:
    """`3,5 triệu` → 3500000. Both marks are decimals here: nobody writes thousands of thousands."""
    parts = re.split(r"[.,]", digits)
    if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
        raise Refusal("not_a_number", f"Không rõ “{found}” là số nào. Viết đủ chữ số.")
    decimals = parts[1].strip() if len(parts) == 2 else ""
    scaled = int(parts[0]) * magnitude * 10 ** len(decimals) + int(decimals or 0) * magnitude
    whole, rest = divmod(scaled, 10 ** len(decimals))
    if rest:
        raise Refusal("not_whole", f"“{found}” trong cột đếm: viết đủ chữ số.")
    return _in_range(whole)


# -- Days and periods --------------------------------------------------------------------------------------------------

_DMY = re.compile(r"^(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})$")
_YMD = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$")
_SPELLED = re.compile(r"^(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})$", re.IGNORECASE)
_MONTH_ONLY = re.compile(r"^(?:tháng\s+)?\d{1,2}\s*[/.\-]\s*\d{4}$|^tháng\s+\d{1,2}", re.IGNORECASE)


def day(cell: Any, notes: Notes) -> datetime.date | None:
    """A date: always day, month, year; also Excel's serial numbers."""
    if is_blank(cell):
        return None
    if isinstance(cell, datetime.datetime):
        return _plausible(cell.date())
    if isinstance(cell, datetime.date):
        return _plausible(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))
    found = words(cell)
    if found.isdigit():
        if len(found) == 5 and 20_000 <= int(found) <= 80_000:
            return _plausible(_EXCEL_EPOCH + datetime.timedelta(days=int(found)))
        if len(found) == 4:
            raise Refusal("day_missing", f"“{found}” mới có năm. Ghi ngày/tháng/năm.")
    if parts := _DMY.match(found) or _SPELLED.match(found):
        year = int(parts[3]) + (2000 if len(parts[3]) == 2 else 0)
        return _date(int(parts[1]), int(parts[2]), year)
    if parts := _YMD.match(found):
        return _date(int(parts[3]), int(parts[2]), int(parts[1]))
    if _MONTH_ONLY.match(found):
        raise Refusal("day_missing", f"“{found}” thiếu ngày. Ghi ngày/tháng/năm.")
    raise Refusal("not_a_date", f"“{found}” chưa phải ngày. Ghi ngày/tháng/năm, ví dụ 05/09/2024.")


def _date(day_: int, month: int, year: int) -> datetime.date:
    try:
        found = datetime.date(year, month, day_)
    except ValueError:
        turned = [f"{month:02d}/{day_:02d}/{year}"] if month > 12 >= day_ and month <= 31 else []
        raise Refusal("no_such_day", "Không có ngày này. Sửa thành ngày đúng.", turned) from None
    return _plausible(found)


def _plausible(found: datetime.date) -> datetime.date:
    if not 1990 <= found.year <= 2100:
        raise Refusal("date_out_of_range", f"Năm {found.year} nằm ngoài 1990–2100. Sửa lại năm.")
    return found


_MONTH = re.compile(r"^(?:tháng|thang|t)?\s*\.?\s*(\d{1,2})\s*(?:[/.\-]|\s+năm\s+|\s+nam\s+)\s*(\d{4})$", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"^(\d{4})-(\d{1,2})$")
_QUARTER = re.compile(r"^(?:quý|quy|q)\s*(iv|i{1,3}|[1-4])\s*(?:[/.\-]|\s+năm\s+|\s+)\s*(\d{4})$", re.IGNORECASE)
_HALF = re.compile(r"^6\s+tháng\s+(đầu|cuối)\s+năm\s+(\d{4})$", re.IGNORECASE)
_NINE = re.compile(r"^9\s+tháng(?:\s+đầu)?(?:\s+năm)?\s*[/ ]?\s*(\d{4})$", re.IGNORECASE)
_YEAR = re.compile(r"^(?:năm\s+)?(\d{4})$", re.IGNORECASE)
_BARE_MONTH = re.compile(r"^(?:tháng|thang|t)\s*\.?\s*(\d{1,2})$", re.IGNORECASE)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def period_token(cell: Any, notes: Notes) -> str | None:
    """A reporting period as the token that `Period.parse` reads: `Tháng 9/2024` → `2024-09`."""
    if is_blank(cell):
        return None
    if isinstance(cell, datetime.date):  # Excel takes a typed 9/2024 for the first of the month
        if cell.day == 1:
            return f"{cell.year}-{cell.month:02d}"
        raise Refusal("not_a_period", f"{shown(cell)} là một ngày. Ghi kỳ, ví dụ Tháng 9/2024.")
    found = words(cell)
    if parts := _MONTH.match(found):
        return _month_token(int(parts[1]), int(parts[2]), found)
    if parts := _YEAR_MONTH.match(found):
        return _month_token(int(parts[2]), int(parts[1]), found)
    if parts := _QUARTER.match(found):
        return f"{parts[2]}-Q{_ROMAN.get(parts[1].lower()) or parts[1]}"
    if parts := _HALF.match(found):
        return f"{parts[2]}-H{1 if parts[1].lower() == 'đầu' else 2}"
    if parts := _NINE.match(found):
        return f"{parts[1]}-9M"
    if (parts := _YEAR.match(found)) and 1990 <= int(parts[1]) <= 2100:
        return parts[1]
    if parts := _BARE_MONTH.match(found):
        raise Refusal("year_missing", f"“{found}” thiếu năm. Ghi ví dụ Tháng {int(parts[1])}/2024.")
    raise Refusal("not_a_period", f"Không hiểu kỳ “{found}”. Ghi ví dụ Tháng 9/2024.")


def _month_token(month: int, year: int, found: str) -> str:
    if not (1 <= month <= 12 and 1990 <= year <= 2100):
        raise Refusal("not_a_period", f"Không có kỳ “{found}”. Ghi ví dụ Tháng 9/2024.")
    return f"{year}-{month:02d}"


def birth_year(cell: Any, notes: Notes) -> int | None:
    """The year of birth; of a whole date only the year is kept."""
    if is_blank(cell):
        return None
    if isinstance(cell, datetime.date):
        year = cell.year
    else:
        found = words(cell)
        digits = _DMY.match(found)
        if found.isdigit() and len(found) == 5:
            year = (_EXCEL_EPOCH + datetime.timedelta(days=int(found))).year
        elif digits and len(digits[3]) == 4:
            year = int(digits[3])
        elif found.isdigit() and len(found) == 4:
            year = int(found)
        else:
            raise Refusal("not_a_year", f"“{found}” chưa phải năm sinh. Ghi đủ 4 chữ số.")
    if not 1900 <= year <= datetime.date.today().year:
        raise Refusal("year_out_of_range", f"Năm sinh {year} không thể đúng. Sửa lại năm sinh.")
    return year


# -- Phone numbers -----------------------------------------------------------------------------------------------------

# Mobile numbers of eleven digits became ten in September 2018 (Bộ TT&TT, plan 1922 of 2018).
_BEFORE_2018 = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_SEVERAL = re.compile(r"\s*(?:[/;,\n]|\s-\s|\bhoặc\b)\s*")
_MOBILE = re.compile(r"^0[35789]\d{8}$")
_LANDLINE = re.compile(r"^02\d{8,9}$")


def phone(cell: Any, notes: Notes) -> str | None:
    """A phone number in E.164. A wrong length is refused, a prefix that nobody knows is warned of."""
    if is_blank(cell):
        return None
    found = words(cell)
    several = [part for part in _SEVERAL.split(found) if len(re.sub(r"\D", "", part)) >= 9]
    if len(several) > 1:
        notes.append(("several_phones", f"Có {len(several)} số điện thoại; Cổng giữ số đầu."))
        found = several[0]
    digits = re.sub(r"[\s.\-()_]", "", found)
    foreign = digits.startswith("+") and not digits.startswith("+84")
    national = digits.removeprefix("+")
    if foreign or not national.isdigit():
        return _foreign(digits, found)
    if digits.startswith("+") or (national.startswith("84") and len(national) in (11, 12)):
        national = national.removeprefix("84")
        national = national if national.startswith("0") else f"0{national}"
    elif not national.startswith("0"):
        national = f"0{national}"  # a number that Excel took for a number lost its 0
    if len(national) == 11 and national[:4] in _BEFORE_2018:
        national = _BEFORE_2018[national[:4]] + national[4:]
    if not _LANDLINE.match(national) and len(national) != 10:
        short = 10 - len(national)
        words_ = f"Thiếu {short} chữ số." if short > 0 else f"Thừa {-short} chữ số."
        raise Refusal("phone_length", f"{words_} Số điện thoại có 10 chữ số.")
    if not (_MOBILE.match(national) or _LANDLINE.match(national)):
        notes.append(("phone_prefix", f"Đầu số {national[:3]} lạ. Kiểm tra lại số điện thoại."))
    return f"+84{national[1:]}"


def _foreign(digits: str, found: str) -> str:
    try:
        number = phonenumbers.parse(digits, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refusal("not_a_phone", f"“{found}” chưa phải số điện thoại. Nhập 10 chữ số.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
