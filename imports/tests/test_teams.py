"""Kind `teams`: registers of teams and the villages that come with them."""

import datetime

import pytest

from areas.models import Area, AreaParent, Level
from imports.errors import Unusable
from imports.models import Batch, PlaceAlias
from imports.tests.conftest import TEAM_HEAD, team_row
from teams.models import Team, TeamPlace

pytestmark = pytest.mark.django_db


def counts(result):
    return result.created, result.updated, result.unchanged, result.refused


def only(result):
    (told,) = result.refusals
    return told


def test_a_register_makes_its_teams_and_the_villages_that_it_names(land, bring_in):
    rows = [TEAM_HEAD, team_row(1), team_row(2, thon="Bản Mới", to="Tổ CNSCĐ bản Mới", thanh_lap="", ra_mat="")]
    result = bring_in("teams", rows)
    assert counts(result) == (2, 0, 0, 0)
    assert result.also_created == {"teams": 0, "villages": 1}
    first, second = Team.objects.order_by("pk")
    assert (first.name, first.level, first.decision_number) == ("Tổ công nghệ số cộng đồng thôn 1", 4, "12/QĐ-UBND")
    assert (first.established, first.launched, first.counted_from) == (
        datetime.date(2022, 5, 1),
        datetime.date(2022, 6, 1),
        None,
    )
    # No founding day in the file: it counts from the file's day, and no day is made up.
    assert (second.established, second.counted_from) == (None, datetime.date(2024, 3, 31))
    assert TeamPlace.objects.get(team=first).area == land.d1
    village = TeamPlace.objects.get(team=second).area
    assert (village.name, village.kind, village.level) == ("Bản Mới", "bản", Level.VILLAGE)
    assert AreaParent.objects.get(child=village).parent == land.dong


def test_the_same_file_again_changes_nothing(land, bring_in):
    rows = [TEAM_HEAD, team_row(1), team_row(2, thon="Bản Mới", to="Tổ CNSCĐ bản Mới", thanh_lap="")]
    bring_in("teams", rows)
    before = list(Team.objects.values_list().order_by("pk")), Area.objects.count()
    assert counts(bring_in("teams", rows, as_of=datetime.date(2024, 5, 31))) == (0, 0, 2, 0)
    assert (list(Team.objects.values_list().order_by("pk")), Area.objects.count()) == before


def test_a_later_file_changes_what_it_says_and_a_blank_changes_nothing(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1, ra_mat=""), team_row(2, thon="Thôn 2", to="Tổ CNSCĐ thôn 2")])
    later = [TEAM_HEAD, team_row(1, to="TỔ CNSCĐ THÔN 01", qd=""), team_row(2, thon="thon 2", to="To CNSCD thon 2")]
    assert counts(bring_in("teams", later)) == (0, 1, 1, 0)
    team = Team.objects.get(name="Tổ công nghệ số cộng đồng thôn 1")
    assert (team.decision_number, team.launched) == ("12/QĐ-UBND", datetime.date(2022, 6, 1))


def test_a_team_that_a_later_file_leaves_out_goes_on(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1), team_row(2, thon="Thôn 2", to="Tổ thôn 2")])
    bring_in("teams", [TEAM_HEAD, team_row(1)])
    assert Team.objects.filter(dissolved=None).count() == 2


def test_one_bad_row_refuses_one_row_and_says_where_and_why(land, bring_in):
    rows = [["DANH SÁCH TỔ"], TEAM_HEAD, team_row(1), team_row(2, thon="Thôn 2", to="Tổ thôn 2", ra_mat="31/02/2023")]
    result = bring_in("teams", rows)
    assert counts(result) == (1, 0, 0, 1)
    assert only(result) == {
        "row": 4,
        "column": "Ngày ra mắt",
        "value": "31/02/2023",
        "code": "no_such_day",
        "message": "Không có ngày này. Sửa thành ngày đúng.",
        "suggestions": [],
    }


