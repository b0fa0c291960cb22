"""Kind `activities`: the journal of teams under old and new boundaries."""

import datetime

import pytest

from activities.models import Activity
from areas.actions import assign_villages
from imports.kinds.activities import ActivityResource
from imports.tests.conftest import ACTIVITY_HEAD, TEAM_HEAD, activity_row, team_row
from imports.tests.test_teams import counts, only
from teams.models import Team

pytestmark = pytest.mark.django_db
AFTER = datetime.date(2024, 9, 30)


@pytest.fixture
def send(land, bring_in):
    villages = [("Xã Đông", "Thôn 1"), ("Xã Đông", "Thôn 2"), ("Xã Tây", "Thôn 1")]
    register = [team_row(n, xa=xa, thon=thon, to=f"Tổ CNSCĐ {thon}") for n, (xa, thon) in enumerate(villages, 1)]
    bring_in("teams", [TEAM_HEAD, *register])
    return lambda *rows, **options: bring_in("activities", [ACTIVITY_HEAD, *rows], **{"as_of": AFTER, **options})


def test_a_log_under_todays_communes_finds_its_team_by_the_old_one(send, land):
    result = send(activity_row(1), activity_row(2, cu="Xã Tây"))
    assert (counts(result), result.warnings) == ((2, 0, 0, 0), [])
    first, second = Activity.objects.order_by("pk")
    assert (first.area, second.area) == (land.d1, land.t1)
    assert (first.kind, first.topic, first.audience, first.reached, first.households, first.status) == (
        "communication", "An toàn trên mạng", "citizens", 20, 4, "approved",
    )  # fmt: skip
    assert dict(first.values.values_list("element__code", "value")) == {
        "essential_dossiers_assisted": 3, "vneid_assists": 0,
    }  # fmt: skip


def test_the_same_file_again_changes_nothing_and_equal_lines_are_as_many(send):
    rows = [activity_row(1), activity_row(2), activity_row(3, luot=21)]
    assert counts(send(*rows)) == (3, 0, 0, 0)
    assert counts(send(*rows)) == (0, 0, 3, 0)
    assert counts(send(*rows, activity_row(4))) == (1, 0, 3, 0)


def test_order_serial_numbers_and_writing_do_not_make_a_line_another(send):
    send(activity_row(1), activity_row(2, luot=21))
    again = [
        activity_row(7, luot=21, noi="AN TOÀN  TRÊN MẠNG", xa="đông tây"),
        activity_row(9, ngay="05/08/2024", luot="20", cu="X. Đông"),
    ]
    assert counts(send(*again)) == (0, 0, 2, 0)


def test_a_village_named_once_needs_no_old_commune(send, land):
    assert counts(send(activity_row(1, cu="", thon="Thôn 2"))) == (0, 0, 0, 1)  # two villages bear the name
    assert counts(send(activity_row(1, xa="Xã Đông", cu="", thon="Thôn 2"))) == (1, 0, 0, 0)


def test_an_old_commune_alone_finds_its_villages_where_they_went(send, land):
    assert counts(send(activity_row(1, xa=""), activity_row(2, xa="", thon="Thôn 2"))) == (2, 0, 0, 0)
    assert set(Activity.objects.values_list("area", flat=True)) == {land.d1.pk, land.d2.pk}


def test_a_village_that_was_assigned_to_its_new_commune_is_found_by_both(send, land):
    assign_villages(on=land.merged, commune=land.dong_tay, villages=[land.d1], decree="NQ", by=None)
    assert counts(send(activity_row(1), activity_row(2, luot=9))) == (2, 0, 0, 0)
    assert set(Activity.objects.values_list("area", flat=True)) == {land.d1.pk}


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"xa": "Xã Bắc"}, "Xã/Phường", "place_unknown"),
        ({"xa": "", "cu": ""}, "Xã/Phường", "place_missing"),
        ({"cu": "Xã Nam"}, "Thuộc xã/phường cũ", "place_unknown"),
        ({"thon": "Thôn 9"}, "Thôn", "place_unknown"),
        ({"thon": "Thôn 2", "cu": "Xã Tây"}, "Thôn", "team_unknown"),
        ({"cu": ""}, "Thôn", "place_ambiguous"),
        ({"ngay": ""}, "Ngày", "missing"),
        ({"ngay": "31/6/2024"}, "Ngày", "no_such_day"),
        ({"ngay": datetime.date(2099, 1, 1)}, "Ngày", "date_in_future"),
        ({"ngay": datetime.date(2021, 1, 1)}, "Ngày", "before_team"),
        ({"loai": "Đi chơi"}, "Loại hoạt động", "unknown_choice"),
        ({"luot": ""}, "Lượt người", "missing"),
        ({"luot": 1.234}, "Lượt người", "thousands"),
        ({"hs": -1}, "Hồ sơ nộp trực tuyến", "negative"),
    ],
)
def test_what_is_refused(send, cells, column, code):
    good = [activity_row(n, luot=n) for n in range(2, 20)]
    result = send(activity_row(1, **cells), *good)
    assert counts(result) == (18, 0, 0, 1)
    assert (only(result)["row"], only(result)["column"], only(result)["code"]) == (2, column, code)


def test_a_dissolved_team_did_nothing_afterwards(send):
    Team.objects.update(dissolved=datetime.date(2024, 8, 1))
    assert only(send(activity_row(1)))["code"] == "after_team"


def test_an_audience_that_nobody_knows_is_other(send):
    result = send(activity_row(1, doi="Sư sãi"))
    assert [warning["code"] for warning in result.warnings] == ["other_choice"]
    assert Activity.objects.get().audience == "other"


def test_what_a_clerk_brings_waits_for_approval(send, people):
    assert counts(send(activity_row(1), by=people.clerk)) == (1, 0, 0, 0)
    activity = Activity.objects.get()
    assert (activity.status, activity.entered_by) == ("submitted", people.clerk)


def test_a_voided_line_stays_void(send):
    send(activity_row(1))
    Activity.objects.update(status="void", void_reason="nhầm")
    assert counts(send(activity_row(1))) == (0, 0, 1, 0)
    assert Activity.objects.get().status == "void"


def test_no_heading_names_two_columns():
    seen = {}
    for name, column in ActivityResource().fields.items():
        for key in column.headings:
            assert seen.setdefault(key, name) == name
