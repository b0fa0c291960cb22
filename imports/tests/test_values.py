"""Cells into values: the traps of numbers, days, periods, phones and words (domain.md, Traps)."""

import datetime

import pytest

from imports import values
from imports.errors import Refusal


def read(reader, cell, **options):
    notes = []
    return reader(cell, notes, **options), [code for code, _ in notes]


def refusal(reader, cell, **options):
    with pytest.raises(Refusal) as raised:
        reader(cell, [], **options)
    return raised.value


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (5.0, 5), (0.0, 0), ("5", 5), ("4.351", 4351), ("1 234", 1234), ("1.234.567", 1234567), ("12 người", 12),
        ("1.234,00", 1234), ("3,0", 3), ("+7", 7), ("15 nghìn", 15000), ("3,5 triệu", 3500000),
        ("\u00a04.351\u00a0", 4351),
        (2.0000000001, 2),
    ],
)  # fmt: skip
def test_counts_as_offices_write_them(cell, expected):
    assert read(values.count, cell) == ((expected, "exact"), [])


@pytest.mark.parametrize("cell", ["", None, "-", "–", "…", "  "])
def test_a_cell_that_says_nothing_is_no_count_and_not_zero(cell):
    assert read(values.count, cell) == (None, [])


def test_a_comma_for_thousands_is_taken_with_a_warning():
    assert read(values.count, "307,250") == ((307250, "exact"), ["comma_thousands"])


@pytest.mark.parametrize(
    ("cell", "meant"), [(4.351, "4.351"), (23.113, "23.113"), (4.35, "4.350"), (307.25, "307.250")]
)
def test_a_float_in_a_count_is_asked_back_never_guessed(cell, meant):
    told = refusal(values.count, cell)
    assert told.code == "thousands"
    assert f"có phải {meant}?" in told.message
    assert told.suggestions == [meant]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("abc", "not_a_number"), (-3.0, "negative"), ("-3", "negative"), ("4,35", "not_whole"),
        (1234.5678, "not_whole"),
        (True, "not_a_number"), (datetime.date(2024, 1, 5), "not_a_number"), (1e12, "too_large"),
        ("12/5", "not_a_number"),
        ("1.23.456", "not_a_number"), (float("inf"), "not_a_number"), ("#N/A", "error_cell"), ("#REF!", "error_cell"),
    ],
)  # fmt: skip
def test_counts_that_are_none(cell, code):
    assert refusal(values.count, cell).code == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("hơn 23.113", (23113, "over")), ("trên 1.600", (1600, "over")), ("gần 15 nghìn", (15000, "under")),
        ("khoảng 300", (300, "about")), ("Trên 441 thành viên", (441, "over")),
    ],
)  # fmt: skip
def test_the_qualifier_of_a_count_is_kept(cell, expected):
    assert read(values.count, cell) == (expected, [])


@pytest.mark.parametrize(
    "cell",
    [
        datetime.date(2022, 3, 5), datetime.datetime(2022, 3, 5, 8, 30), "05/03/2022", "5/3/2022", "5-3-2022",
        "5.3.2022",
        "5/3/22", "2022-03-05", "2022-03-05 00:00:00", "ngày 5 tháng 3 năm 2022", 44625.0, "44625", "5 / 3 / 2022",
    ],
)  # fmt: skip
def test_days_are_day_month_year(cell):
    assert read(values.day, cell) == (datetime.date(2022, 3, 5), [])


@pytest.mark.parametrize(
    ("cell", "code", "suggestions"),
    [
        ("31/02/2023", "no_such_day", []), ("03/15/2022", "no_such_day", ["15/03/2022"]), ("2022", "day_missing", []),
        ("tháng 3/2022", "day_missing", []), ("3/2022", "day_missing", []), ("hôm qua", "not_a_date", []),
        ("05/03/1022", "date_out_of_range", []), (12.0, "not_a_date", []), ("29/02/2023", "no_such_day", []),
    ],
)  # fmt: skip
def test_days_that_are_none(cell, code, suggestions):
    told = refusal(values.day, cell)
    assert (told.code, told.suggestions) == (code, suggestions)


@pytest.mark.parametrize(
    ("cell", "token"),
    [
        ("Tháng 9/2024", "2024-09"), ("T9/2024", "2024-09"), ("9/2024", "2024-09"), ("tháng 09 năm 2024", "2024-09"),
        ("2024-09", "2024-09"), (datetime.date(2024, 9, 1), "2024-09"), ("Quý III/2024", "2024-Q3"),
        ("Q3/2024", "2024-Q3"),
        ("6 tháng đầu năm 2024", "2024-H1"), ("9 tháng 2024", "2024-9M"), ("9 tháng đầu năm 2024", "2024-9M"),
        ("Năm 2024", "2024"),
    ],
)  # fmt: skip
def test_periods(cell, token):
    assert read(values.period_token, cell) == (token, [])