def test_a_village_of_a_refused_row_is_not_made(land, bring_in):
    before = Area.objects.count()
    bring_in("teams", [TEAM_HEAD, team_row(1, thon="Bản Mới", to="")])
    assert Area.objects.count() == before


@pytest.mark.parametrize(
    ("cells", "column", "code", "suggestion"),
    [
        ({"xa": "Xã Đôngg"}, "Xã", "place_unknown", "Xã Đông"),
        ({"xa": "Xã Nam"}, "Xã", "place_unknown", "Xã Nam, Huyện Hạ"),
        ({"huyen": "Huyện Thươngg"}, "Huyện", "place_unknown", "Huyện Thượng"),
        ({"xa": ""}, "Xã", "place_missing", None),
        ({"to": ""}, "Tên tổ", "missing", None),
        ({"thanh_lap": datetime.date(2022, 7, 1)}, "Ngày ra mắt", "launched_before_established", None),
        ({"thanh_lap": datetime.date(2099, 7, 1), "ra_mat": ""}, "Ngày thành lập", "date_in_future", None),
        ({"so": 4.351}, "Số thành viên", "thousands", "4.351"),
    ],
)
def test_what_is_refused(land, bring_in, cells, column, code, suggestion):
    # Enough good rows that a blank cell is a missing one, not the rest of a block.
    good = [team_row(n, thon=f"Thôn {n}", to=f"Tổ thôn {n}") for n in range(2, 10)]
    result = bring_in("teams", [TEAM_HEAD, team_row(1, **cells), *good])
    assert counts(result) == (8, 0, 0, 1)
    told = only(result)
    assert (told["row"], told["column"], told["code"]) == (2, column, code)
    assert suggestion is None or suggestion in told["suggestions"]


def test_a_team_is_dissolved_after_it_was_established(land, bring_in):
    head = [*TEAM_HEAD, "Ngày giải thể"]
    result = bring_in("teams", [head, [*team_row(1), datetime.date(2021, 1, 1)]])
    assert only(result)["code"] == "dissolved_before_established"


def test_days_are_checked_against_what_stands_already(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1)])
    later = bring_in("teams", [TEAM_HEAD, team_row(1, thanh_lap="", ra_mat=datetime.date(2022, 4, 1))])
    assert only(later)["code"] == "launched_before_established"


def test_rows_that_say_the_same_twice_are_one_and_rows_that_differ_are_refused(land, bring_in):
    rows = [TEAM_HEAD, team_row(1), team_row(2), team_row(3, qd="99/QĐ-UBND")]
    result = bring_in("teams", rows)
    assert counts(result) == (1, 0, 1, 1)
    assert [warning["code"] for warning in result.warnings] == ["duplicate_row"]
    assert only(result)["code"] == "duplicate"
    assert counts(bring_in("teams", rows)) == (0, 0, 2, 1)


def test_levels_follow_the_place_and_the_name(land, bring_in):
    rows = [
        TEAM_HEAD,
        team_row(1, thon="", xa="", to="Tổ CNSCĐ huyện Thượng"),
        team_row(2, thon="", to="Tổ CNSCĐ xã Đông"),
        team_row(3, thon="", to="Tổ CNSCĐ thôn 2"),
        *(team_row(n, thon=f"Thôn {n}", to=f"Tổ CNSCĐ thôn {n}") for n in range(4, 20)),
    ]
    assert counts(bring_in("teams", rows))[3] == 0
    placed = {place.team.name: place.area for place in TeamPlace.objects.select_related("team", "area")}
    assert placed["Tổ CNSCĐ huyện Thượng"] == land.upper
    assert placed["Tổ CNSCĐ xã Đông"] == land.dong
    assert placed["Tổ CNSCĐ thôn 2"] == land.d2
    levels = dict(Team.objects.values_list("name", "level"))
    assert [levels[f"Tổ CNSCĐ {name}"] for name in ("huyện Thượng", "xã Đông", "thôn 2")] == [2, 3, 4]


