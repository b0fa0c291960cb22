"""Figures in words: numbers, marks, distance to target, change in a year; and what an address means."""

import datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from activities.periods import Period
from areas.models import Level
from reports.board import trend_periods
from reports.figures import Figure, indicators_of
from reports.forms import Choice, period_choices
from reports.models import Basis
from reports.pages_board import Block, Row, Section
from reports.pages_words import change, shown, value_text, verdict

TODAY = datetime.date(2024, 9, 20)


@pytest.fixture
def catalogue(db):
    return {i.code: i for i in indicators_of()}


def figure(indicator, value, **changes):
    known = {
        "numerator": Decimal(1),
        "denominator": None,
        "reporting": None,
        "expected": None,
        "comparable": True,
        "qualifier": "exact",
        "provisional": False,
        "estimated": False,
        "restated": False,
        "reason": "",
    }
    return Figure(indicator, None if value is None else Decimal(value), **(known | changes))


def read(query="", today=TODAY):
    return Choice.read(QueryDict(query), today=today)


# --- one figure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("active_teams", "4351", "4.351"),
        ("active_teams", "0", "0"),
        ("active_teams", None, "–"),
        ("e_result_rate", "0.9478", "94,78"),
        ("members_per_team", "3.676", "3,68"),
        ("members_per_team", "4", "4,00"),
    ],
)
def test_numbers_are_written_as_offices_write_them(catalogue, code, value, text):
    assert value_text(catalogue[code], None if value is None else Decimal(value)) == text


def test_a_qualifier_comes_before_and_marks_come_after(catalogue):
    found = figure(catalogue["active_teams"], 23113, qualifier="over", provisional=True, estimated=True, restated=True)
    words = shown(found, area_id=1, choice=read())
    assert words.whole == "trên 23.113 tổ"
    assert words.said == "tạm tính, ước, quy đổi"


def test_a_count_that_is_not_comparable_is_a_dash_and_tells_the_known_part(catalogue):
    found = figure(catalogue["active_teams"], 83, comparable=False, reason="không so sánh được", restated=True)
    words = shown(found, area_id=1, choice=read())
    assert (words.text, words.said, words.known) == ("–", "không so sánh được", "83")


@pytest.mark.parametrize(
    ("value", "word", "step"),
    [
        ("0.39", "Chưa đạt", 0),
        ("0.40", "Chưa đạt", 1),
        ("0.60", "Chưa đạt", 2),
        ("0.7199", "Chưa đạt", 2),
        ("0.72", "Gần đạt", 3),
        ("0.7999", "Gần đạt", 3),
        ("0.80", "Đạt", 4),
        ("0.88", "Đạt", 5),
        ("1.00", "Đạt", 6),
    ],
)
def test_the_distance_to_a_target_of_80_per_cent(catalogue, value, word, step):
    found = verdict(figure(catalogue["payment_account_rate"], value), Decimal("0.8"))
    assert (found.word, found.step) == (word, step)


def test_without_a_target_or_a_direction_or_a_value_there_is_no_verdict(catalogue):
    assert verdict(figure(catalogue["payment_account_rate"], "0.5"), None) is None
    assert verdict(figure(catalogue["payment_account_rate"], None), Decimal("0.8")) is None
    assert verdict(figure(catalogue["members_per_team"], "5"), Decimal(3)) is None


