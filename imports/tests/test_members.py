"""Kind `members`: who is in the teams, known again, in two teams, in blocks under sections."""

import datetime

import pytest

from imports.tests.conftest import MEMBER_HEAD, TEAM_HEAD, member_row, team_row
from imports.tests.test_teams import counts, only
from members.models import Member, Membership
from teams.models import Team, TeamPlace

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1), team_row(2, thon="Thôn 2", to="Tổ CNSCĐ thôn 2")])


def test_members_come_into_their_teams(teams, land, bring_in):
    result = bring_in(
        "members", [MEMBER_HEAD, member_row(1), member_row(2, ten="LÊ THỊ BÌNH", gioi="Nữ", vai="TV", may="")]
    )
    assert counts(result) == (2, 0, 0, 0)
    first, second = Membership.objects.order_by("pk").select_related("member", "team")
    assert first.team.name == "Tổ công nghệ số cộng đồng thôn 1"
    assert (first.role, first.post, first.joined) == ("leader", "Trưởng thôn", None)
    person = first.member
    assert (person.name, person.birth_year, person.sex, person.phone, person.smartphone) == (
        "Nguyễn Văn An", 1980, "male", "+84912345678", True,
    )  # fmt: skip
    assert (second.member.name, second.role, second.member.smartphone) == ("Lê Thị Bình", "member", None)


def test_the_same_file_again_changes_nothing(teams, bring_in):
    rows = [MEMBER_HEAD, member_row(1), member_row(2, ten="Lê Bình", sinh="", sdt="")]
    bring_in("members", rows)
    assert counts(bring_in("members", rows)) == (0, 0, 2, 0)
    assert (Member.objects.count(), Membership.objects.count()) == (2, 2)


def test_a_later_file_changes_role_post_and_phone_kind(teams, bring_in):
    bring_in("members", [MEMBER_HEAD, member_row(1), member_row(2, ten="Lê Bình", may="Không")])
    later = [
        MEMBER_HEAD,
        member_row(1, vai="Tổ phó", chuc=""),
        member_row(2, ten="LÊ BÌNH", may="x", sdt="+84 912 345 678"),
    ]
    assert counts(bring_in("members", later)) == (0, 2, 0, 0)
    membership = Membership.objects.get(member__name="Nguyễn Văn An")
    assert (membership.role, membership.post) == ("deputy", "Trưởng thôn")
    assert Member.objects.get(name="Lê Bình").smartphone is True


def test_one_person_in_two_teams_is_one_member(teams, bring_in):
    rows = [MEMBER_HEAD, member_row(1), member_row(2, thon="Thôn 2", to="Tổ CNSCĐ thôn 2", vai="TV")]
    assert counts(bring_in("members", rows)) == (2, 0, 0, 0)
    assert (Member.objects.count(), Membership.objects.count()) == (1, 2)


def test_one_person_in_two_files_is_one_member(teams, bring_in):
    bring_in("members", [MEMBER_HEAD, member_row(1)])
    bring_in("members", [MEMBER_HEAD, member_row(1, thon="Thôn 2", to="Tổ CNSCĐ thôn 2")])
    assert (Member.objects.count(), Membership.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    "cells", [{"sdt": ""}, {"sinh": ""}, {"sinh": 1981}, {"sdt": "0912345679"}, {"ten": "Nguyễn Văn Ân"}]
)
def test_less_than_name_year_and_phone_is_no_proof_across_teams(teams, bring_in, cells):
    rows = [MEMBER_HEAD, member_row(1), member_row(2, thon="Thôn 2", to="Tổ CNSCĐ thôn 2", **cells)]
    assert counts(bring_in("members", rows)) == (2, 0, 0, 0)
    assert Member.objects.count() == 2


def test_a_likely_double_in_a_team_warns_and_is_taken(teams, bring_in):
    bring_in("members", [MEMBER_HEAD, member_row(1)])
    result = bring_in("members", [MEMBER_HEAD, member_row(1, sdt="0987654321")])
    assert counts(result) == (1, 0, 0, 0)
    assert [warning["code"] for warning in result.warnings] == ["possible_duplicate"]


def test_a_row_twice_is_one_and_a_contradiction_is_refused(teams, bring_in):
    result = bring_in("members", [MEMBER_HEAD, member_row(1), member_row(2), member_row(3, vai="Tổ phó")])
    assert counts(result) == (1, 0, 1, 1)
    assert only(result)["code"] == "duplicate"


def test_an_old_file_brings_nobody_back(teams, bring_in):
    rows = [MEMBER_HEAD, member_row(1)]
    bring_in("members", rows)
    Membership.objects.update(left=datetime.date(2024, 1, 31))
    result = bring_in("members", rows)
    assert counts(result) == (0, 0, 1, 0)
    assert [warning["code"] for warning in result.warnings] == ["left_already"]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"ten": ""}, "Họ và tên", "missing"),
        ({"sdt": "091234567"}, "SĐT", "phone_length"),
        ({"sinh": "năm chín mươi"}, "Năm sinh", "not_a_year"),
        ({"vai": "Chủ tịch"}, "Vai trò", "unknown_choice"),
        ({"thon": "Thôn 9", "to": "Tổ CNSCĐ thôn 9"}, "Thôn", "place_unknown"),
        ({"to": "Tổ không có"}, "Tên tổ", "team_unknown"),
        ({"thon": "Thôn 9", "to": ""}, "Thôn", "place_unknown"),
    ],
)
def test_what_is_refused(teams, bring_in, cells, column, code):
    good = [member_row(n, ten=f"Trần Thị {'ABCDEFGH'[n - 2]}") for n in range(2, 10)]
    result = bring_in("members", [MEMBER_HEAD, member_row(1, **cells), *good])
    assert counts(result) == (8, 0, 0, 1)
    assert (only(result)["row"], only(result)["column"], only(result)["code"]) == (2, column, code)