@pytest.mark.parametrize(
    ("huyen", "xa", "thon"),
    [
        ("H. Thượng", "X. Đông", "thôn 01"),
        ("HUYỆN THƯỢNG", "XÃ ÐÔNG", "THÔN 1"),
        ("Thượng", "Đông", "1"),
        ("huyen thuong", "xa dong", "thon 1"),
        ("Huyện\u00a0Thượng", "Xã  Đông", "Thôn số 1"),
        ("Huyện Thu\u031bo\u031b\u0323ng", "Xã Đo\u0302ng", "Tho\u0302n 1"),
    ],
)
def test_places_are_found_however_they_are_written(land, bring_in, huyen, xa, thon):
    result = bring_in("teams", [TEAM_HEAD, team_row(1, huyen=huyen, xa=xa, thon=thon)])
    assert counts(result) == (1, 0, 0, 0)
    assert TeamPlace.objects.get().area == land.d1


def test_another_kind_of_the_same_name_is_taken_with_a_warning(land, bring_in):
    result = bring_in("teams", [TEAM_HEAD, team_row(1, xa="Phường Đông")])
    assert counts(result) == (1, 0, 0, 0)
    assert [warning["code"] for warning in result.warnings] == ["place_kind"]


def test_villages_of_other_kinds_are_other_villages(land, bring_in):
    rows = [TEAM_HEAD, team_row(1), team_row(2, thon="Tổ dân phố 1", to="Tổ CNSCĐ TDP 1")]
    assert bring_in("teams", rows).also_created["villages"] == 1


def test_places_are_those_of_the_files_day(land, bring_in):
    """After the merger the old commune names no place for a new village any more; before it the new one did not."""
    after = bring_in("teams", [TEAM_HEAD, team_row(1, thon="Bản Mới", to="Tổ bản Mới")], as_of=land.merged)
    told = only(after)
    assert (told["code"], told["suggestions"]) == ("place_ended", ["Xã Đông Tây"])
    before = bring_in("teams", [TEAM_HEAD, team_row(1, xa="Xã Đông Tây")])
    assert only(before)["code"] == "place_unknown"


def test_a_village_named_alike_in_two_old_communes_is_never_guessed(land, bring_in):
    result = bring_in("teams", [TEAM_HEAD, team_row(1, huyen="", xa="Xã Đông Tây")], as_of=land.merged)
    told = only(result)
    assert (told["column"], told["code"]) == ("Thôn", "place_ambiguous")
    assert sorted(told["suggestions"]) == ["Thôn 1, Xã Tây", "Thôn 1, Xã Đông"]


def test_communes_named_alike_are_told_apart_by_their_district_or_refused(country, bring_in):
    """Thanh Hóa had a xã Yên Thọ in Yên Định and another in Như Thanh."""
    day = datetime.date(2024, 9, 30)
    told = only(bring_in("teams", [TEAM_HEAD, team_row(1, huyen="", xa="Xã Yên Thọ")], province="38", as_of=day))
    assert (told["column"], told["code"]) == ("Xã", "place_ambiguous")
    assert told["suggestions"] == ["Xã Yên Thọ, Huyện Như Thanh", "Xã Yên Thọ, Huyện Yên Định"]
    rows = [TEAM_HEAD, team_row(1, huyen="H. Như Thanh", xa="Yên Thọ")]
    assert counts(bring_in("teams", rows, province="38", as_of=day)) == (1, 0, 0, 0)
    assert AreaParent.objects.get(child=TeamPlace.objects.get().area).parent.code == "16264"


def test_what_somebody_settled_is_remembered(land, bring_in):
    PlaceAlias.objects.create(text="xa dong cu", within=land.upper, area=land.dong)
    assert counts(bring_in("teams", [TEAM_HEAD, team_row(1, xa="Xã Đông cũ")])) == (1, 0, 0, 0)


def test_a_team_may_be_called_as_another_in_another_village(land, bring_in):
    rows = [TEAM_HEAD, team_row(1, to="Tổ CNSCĐ"), team_row(2, thon="Thôn 2", to="Tổ CNSCĐ")]
    assert counts(bring_in("teams", rows)) == (2, 0, 0, 0)