# --- change -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "before", "now", "text", "tone"),
    [
        ("active_teams", 4255, 4351, "▲ Tăng 96, tốt lên", "is-better"),
        ("active_teams", 4351, 4255, "▼ Giảm 96, xấu đi", "is-worse"),
        ("active_teams", 1000, 1010, "▬ Không đổi", ""),
        ("active_teams", 1000, 1011, "▲ Tăng 11, tốt lên", "is-better"),
        ("active_teams", 0, 0, "▬ Không đổi", ""),
        ("active_teams", 0, 5, "▲ Tăng 5, tốt lên", "is-better"),
        ("e_result_rate", "0.90", "0.95", "▲ Tăng 5,00 điểm %, tốt lên", "is-better"),
        ("members_per_team", "3", "4", "▲ Tăng 1,00", ""),
    ],
)
def test_a_change_says_direction_amount_and_whether_it_is_better(catalogue, code, before, now, text, tone):
    indicator = catalogue[code]
    found = change(figure(indicator, now), figure(indicator, before), unit="xã", running=False)
    assert (found.text, found.tone) == (text, tone)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        ({"reporting": 166, "expected": 166}, {"reporting": 62, "expected": 166}, "kỳ trước mới có 62/166 xã"),
        ({"reporting": 149, "expected": 166}, {"reporting": 166, "expected": 166}, "kỳ này mới có 149/166 xã"),
        ({"reporting": 150, "expected": 166}, {"reporting": 150, "expected": 166}, ""),
        ({}, {"value": None, "reason": "chưa báo cáo"}, "kỳ trước chưa báo cáo"),
        ({}, {"comparable": False, "reason": "không so sánh được"}, "kỳ trước không so sánh được"),
    ],
)
def test_periods_are_compared_only_if_nine_tenths_reported_in_both(catalogue, now, before, text):
    indicator = catalogue["products_online"]
    found = change(
        figure(indicator, **{"value": 10, **now}), figure(indicator, **{"value": 5, **before}), unit="xã", running=False
    )
    assert found.text == (f"Chưa so được: {text}" if text else "▲ Tăng 5, tốt lên")


def test_a_phone_shows_the_first_pillar_that_has_figures_unfolded(catalogue):
    words = shown(figure(catalogue["active_teams"], 3), area_id=1, choice=read())
    filled = Block("Kinh tế số", [Row(words, None, None, "")], [])
    empty = Block("Hạ tầng số", [], [])
    assert Section([empty, filled], "").opened is filled
    assert Section([empty], "").opened is None


def test_a_running_period_is_not_compared(catalogue):
    indicator = catalogue["active_teams"]
    found = change(figure(indicator, 2), figure(indicator, 1), unit="xã", running=True)
    assert found.text == "Chưa so được: kỳ này chưa kết thúc"


# --- addresses --------------------------------------------------------------------------------------------------------


def test_an_empty_address_means_the_latest_ended_statutory_month_and_the_boundaries_of_the_day():
    choice = read()
    assert (choice.period, choice.basis, choice.error) == (Period.parse("2024-09"), Basis.REPORTED, "")
    assert read(today=datetime.date(2024, 9, 14)).period == Period.parse("2024-08")  # the 14th is still in it


def test_an_address_says_what_it_shows_and_comes_back_the_same():
    query = "period=2024-9M&calendar=civil&basis=today&indicator=e_result_rate&columns=teams&sort=-active_teams"
    choice = read(f"{query}&trend=same&level=commune")
    assert choice.period == Period.parse("2024-9M", "civil")
    assert (choice.basis, choice.sort, choice.level) == (Basis.TODAY, "-active_teams", Level.COMMUNE)
    assert read(choice.query().removeprefix("?")) == choice


@pytest.mark.parametrize("query", ["period=9M", "calendar=x", "basis=x"])
def test_what_cannot_be_read_is_told_and_counts_as_not_given(query):
    choice = read(query)
    assert choice.error
    assert choice.but(error="") == read()


@pytest.mark.parametrize("query", ["sort=<script>", "columns=%27", "indicator=a%20b", "level=planet", "trend=x"])
def test_other_tokens_that_name_nothing_are_left_out(query):
    assert read(query) == read()


def test_periods_on_offer_have_begun_and_hold_the_chosen_one():
    offered = dict(period_choices(Period.parse("2019"), today=TODAY))
    assert next(iter(offered)) == "Năm 2024"
    assert ("2024-10", "Tháng 10/2024") in offered["Năm 2024"]  # began on 15 September
    assert ("2024-11", "Tháng 11/2024") not in offered["Năm 2024"]
    assert ("2019", "Năm 2019") in offered["Năm 2019"]


@pytest.mark.parametrize(
    ("query", "first", "last", "number"),
    [
        ("period=2024-09", "2023-09", "2024-09", 13),
        ("period=2024-Q3", "2021-Q3", "2024-Q3", 13),
        ("period=2024-9M", "2023-10", "2024-09", 12),
        ("period=2024-9M&trend=same", "2022-9M", "2024-9M", 3),
        ("period=2024", "2024-01", "2024-12", 12),
    ],
)
def test_the_trend_goes_back_a_year_or_shows_the_same_period_of_each_year(query, first, last, number):
    periods = trend_periods(read(query))
    assert (periods[0].token, periods[-1].token, len(periods)) == (first, last, number)
