from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.forms import DateField, DecimalField
from django.template import Context, Template
from django.utils.formats import date_format, localize

from cnscd_portal.templatetags.vietnamese import ago, day, icon, masked_phone, moment, number, phone, rate


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (4351, "4.351"),
        (0, "0"),
        (-1234567, "-1.234.567"),
        (Decimal("1234.56"), "1.234,56"),
        (Decimal("307250.00"), "307.250"),
        (3.5, "3,50"),
        (Decimal("0.005"), "0,01"),
        (Decimal("-0.001"), "0,00"),
        (None, "–"),
        ("", "–"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_grouped_by_dots_with_a_decimal_comma(value, written):
    assert number(value) == written


def test_a_template_can_ask_for_a_number_of_decimals():
    assert Template("{{ v|number:1 }} {{ w|number:0 }}").render(Context({"v": 3.68, "w": Decimal("2.5")})) == "3,7 3"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.9478, "94,78"), (1, "100,00"), (Decimal("0.15004"), "15,00"), (0, "0,00"), (None, "–"), (12.5, "1.250,00")],
)
def test_a_rate_is_a_ratio_shown_as_per_cent_with_two_decimals(value, written):
    assert rate(value) == written


def test_days_and_moments_are_vietnamese_time():
    late = datetime(2024, 9, 19, 18, 5, tzinfo=UTC)  # 01:05 on the 20th in Viet Nam
    assert day(late) == "20/09/2024"
    assert moment(late) == "01:05 20/09/2024"
    assert day(date(2024, 9, 8)) == "08/09/2024"
    assert (day(None), moment(None), ago(None)) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2024, 9, 20), "hôm nay (20/09)"),
        (date(2024, 9, 19), "hôm qua (19/09)"),
        (date(2024, 9, 8), "12 ngày trước (08/09)"),
        (date(2021, 9, 20), "1.096 ngày trước (20/09/2021)"),
        (date(2024, 9, 23), "còn 3 ngày (23/09)"),
    ],
)
def test_ago_always_names_the_day(value, written, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2024, 9, 20, 3, tzinfo=UTC))
    assert ago(value) == written


@pytest.mark.parametrize(
    ("value", "whole", "masked"),
    [
        ("+84912345123", "0912 345 123", "09•• ••• 123"),
        ("0912345123", "0912 345 123", "09•• ••• 123"),
        ("+842373852222", "0237 385 2222", "02•• ••• 222"),
        ("+4915112345678", "+4915112345678", "49•• ••• 678"),
        ("113", "113", "••• •••"),
        ("", "–", "–"),
        (None, "–", "–"),
    ],
)
def test_phone_numbers_are_written_in_groups_and_masked_but_for_the_tail(value, whole, masked):
    assert (phone(value), masked_phone(value)) == (whole, masked)


def test_an_icon_is_hidden_from_screen_readers_and_its_name_is_escaped():
    assert 'aria-hidden="true"' in icon("house")
    assert 'icons.svg#house"' in Template('{% icon "house" %}').render(Context())
    assert "<script>" not in icon('"><script>')


def test_django_itself_writes_and_reads_vietnamese_dates_and_numbers():
    assert date_format(date(2024, 9, 8)) == "08/09/2024"
    assert localize(Decimal("12.5")) == "12,5"
    for typed in ("08/09/2024", "8-9-2024", "08.09.2024", "8/9/24", "2024-09-08"):
        assert DateField().clean(typed) == date(2024, 9, 8)
    assert DecimalField(localize=True).clean("1,5") == Decimal("1.5")
