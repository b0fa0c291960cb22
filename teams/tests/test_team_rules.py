"""The rules that the database keeps for teams, each broken once, and what the actions do."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from teams import actions
from teams.models import State, Team, TeamPlace


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "team_has_a_first_day"),
        ({"established": date(2023, 2, 1), "dissolved": date(2023, 1, 1)}, "team_dissolved_after_established"),
        ({"established": date(2023, 2, 1), "launched": date(2023, 1, 1)}, "team_launched_after_established"),
        ({"planned": date(2023, 1, 1), "launched": date(2023, 1, 1)}, "team_launched_only_if_established"),
        ({"planned": date(2023, 1, 1), "dissolve_reason": "sáp nhập"}, "team_dissolve_reason_has_its_day"),
    ],
)
def test_the_database_refuses_a_team_that_cannot_be(db, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Team.objects.create(name="Tổ thử", **fields)


def test_the_database_refuses_two_places_on_one_day(teams, land):
    with pytest.raises(IntegrityError, match="team_one_place_a_day"), transaction.atomic():
        TeamPlace.objects.create(team=teams.d1, area=land.d2, during=DateRange(date(2024, 1, 1), None))


def test_the_database_refuses_a_place_for_no_day(teams, land):
    with pytest.raises(IntegrityError, match="team_place_lasts_a_day"), transaction.atomic():
        TeamPlace.objects.create(team=teams.d1, area=land.d2, during=DateRange(date(2024, 1, 1), date(2024, 1, 1)))


def test_the_first_day_is_the_one_of_the_first_file_where_none_is_known(db):
    team = Team.objects.create(name="Tổ thử", counted_from=date(2023, 5, 1), planned=date(2023, 1, 1))
    team.refresh_from_db()
    assert (team.active_from, team.known_from) == (date(2023, 5, 1), date(2023, 1, 1))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"planned": date(2023, 1, 1)}, State.PLANNED),
        ({"established": date(2999, 1, 1)}, State.PLANNED),
        ({"established": date(2023, 1, 1)}, State.ESTABLISHED),
        ({"counted_from": date(2023, 1, 1)}, State.ESTABLISHED),
        ({"established": date(2023, 1, 1), "launched": date(2999, 1, 1)}, State.ESTABLISHED),
        ({"established": date(2023, 1, 1), "launched": date(2023, 1, 1)}, State.LAUNCHED),
        ({"established": date(2023, 1, 1), "dissolved": date(2024, 1, 1)}, State.DISSOLVED),
        ({"planned": date(2023, 1, 1), "dissolved": date(2024, 1, 1)}, State.DISSOLVED),
    ],
)
def test_a_team_and_the_list_agree_on_its_state(db, fields, state):
    team = Team.objects.create(name="Tổ thử", **fields)
    today = timezone.localdate()
    assert team.state == state
    assert [each for each in State if Team.objects.in_state(each, today).filter(pk=team.pk)] == [state]


def test_a_move_ends_the_old_place_the_day_before(teams, land, people):
    actions.move(team=teams.d1, area=land.d2, on=date(2025, 3, 1), by=people.admin)
    assert teams.d1.place_on(date(2025, 2, 28)) == land.d1
    assert teams.d1.place_on(date(2025, 3, 1)) == land.d2


@pytest.mark.parametrize(
    ("area", "on", "told"),
    [
        ("nam", date(2025, 3, 1), "không chuyển sang cấp khác"),
        ("d1", date(2025, 3, 1), "Tổ đang ở"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(teams, land, people, area, on, told):
    with pytest.raises(ValidationError, match=told):
        actions.move(team=teams.d1, area=getattr(land, area), on=on, by=people.admin)


def test_a_second_move_cannot_be_dated_before_the_first(teams, land, people):
    actions.move(team=teams.d1, area=land.d2, on=date(2025, 3, 1), by=people.admin)
    with pytest.raises(ValidationError, match="Tổ đã chuyển nơi ngày 01/03/2025"):
        actions.move(team=teams.d1, area=land.d1, on=date(2025, 1, 1), by=people.admin)


def test_a_commune_team_cannot_move_to_a_commune_that_has_ended(teams, land, people):
    with pytest.raises(ValidationError, match="Xã Đông không tồn tại ngày"):
        actions.move(team=teams.nam, area=land.dong, on=land.merged + timedelta(days=1), by=people.admin)


def test_a_dissolved_team_is_no_longer_active_from_that_day(teams, people):
    actions.dissolve(team=teams.d1, on=date(2025, 3, 1), reason="Nhập thôn", by=people.admin)
    assert Team.objects.active_on(date(2025, 2, 28)).filter(pk=teams.d1.pk).exists()
    assert not Team.objects.active_on(date(2025, 3, 1)).filter(pk=teams.d1.pk).exists()


def test_dissolving_needs_a_reason_and_a_day_of_the_teams_life(teams, people):
    with pytest.raises(ValidationError, match="Ghi lý do giải thể"):
        actions.dissolve(team=teams.d1, on=date(2025, 3, 1), reason=" ", by=people.admin)
    with pytest.raises(ValidationError, match="Tổ hoạt động từ 01/03/2023"):
        actions.dissolve(team=teams.d1, on=date(2023, 2, 1), reason="Nhập thôn", by=people.admin)


def test_a_dissolution_can_be_taken_back_once_and_not_when_another_team_follows(teams, land, people):
    actions.dissolve(team=teams.d1, on=date(2025, 3, 1), reason="Nhầm", by=people.admin)
    assert actions.restore(team=teams.d1, by=people.admin).state == State.ESTABLISHED
    actions.dissolve(team=teams.d1, on=date(2025, 3, 1), reason="Tách tổ", by=people.admin)
    actions.found(area=land.d1, name="Tổ sau", established=date(2025, 3, 1), predecessors=[teams.d1], by=people.admin)
    with pytest.raises(ValidationError, match="đã có tổ sau"):
        actions.restore(team=teams.d1, by=people.admin)


def test_a_change_of_nothing_writes_nothing(teams, people):
    events = Team._meta.get_field("events").related_model
    before = events.objects.count()
    actions.change(team=teams.d1, name=teams.d1.name, by=people.admin)
    assert events.objects.count() == before


def test_a_team_follows_its_commune_into_the_merged_one(teams, land, people):
    clerk, other = people.clerk, people.nam_clerk
    assert set(Team.objects.visible_to(clerk)) == {teams.d1, teams.t1}
    assert set(Team.objects.visible_to(other)) == {teams.n1, teams.nam}
    assert set(Team.objects.visible_to(people.leader)) == {teams.d1}
    assert not Team.objects.visible_to(people.stranger).exists()
    assert not Team.objects.visible_to(people.viewer).exists()  # figures only
    assert set(Team.objects.under(land.dong_tay, timezone.localdate())) == {teams.d1, teams.t1}
    assert set(Team.objects.under(land.dong, date(2024, 6, 30))) == {teams.d1}