def test_the_refusal_of_an_unknown_team_names_those_that_are_there(teams, bring_in):
    result = bring_in("members", [MEMBER_HEAD, member_row(1, to="Tổ không có")])
    assert only(result)["suggestions"] == ["Tổ công nghệ số cộng đồng thôn 1"]


def test_a_member_leaves_after_joining(teams, bring_in):
    head = [*MEMBER_HEAD, "Ngày vào tổ", "Ngày rời tổ"]
    days = [datetime.date(2023, 5, 1), datetime.date(2023, 4, 1)]
    assert only(bring_in("members", [head, [*member_row(1), *days]]))["code"] == "left_before_joined"


def test_a_village_without_a_team_and_one_with_two(land, teams, bring_in):
    nobody = bring_in("members", [MEMBER_HEAD, member_row(1, huyen="Huyện Hạ", xa="Xã Nam", to="")])
    assert only(nobody)["code"] == "team_unknown"
    assert counts(bring_in("members", [MEMBER_HEAD, member_row(1, to="")])) == (1, 0, 0, 0)
    other = Team.objects.create(name="Tổ thứ hai", established=datetime.date(2023, 1, 1))
    TeamPlace.objects.create(team=other, area=land.d1)
    assert only(bring_in("members", [MEMBER_HEAD, member_row(1, to="")]))["code"] == "team_ambiguous"


def test_missing_teams_are_made_only_when_asked(land, bring_in):
    rows = [MEMBER_HEAD, member_row(1), member_row(2, thon="Bản Mới", to="Tổ CNSCĐ bản Mới", ten="Lê B")]
    assert counts(bring_in("members", rows)) == (0, 0, 0, 2)
    result = bring_in("members", rows, create_missing=True)
    assert counts(result) == (2, 0, 0, 0)
    assert result.also_created == {"teams": 2, "villages": 1}
    assert set(Team.objects.values_list("established", "counted_from")) == {(None, datetime.date(2024, 3, 31))}
    again = bring_in("members", rows, create_missing=True, as_of=datetime.date(2024, 5, 31))
    assert counts(again) == (0, 0, 2, 0)
    assert again.also_created == {"teams": 0, "villages": 0}


def test_the_role_may_stand_in_the_column_of_posts(teams, bring_in):
    head = [title for title in MEMBER_HEAD if title != "Vai trò"]
    row = member_row(1, chuc="Tổ trưởng")
    del row[8]
    bring_in("members", [head, row])
    assert Membership.objects.get().role == "leader"


def test_sections_and_blocks_of_a_district(land, bring_in):
    rows = [
        ["DANH SÁCH TỔ CNSCĐ HUYỆN THƯỢNG, TỈNH MẪU"],
        ["STT", "Tên tổ", "Thôn", "Họ tên", "Nhiệm vụ"],
        ["", "I. CẤP HUYỆN"],
        [1, "Tổ CNSCĐ huyện Thượng", "", "Lê A", "Tổ trưởng"],
        [2, "", "", "Lê B", "TV"],
        ["", "II. CẤP XÃ, THÔN"],
        ["", "XÃ ĐÔNG"],
        [3, "Tổ CNSCĐ xã Đông", "", "Lê C", "Tổ trưởng"],
        [4, "Tổ CNSCĐ thôn 1", "Thôn 1", "Lê D", "Tổ trưởng"],
        [5, "", "", "Lê E", "TV"],
        ["", "Cộng", "", "2 tổ, 3 thành viên"],
        ["", "XÃ TÂY"],
        [6, "Tổ CNSCĐ thôn 1", "Thôn 1", "Lê G", "Tổ trưởng"],
        ["", "Cộng", "", "1 tổ, 1 thành viên"],
        ["", "TỔNG CỘNG", "", "3 tổ, 6 thành viên"],
    ]
    result = bring_in("members", rows, create_missing=True, province=None)
    assert counts(result) == (6, 0, 0, 0)
    assert result.also_created == {"teams": 4, "villages": 0}
    places = dict(TeamPlace.objects.values_list("team__memberships__member__name", "area"))
    assert [places[f"Lê {x}"] for x in "ABCDEG"] == [
        land.upper.pk, land.upper.pk, land.dong.pk, land.d1.pk, land.d1.pk, land.t1.pk,
    ]  # fmt: skip
    assert [(t["printed"], t["found"]) for t in result.printed_totals] == [
        (2, 2),
        (3, 3),
        (1, 1),
        (1, 1),
        (3, 4),
        (6, 6),
    ]


def test_id_cards_party_and_ethnicity_are_dropped_and_told(teams, bring_in):
    head = [*MEMBER_HEAD, "Số CCCD", "Dân tộc", "Đảng viên"]
    result = bring_in("members", [head, [*member_row(1), "038012345678", "Mường", "x"]])
    assert counts(result) == (1, 0, 0, 0)
    assert [warning["code"] for warning in result.warnings] == ["sensitive_column"] * 3
    kept = str(list(Member.objects.values())) + str(list(Membership.objects.values())) + str(result.as_dict())
    assert "038012345678" not in kept
    assert "Mường" not in kept
