"""The contract of `figures` and `roll_up`: scripts outside the project read it."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports.models import Cell, Mark
from reports.tests.test_rules import found, report

pytestmark = pytest.mark.django_db


def run(*arguments):
    """What a command prints, from its JSON, and its exit code."""
    out = StringIO()
    code = 0
    try:
        call_command(*arguments, "--json", stdout=out)
    except SystemExit as left:
        code = left.code
    return json.loads(out.getvalue()), code


def test_figures_of_an_area_by_code(land):
    report(land.nam, "2024-05", {"dossiers_paid_online": 58, "dossiers_with_fee": 100})
    answer, _ = run("figures", "--area", "99993", "--period", "2024-05", "--indicator", "online_payment_rate")
    assert answer["area"] == {"code": "99993", "name": "Xã Nam", "level": "commune"}
    assert answer["period"] == {"label": "Tháng 5/2024", "start": "2024-04-15", "end": "2024-05-14"}
    assert (answer["calendar"], answer["basis"]) == ("statutory", "reported")
    (rate,) = answer["indicators"]
    assert rate == {
        "code": "online_payment_rate",
        "number": "CQ-04",
        "name": "Tỷ lệ hồ sơ thanh toán trực tuyến",
        "unit": "%",
        "value": 0.58,
        "numerator": 58,
        "denominator": 100,
        "reporting": 1,
        "expected": 1,
        "comparable": True,
        "qualifier": "exact",
        "provisional": False,
        "estimated": False,
        "restated": False,
        "reason": "",
    }


def test_a_code_means_the_area_that_bore_it_at_the_periods_end(land):
    before, _ = run("figures", "--area", "99991", "--period", "2024-05", "--indicator", "active_teams")
    after, _ = run("figures", "--area", "99991", "--period", "2024-08", "--indicator", "active_teams")
    today, _ = run(
        "figures", "--area", "99991", "--period", "2024-05", "--basis", "today", "--indicator", "active_teams"
    )
    assert [a["area"]["name"] for a in (before, after, today)] == ["Xã Đông", "Xã Đông Tây", "Xã Đông Tây"]


def test_children_and_remainder_are_told_with_the_same_indicators(land):
    found(land.n1, date(2023, 1, 1))
    answer, _ = run(
        "figures", "--area", "00", "--period", "2024-9M", "--calendar", "civil", "--children",
        "--indicator", "active_teams", "--indicator", "active_members",
    )  # fmt: skip
    assert [child["area"]["code"] for child in answer["children"]] == ["999", "998"]
    for line in (*answer["children"], answer["remainder"]):
        assert [i["code"] for i in line["indicators"]] == ["active_teams", "active_members"]
    assert answer["children"][0]["indicators"][0]["value"] == 1


def test_without_a_choice_the_whole_catalogue_is_told(land):
    answer, _ = run("figures", "--area", "VN", "--period", "2024")
    assert len(answer["indicators"]) == 63
    assert answer["area"]["level"] == "country"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--area", "99993", "--period", "2024-13"), "Không hiểu kỳ “2024-13”"),
        (("--area", "xyz", "--period", "2024"), "không có địa bàn nào mang mã “xyz”"),
        (("--area", "99993", "--period", "2024", "--indicator", "no_such"), "Không có chỉ số “no_such”"),
    ],
)
def test_what_cannot_be_answered_is_told_in_a_sentence(land, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("figures", *arguments)


def test_the_check_names_a_cell_that_was_tampered_with_and_a_rebuild_mends_it(land):
    found(land.n1, date(2023, 1, 1))
    assert run("roll_up", "--check") == ({"cells": Cell.objects.count(), "differences": []}, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_cell SET amount = amount + 1 WHERE basis = 0 AND area_id = %s AND element_id = "
            "(SELECT id FROM activities_dataelement WHERE code = 'active_teams')",
            [land.nam.pk],
        )
    answer, code = run("roll_up", "--check")
    assert code == 1
    (difference,) = answer["differences"]
    assert (difference["element"], difference["basis"], difference["half"]) == (
        "active_teams",
        "reported",
        "2023-01-01",
    )
    assert difference["area"].startswith("Xã Nam")
    run("roll_up", "--rebuild")
    assert run("roll_up", "--check")[1] == 0


def test_roll_up_returns_when_no_mark_is_left(land):
    found(land.n1, date(2023, 1, 1))
    assert Mark.objects.exists()
    run("roll_up")
    assert not Mark.objects.exists()
    assert run("roll_up")[0]["marks"] == 0
