"""Periods in both calendars: dates, names, tokens, what is due when."""

import datetime

import pytest

from activities.periods import Calendar, Period, PeriodKind, due_on, half_month, latest_ended

D = datetime.date
STATUTORY, CIVIL = Calendar.STATUTORY, Calendar.CIVIL


@pytest.mark.parametrize(
    ("token", "calendar", "start", "end", "label"),
    [
        ("2024-09", STATUTORY, D(2024, 8, 15), D(2024, 9, 14), "Tháng 9/2024"),
        ("2024-01", STATUTORY, D(2023, 12, 15), D(2024, 1, 14), "Tháng 1/2024"),
        ("2024-Q1", STATUTORY, D(2023, 12, 15), D(2024, 3, 14), "Quý I/2024"),
        ("2024-Q3", STATUTORY, D(2024, 6, 15), D(2024, 9, 14), "Quý III/2024"),
        ("2024-Q4", STATUTORY, D(2024, 9, 15), D(2024, 12, 14), "Quý IV/2024"),
        ("2024-H1", STATUTORY, D(2023, 12, 15), D(2024, 6, 14), "6 tháng đầu năm 2024"),
        ("2024-H2", STATUTORY, D(2024, 6, 15), D(2024, 12, 14), "6 tháng cuối năm 2024"),
        ("2024-9M", STATUTORY, D(2023, 12, 15), D(2024, 9, 14), "9 tháng 2024"),
        ("2024", STATUTORY, D(2023, 12, 15), D(2024, 12, 14), "Năm 2024"),
        ("2024-02", CIVIL, D(2024, 2, 1), D(2024, 2, 29), "Tháng 2/2024"),
        ("2023-02", CIVIL, D(2023, 2, 1), D(2023, 2, 28), "Tháng 2/2023"),
        ("2024-12", CIVIL, D(2024, 12, 1), D(2024, 12, 31), "Tháng 12/2024"),
        ("2024-Q2", CIVIL, D(2024, 4, 1), D(2024, 6, 30), "Quý II/2024"),
        ("2024-H2", CIVIL, D(2024, 7, 1), D(2024, 12, 31), "6 tháng cuối năm 2024"),
        ("2024-9M", CIVIL, D(2024, 1, 1), D(2024, 9, 30), "9 tháng 2024"),
        ("2024", CIVIL, D(2024, 1, 1), D(2024, 12, 31), "Năm 2024"),
    ],
)
def test_a_token_gives_its_days_and_its_name_and_is_given_back(token, calendar, start, end, label):
    period = Period.parse(token, calendar)
    assert (period.start, period.end, period.label, period.token) == (start, end, label, token)
    assert Period.of_range(period.kind, calendar, period.dates) == period


@pytest.mark.parametrize(
    "token",
    ["", "2024-13", "2024-00", "2024-9", "2024-Q5", "2024-Q0", "2024-H3", "2024-8M", "24-09", "2024-09-01"],
)
def test_a_token_that_cannot_be_read_is_told_with_examples(token):
    with pytest.raises(ValueError, match="Không hiểu kỳ “") as error:
        Period.parse(token)
    assert "2024-9M" in str(error.value)


@pytest.mark.parametrize("token", ["1989", "2201-01", "0000"])
def test_a_year_that_cannot_be_is_told(token):
    with pytest.raises(ValueError, match="nằm ngoài khoảng 1990–2200"):
        Period.parse(token)


def test_an_unknown_calendar_is_refused():
    with pytest.raises(ValueError, match="lunar"):
        Period.parse("2024-09", "lunar")


@pytest.mark.parametrize(
    ("day", "calendar", "token"),
    [
        (D(2024, 9, 14), STATUTORY, "2024-09"),
        (D(2024, 9, 15), STATUTORY, "2024-10"),
        (D(2024, 12, 15), STATUTORY, "2025-01"),
        (D(2024, 1, 31), STATUTORY, "2024-02"),
        (D(2024, 9, 30), CIVIL, "2024-09"),
        (D(2024, 10, 1), CIVIL, "2024-10"),
    ],
)
def test_every_day_lies_in_one_month(day, calendar, token):
    period = Period.month_of(day, calendar)
    assert period.token == token
    assert period.start <= day <= period.end


@pytest.mark.parametrize("calendar", [STATUTORY, CIVIL])
def test_months_follow_each_other_without_gap_or_overlap(calendar):
    period = Period.parse("2022-11", calendar)
    for _ in range(30):
        following = Period.month_of(period.end + datetime.timedelta(days=1), calendar)
        assert following.start == period.end + datetime.timedelta(days=1)
        assert following.before() == period
        period = following


@pytest.mark.parametrize("calendar", [STATUTORY, CIVIL])
@pytest.mark.parametrize(
    ("token", "count"), [("2024-09", 1), ("2024-Q3", 3), ("2024-H1", 6), ("2024-9M", 9), ("2024", 12)]
)
def test_a_period_is_made_of_its_months(calendar, token, count):
    period = Period.parse(token, calendar)
    months = period.months()
    assert len(months) == count
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert all(month.kind == PeriodKind.MONTH for month in months)


@pytest.mark.parametrize(
    ("token", "before", "year_before"),
    [
        ("2024-01", "2023-12", "2023-01"),
        ("2024-Q1", "2023-Q4", "2023-Q1"),
        ("2024-H1", "2023-H2", "2023-H1"),
        ("2024-9M", "2023-9M", "2023-9M"),
        ("2024", "2023", "2023"),
    ],
)
def test_the_period_before_and_a_year_before(token, before, year_before):
    assert Period.parse(token).before().token == before
    assert Period.parse(token).year_before().token == year_before


@pytest.mark.parametrize(
    ("token", "calendar", "estimate", "due"),
    [
        ("2024-09", STATUTORY, False, D(2024, 9, 15)),
        ("2024-09", STATUTORY, True, D(2024, 9, 15)),
        ("2024-02", CIVIL, False, D(2024, 3, 1)),
        ("2024-Q3", STATUTORY, False, D(2024, 9, 15)),
        ("2024-Q3", STATUTORY, True, D(2024, 9, 6)),
        ("2024-H1", STATUTORY, True, D(2024, 6, 6)),
        ("2024-9M", STATUTORY, True, D(2024, 9, 6)),
        ("2024", STATUTORY, True, D(2024, 11, 25)),
        ("2024", STATUTORY, False, D(2024, 12, 15)),
    ],
)
def test_what_is_due_when(token, calendar, estimate, due):
    assert due_on(Period.parse(token, calendar), estimate=estimate) == due


@pytest.mark.parametrize(
    ("today", "token"), [(D(2024, 9, 14), "2024-08"), (D(2024, 9, 15), "2024-09"), (D(2025, 1, 14), "2024-12")]
)
def test_the_month_that_is_due_is_the_last_one_that_is_over(today, token):
    assert latest_ended(today).token == token


@pytest.mark.parametrize(
    ("day", "half"), [(D(2024, 2, 1), 1), (D(2024, 2, 14), 1), (D(2024, 2, 15), 15), (D(2024, 2, 29), 15)]
)
def test_half_months_begin_on_the_1st_and_the_15th(day, half):
    assert half_month(day) == day.replace(day=half)