def test_two_teams_of_one_name_at_one_place_are_never_guessed_between(land, bring_in):
    bring_in("teams", [TEAM_HEAD, team_row(1)])
    double = Team.objects.create(name="Tổ CNSCĐ thôn 1", established=datetime.date(2023, 1, 1))
    TeamPlace.objects.create(team=double, area=land.d1)
    assert only(bring_in("teams", [TEAM_HEAD, team_row(1)]))["code"] == "team_ambiguous"


def test_a_printed_total_is_compared_and_told(land, bring_in):
    rows = [
        TEAM_HEAD,
        team_row(1),
        team_row(2, thon="Thôn 2", to="Tổ 2"),
        ["", "Tổng cộng", "", "", "3 tổ", "", "", "", 10],
    ]
    result = bring_in("teams", rows)
    assert result.rows == 2
    assert result.printed_totals == [
        {"row": 4, "label": "Tổng cộng (tổ)", "printed": 3, "found": 2, "agrees": False},
        {"row": 4, "label": "Tổng cộng (thành viên)", "printed": 10, "found": 10, "agrees": True},
    ]


def test_sensitive_columns_are_dropped_and_told(land, bring_in):
    result = bring_in("teams", [[*TEAM_HEAD, "Tôn giáo tổ trưởng"], [*team_row(1), "Không"]])
    assert counts(result) == (1, 0, 0, 0)
    assert [(w["row"], w["column"], w["code"]) for w in result.warnings] == [
        (1, "Tôn giáo tổ trưởng", "sensitive_column")
    ]


def test_a_title_of_another_day_warns(land, bring_in):
    result = bring_in("teams", [["DANH SÁCH (đến ngày 30/9/2024)"], TEAM_HEAD, team_row(1)])
    assert [warning["code"] for warning in result.warnings] == ["other_day"]


def test_the_province_is_read_from_the_title_or_the_places(country, bring_in):
    day = datetime.date(2024, 9, 30)
    row = team_row(1, huyen="Huyện Yên Định", xa="Xã Định Hòa")
    for title in ("DANH SÁCH TỔ TỈNH THANH HÓA", "DANH SÁCH TỔ"):
        result = bring_in("teams", [[title], TEAM_HEAD, row], province=None, as_of=day, dry_run=True)
        assert counts(result) == (1, 0, 0, 0)
    with pytest.raises(Unusable, match="Không rõ tệp của tỉnh"):
        bring_in("teams", [TEAM_HEAD, team_row(1, huyen="", xa="Xã Bình Minh")], province=None, as_of=day)
    after = datetime.date(2025, 9, 30)
    with pytest.raises(Unusable, match="Tỉnh Bạc Liêu không còn vào ngày 30/09/2025"):
        bring_in("teams", [["TỔ CNSCĐ TỈNH BẠC LIÊU"], TEAM_HEAD, row], province=None, as_of=after)


def test_district_and_commune_may_stand_in_the_title_alone(land, bring_in):
    rows = [
        ["DANH SÁCH TỔ CNSCĐ XÃ ĐÔNG, HUYỆN THƯỢNG"],
        ["STT", "Thôn", "Tên tổ"],
        [1, "Thôn 1", "Tổ CNSCĐ thôn 1"],
        [2, "Thôn 2", "Tổ CNSCĐ thôn 2"],
    ]
    assert counts(bring_in("teams", rows)) == (2, 0, 0, 0)
    assert set(TeamPlace.objects.values_list("area", flat=True)) == {land.d1.pk, land.d2.pk}


def test_a_dry_run_writes_nothing(land, bring_in):
    before = Area.objects.count()
    result = bring_in("teams", [TEAM_HEAD, team_row(1, thon="Bản Mới", to="Tổ bản Mới")], dry_run=True)
    assert counts(result) == (1, 0, 0, 0)
    assert (Team.objects.count(), Area.objects.count(), Batch.objects.count()) == (0, before, 0)
