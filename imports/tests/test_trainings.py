"""Kinds `trainings` and `attendances`."""

import datetime

import pytest

from imports.tests.conftest import MEMBER_HEAD, TEAM_HEAD, member_row, team_row
from imports.tests.test_teams import counts, only
from members.models import Attendance, Member, Membership, Training
from teams.models import Team

pytestmark = pytest.mark.django_db

CLASS_HEAD = [
    "STT",
    "Mã lớp",
    "Tên lớp",
    "Đơn vị tổ chức",
    "Hình thức",
    "Ngày",
    "Số buổi",
    "Trạng thái",
    "Số lượt tham gia",
]
HELD = [1, "TT1", "Kỹ năng số", "Sở", "Trực tiếp", datetime.date(2023, 10, 9), 2, "Đã tổ chức", 2]
PLANNED = [2, "KH1", "Kỹ năng số nâng cao", "Sở", "Trực tuyến", datetime.date(2024, 11, 5), 2, "Kế hoạch", ""]
LIST_HEAD = ["STT", "Mã lớp", "Họ và tên", "Số điện thoại", "Huyện", "Xã", "Thôn"]
LISTED = [1, "TT1", "Nguyễn Văn An", "0912 345 678", "Huyện Thượng", "Xã Đông", "Thôn 1"]


def test_classes_held_and_planned(land, bring_in):
    rows = [CLASS_HEAD, HELD, PLANNED, ["", "Cộng", "", "", "", "", "", "", 2]]
    result = bring_in("trainings", rows)
    assert counts(result) == (2, 0, 0, 0)
    assert result.printed_totals[0]["agrees"]
    held, planned = Training.objects.order_by("pk")
    assert (held.area, held.status, held.format, held.head_count, held.sessions) == (
        land.province,
        "held",
        "in_person",
        2,
        2,
    )
    assert (planned.status, planned.format, planned.head_count) == ("planned", "online", None)
    assert counts(bring_in("trainings", rows)) == (0, 0, 2, 0)


def test_a_planned_class_that_was_held_is_the_same_class(land, bring_in):
    bring_in("trainings", [CLASS_HEAD, PLANNED])
    held = [*PLANNED[:5], datetime.date(2024, 3, 5), 2, "Đã tổ chức", 30]
    assert counts(bring_in("trainings", [CLASS_HEAD, held])) == (0, 1, 0, 0)
    assert Training.objects.get().head_count == 30


@pytest.mark.parametrize(
    ("place", "cell", "code"),
    [(1, "", "missing"), (2, "", "missing"), (5, "", "missing"), (5, "31/02/2023", "no_such_day"),
     (8, 4.351, "thousands"),
     (7, "lúc nào", "unknown_choice"), (5, datetime.date(2099, 1, 1), "date_in_future"), (6, 500, "too_large")],
)  # fmt: skip
def test_classes_that_are_refused(land, bring_in, place, cell, code):
    bad = [*HELD]
    bad[place] = cell
    result = bring_in("trainings", [CLASS_HEAD, bad, PLANNED])
    assert counts(result) == (1, 0, 0, 1)
    assert only(result)["code"] == code


@pytest.fixture
def class_and_member(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1), team_row(2, thon="Thôn 2", to="Tổ CNSCĐ thôn 2")])
    bring_in("members", [MEMBER_HEAD, member_row(1), member_row(2, ten="Lê Bình", sdt="0987654321")])
    bring_in("trainings", [CLASS_HEAD, HELD])


def test_an_attendance_is_a_member_of_the_places_team(class_and_member, bring_in):
    rows = [LIST_HEAD, LISTED, [2, "tt1", "LÊ BÌNH", "0987654321", "Thượng", "Đông", "thôn 1"]]
    result = bring_in("attendances", rows)
    assert (counts(result), result.warnings) == ((2, 0, 0, 0), [])
    attendance = Attendance.objects.get(member__name="Nguyễn Văn An")
    assert (attendance.training.code, attendance.team) == ("TT1", Team.objects.get(name__endswith="thôn 1"))
    assert counts(bring_in("attendances", rows)) == (0, 0, 2, 0)
    assert Attendance.objects.count() == 2


def test_a_list_that_differs_from_the_head_count_warns(class_and_member, bring_in):
    result = bring_in("attendances", [LIST_HEAD, LISTED])
    assert [(w["row"], w["code"]) for w in result.warnings] == [(2, "head_count_differs")]


def test_a_person_twice_in_a_class_counts_once(class_and_member, bring_in):
    result = bring_in("attendances", [LIST_HEAD, LISTED, LISTED])
    assert counts(result) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("cells", "code", "suggestion"),
    [
        ({1: "TT9"}, "training_unknown", None),
        ({2: "Nguyễn Văn Anh"}, "member_unknown", "Nguyễn Văn An"),
        ({3: "0912345679"}, "member_unknown", "Nguyễn Văn An"),
        ({6: "Thôn 9"}, "place_unknown", "Thôn 1"),
        ({6: "Thôn 2"}, "member_unknown", None),
        ({3: "123"}, "phone_length", None),
    ],
)
def test_attendances_that_are_refused(class_and_member, bring_in, cells, code, suggestion):
    row = [cells.get(place, cell) for place, cell in enumerate(LISTED)]
    result = bring_in("attendances", [LIST_HEAD, row])
    assert counts(result) == (0, 0, 0, 1)
    assert only(result)["code"] == code
    assert suggestion is None or suggestion in only(result)["suggestions"]


def test_namesakes_are_never_guessed_between(class_and_member, bring_in):
    team = Team.objects.get(name__endswith="thôn 1")
    Membership.objects.create(team=team, member=Member.objects.create(name="Nguyễn Văn An", birth_year=1990))
    row = [*LISTED]
    row[3] = ""
    assert only(bring_in("attendances", [LIST_HEAD, row]))["code"] == "member_ambiguous"
    assert counts(bring_in("attendances", [LIST_HEAD, LISTED])) == (1, 0, 0, 0)


def test_a_list_without_places_finds_people_by_name_and_phone(class_and_member, bring_in):
    rows = [["Mã lớp", "Họ tên", "SĐT"], ["TT1", "Nguyễn Văn An", "0912345678"], ["TT1", "Ai đó", "0900000000"]]
    result = bring_in("attendances", rows)
    assert counts(result) == (1, 0, 0, 1)


def test_one_workbook_holds_both_kinds(land, bring_in):
    sheets = {"Lớp": [CLASS_HEAD, HELD], "Học viên": [LIST_HEAD, LISTED]}
    assert bring_in("trainings", [], sheets=sheets).rows == 1
    assert only(bring_in("attendances", [], sheets=sheets))["code"] == "member_unknown"