@pytest.mark.parametrize(
    ("cell", "code"),
    [("tháng 13/2024", "not_a_period"), ("Tháng 9", "year_missing"), ("mùa thu", "not_a_period"),
     (datetime.date(2024, 9, 5), "not_a_period")],
)  # fmt: skip
def test_periods_that_are_none(cell, code):
    assert refusal(values.period_token, cell).code == code


@pytest.mark.parametrize(
    "cell",
    [
        "0819126829", "0819.126.829", "0819 126 829", "+84819126829", "84819126829", 819126829.0, "819126829",
        "(+84) 819-126-829", "+840819126829",
    ],
)  # fmt: skip
def test_phone_numbers_in_any_shape(cell):
    assert read(values.phone, cell) == ("+84819126829", [])


def test_eleven_digit_mobile_numbers_of_before_2018():
    assert read(values.phone, "0163 345 6789") == ("+84333456789", [])
    assert read(values.phone, "+841683456789") == ("+84383456789", [])


def test_other_phone_numbers():
    assert read(values.phone, "02373 852 246") == ("+842373852246", [])
    assert read(values.phone, "+856 20 5555 1234") == ("+8562055551234", [])
    assert read(values.phone, "0812345678 / 0987654321") == ("+84812345678", ["several_phones"])
    assert read(values.phone, "0612345678") == ("+84612345678", ["phone_prefix"])
    assert read(values.phone, "0890029093") == ("+84890029093", [])


@pytest.mark.parametrize(
    ("cell", "words"),
    [("091234567", "Thiếu 1 chữ số."), ("09123456", "Thiếu 2 chữ số."), ("09123456789", "Thừa 1 chữ số.")],
)
def test_a_phone_number_of_the_wrong_length_says_how_wrong(cell, words):
    told = refusal(values.phone, cell)
    assert told.code == "phone_length"
    assert told.message.startswith(words)


def test_words_are_no_phone_number():
    assert refusal(values.phone, "không có máy").code == "not_a_phone"


@pytest.mark.parametrize("cell", [1974.0, "1974", "15/03/1974", datetime.date(1974, 3, 15)])
def test_of_a_birth_date_only_the_year_is_kept(cell):
    assert read(values.birth_year, cell) == (1974, [])


@pytest.mark.parametrize(
    ("cell", "code"), [("74", "not_a_year"), (1874.0, "year_out_of_range"), (2999.0, "year_out_of_range")]
)
def test_years_that_are_none(cell, code):
    assert refusal(values.birth_year, cell).code == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Có", True), ("x", True), (1.0, True), ("✓", True), (True, True), ("Không", False), ("ko", False), (0.0, False),
     ("", None), ("CÓ", True)],
)  # fmt: skip
def test_yes_and_no(cell, expected):
    assert read(values.yes_no, cell) == (expected, [])


def test_neither_yes_nor_no():
    assert refusal(values.yes_no, "có lẽ").code == "not_yes_no"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("ĐINH THỊ ĐÀO", "Đinh Thị Đào"), ("Ðinh  Thị\u00a0Ðào", "Đinh Thị Đào"),
     ("Nguye\u0302\u0303n Va\u0306n An", "Nguyễn Văn An"),
     ("Lê Văn A", "Lê Văn A")],
)  # fmt: skip
def test_names_of_people(cell, expected):
    assert read(values.person, cell) == (expected, [])


def test_a_name_with_digits_is_none():
    assert refusal(values.person, "Nguyễn Văn 2").code == "name_has_digits"


def test_closed_lists_say_what_may_be_chosen():
    options = {"nam": "male", "nu": "female"}
    assert read(values.choice, " NỮ ", options=options, labels=["Nam", "Nữ"]) == ("female", [])
    told = refusal(values.choice, "khác", options=options, labels=["Nam", "Nữ"])
    assert (told.code, told.suggestions) == ("unknown_choice", ["Nam", "Nữ"])
    assert read(values.choice, "khác", options=options, labels=[], otherwise="other") == ("other", ["other_choice"])


def test_a_text_that_is_too_long_is_refused():
    assert refusal(values.text, "x" * 11, longest=10).code == "too_long"


def test_the_apostrophe_before_a_neutralised_formula_is_taken_away():
    assert read(values.text, "'=1+1", longest=10) == ("=1+1", [])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (4351.0, "4351"),
        (4.351, "4,351"),
        (datetime.date(2024, 9, 5), "05/09/2024"),
        (None, ""),
        (True, "TRUE"),
        ("a", "a"),
    ],
)
def test_a_cell_is_shown_as_its_reader_saw_it(cell, expected):
    assert values.shown(cell) == expected
