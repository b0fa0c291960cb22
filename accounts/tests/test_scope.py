"""What grants cover, through every kind of reform."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from psycopg.types.range import DateRange

from accounts.models import Grant, User
from accounts.roles import Right, Role
from accounts.scope import areas_visible_to, can, can_team, rights_of, scope
from accounts.tests.conftest import AFTER, BEFORE, REFORM
from areas import ancestry
from areas.models import Area, AreaParent, AreaSuccession, Level
from teams.models import Team, TeamPlace

READ, EDIT = Right.READ_FACTS, Right.EDIT
SUBTREE = {"T", "D1", "D2", "D3", "A", "B", "C", "E", "M", "N", "P", "S", "a1", "b1", "c1", "e1"}


def test_no_grant_is_nothing(reform, user_with, names):
    user = user_with()
    found = scope(user, READ)
    assert not found
    assert not found.everything
    assert names(found, reform) == set()
    assert not found.own.exists()
    assert not can(user, READ, reform.A)
    assert not areas_visible_to(user).exists()
    assert not Area.objects.filter(found.rows(area="pk")).exists()


def test_a_superuser_without_a_grant_sees_no_facts(reform):
    boss = User.objects.create_superuser("boss@vidu.vn", password="mot-mat-khau-dai")
    assert not scope(boss, READ)
    assert not areas_visible_to(boss).exists()


def test_nobody_and_the_deactivated_hold_nothing(reform, user_with):
    assert not scope(AnonymousUser(), READ)
    user = user_with(Role.PROVINCE_ADMIN, reform.T)
    assert can(user, READ, reform.A)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not can(User.objects.get(pk=user.pk), READ, reform.A)


def test_a_grant_on_the_country_covers_everything(reform, user_with):
    viewer = user_with(Role.COUNTRY_VIEWER, reform.VN)
    assert scope(viewer, READ).everything
    assert can(viewer, READ, reform.q1)
    assert areas_visible_to(viewer).count() == Area.objects.count()
    assert not scope(viewer, EDIT)


@pytest.mark.parametrize("day", [BEFORE, REFORM, AFTER])
def test_a_province_that_lives_on_keeps_its_subtree_with_the_ended_units(reform, user_with, names, day):
    officer = user_with(Role.PROVINCE_OFFICER, reform.T)
    assert names(scope(officer, EDIT, day=day), reform) == SUBTREE


def test_a_clerk_before_the_reform_has_commune_and_villages(reform, user_with, names):
    clerk = user_with(Role.COMMUNE_CLERK, reform.A)
    assert names(scope(clerk, EDIT, day=BEFORE), reform) == {"A", "a1"}


def test_the_clerk_of_a_merged_commune_gets_what_it_became(reform, user_with, names):
    clerk = user_with(Role.COMMUNE_CLERK, reform.A)
    assert names(scope(clerk, EDIT, day=REFORM), reform) == {"A", "B", "M", "a1", "b1"}


def test_the_clerk_of_a_split_commune_reads_every_part_and_writes_what_is_settled(reform, user_with, names):
    clerk = user_with(Role.COMMUNE_CLERK, reform.C)
    assert names(scope(clerk, READ, day=AFTER), reform) == {"C", "N", "P", "c1"}
    assert names(scope(clerk, EDIT, day=AFTER), reform) == {"N", "P"}


def test_villages_of_an_unsettled_commune_are_read_by_candidates_and_written_by_the_province(reform, user_with, names):
    candidate = user_with(Role.COMMUNE_CLERK, reform.N)
    officer = user_with(Role.PROVINCE_OFFICER, reform.T)
    assert names(scope(candidate, READ, day=AFTER), reform) == {"C", "N", "c1"}
    assert names(scope(candidate, Right.LOG, day=AFTER), reform) == {"N"}
    assert {"C", "c1"} <= names(scope(officer, EDIT, day=AFTER), reform)


def test_a_village_that_has_been_assigned_is_written_by_its_commune_alone(reform, user_with, names):
    edge = AreaParent.objects.get(child=reform.c1)
    edge.during = DateRange(None, REFORM)
    edge.save()
    AreaParent.objects.create(child=reform.c1, parent=reform.N, during=DateRange(REFORM, None))
    ancestry.rebuild([reform.c1.pk])
    assert "c1" in names(scope(user_with(Role.COMMUNE_CLERK, reform.N), EDIT, day=AFTER), reform)
    assert "c1" not in names(scope(user_with(Role.COMMUNE_CLERK, reform.P), READ, day=AFTER), reform)


def test_a_known_share_is_enough_to_write(reform, user_with, names):
    successions = AreaSuccession.objects.filter(predecessor=reform.C)
    for succession, weight in zip(successions, ("0.25", "0.75"), strict=True):
        succession.weight = weight
        succession.save()
    ancestry.rebuild([reform.C.pk, reform.c1.pk])
    assert names(scope(user_with(Role.COMMUNE_CLERK, reform.P), EDIT, day=AFTER), reform) == {"C", "P", "c1"}


def test_officers_of_an_ended_district_read_their_old_subtree_and_write_nothing(reform, user_with, names):
    officer = user_with(Role.DISTRICT_OFFICER, reform.D2)
    old = {"D2", "C", "E", "c1", "e1"}
    assert names(scope(officer, EDIT, day=BEFORE), reform) == old
    assert names(scope(officer, READ, day=REFORM), reform) == old
    assert names(scope(officer, Right.READ_FIGURES, day=AFTER), reform) == old
    for right in (Right.EDIT, Right.LOG, Right.APPROVE, Right.IMPORT, Right.INVITE, Right.READ_PHONES):
        assert not scope(officer, right, day=REFORM), right


def test_a_district_that_became_a_special_zone_keeps_its_officers_at_work(reform, user_with, names):
    officer = user_with(Role.DISTRICT_OFFICER, reform.D3)
    assert names(scope(officer, EDIT, day=REFORM), reform) == {"D3", "S"}


def test_a_parent_is_never_followed(reform, user_with, names):
    officer = user_with(Role.DISTRICT_OFFICER, reform.D1)
    assert not names(scope(officer, READ, day=AFTER), reform) & {"T", "M"}


def test_a_successor_of_a_successor_is_followed(reform, user_with, names):
    later = datetime.date(2026, 1, 1)
    whole = Area.objects.create(level=Level.COMMUNE, code="X0099", kind="xã", name="Xã Gộp", valid=DateRange(later))
    AreaParent.objects.create(child=whole, parent=reform.T, during=DateRange(later))
    for unit in (reform.M, reform.N):
        unit.valid = DateRange(REFORM, later)
        unit.save()
        AreaParent.objects.filter(child=unit).update(during=DateRange(REFORM, later))
        AreaSuccession.objects.create(predecessor=unit, successor=whole, date=later)
    reform.W = whole
    ancestry.rebuild([unit.pk for unit in vars(reform).values() if isinstance(unit, Area)])
    clerk = user_with(Role.COMMUNE_CLERK, reform.A)
    assert names(scope(clerk, EDIT, day=later), reform) >= {"A", "B", "M", "N", "W", "a1", "b1"}
    assert "P" not in names(scope(clerk, READ, day=later), reform)


def test_a_grant_ends_on_its_day_and_begins_on_its_day(reform, user_with):
    clerk = user_with(Role.COMMUNE_CLERK, reform.E, since=REFORM, until=AFTER)
    assert not scope(clerk, READ, day=BEFORE)
    assert scope(clerk, READ, day=REFORM)
    assert scope(clerk, READ, day=AFTER - datetime.timedelta(days=1))
    assert not scope(clerk, READ, day=AFTER)


def test_a_grant_that_ends_on_the_day_of_the_reform_gets_no_successor(reform, user_with, names):
    clerk = user_with(Role.COMMUNE_CLERK, reform.A, until=REFORM)
    assert names(scope(clerk, READ, day=BEFORE), reform) == {"A", "a1"}
    assert not scope(clerk, READ, day=REFORM)


def test_grants_of_one_user_add_up_right_by_right(reform, user_with, names):
    user = user_with(Role.COMMUNE_CLERK, reform.E)
    Grant.objects.create(user=user, role=Role.VIEWER, area=reform.O)
    assert names(scope(user, EDIT, day=AFTER), reform) == {"E", "e1"}
    assert names(scope(user, Right.READ_FIGURES, day=AFTER), reform) == {"E", "e1", "O", "Q", "q1"}
    assert Right.APPROVE not in rights_of(user)
    assert {Right.EDIT, Right.INVITE} <= rights_of(user)


@pytest.fixture
def team_at():
    def make(area, level=None):
        team = Team.objects.create(
            name=f"Tổ {area.name}", level=area.level if level is None else level, established="2023-01-01"
        )
        TeamPlace.objects.create(team=team, area=area)
        return team

    return make


def test_a_team_leader_has_the_team_of_that_level_and_nothing_below(reform, user_with, team_at):
    leader = user_with(Role.TEAM_LEADER, reform.E)
    found = scope(leader, Right.LOG)
    assert list(found.own.values_list("pk", flat=True)) == [reform.E.pk]
    assert not found.areas.exists()
    assert not can(leader, Right.LOG, reform.E)
    assert can_team(leader, Right.LOG, team_at(reform.E))
    assert not can_team(leader, Right.LOG, team_at(reform.e1))
    assert not can_team(leader, Right.EDIT, team_at(reform.E))
    assert set(areas_visible_to(leader)) == {reform.E}


def test_a_team_leader_follows_a_merger_and_keeps_a_team_that_still_stands_at_the_old_area(reform, user_with, team_at):
    leader = user_with(Role.TEAM_LEADER, reform.A)
    assert can_team(leader, Right.LOG, team_at(reform.A))
    assert can_team(leader, Right.LOG, team_at(reform.M))
    assert not can_team(leader, Right.LOG, team_at(reform.B))


def test_rights_over_teams_follow_where_the_team_stands_today(reform, user_with, team_at):
    clerk = user_with(Role.COMMUNE_CLERK, reform.E)
    team = team_at(reform.e1)
    assert can_team(clerk, EDIT, team)
    place = team.places.get()
    place.during = DateRange(None, REFORM)
    place.save()
    TeamPlace.objects.create(team=team, area=reform.q1, during=DateRange(REFORM, None))
    assert not can_team(clerk, EDIT, team)
    assert not can_team(user_with(), EDIT, team)
    assert can_team(user_with(Role.PROVINCE_ADMIN, reform.VN), EDIT, team)


def test_conditions_on_facts_hold_the_subtree_and_the_leaders_own_team(reform, user_with, team_at):
    user = user_with(Role.TEAM_LEADER, reform.M)
    Grant.objects.create(user=user, role=Role.COMMUNE_CLERK, area=reform.E)
    mine, below, clerks, foreign = (team_at(area) for area in (reform.M, reform.a1, reform.e1, reform.q1))
    condition = scope(user, READ).rows(area="area", team_level="team__level")
    assert set(TeamPlace.objects.filter(condition).values_list("team", flat=True)) == {mine.pk, clerks.pk}
    assert below.pk != foreign.pk
    without_teams = scope(user, READ).rows(area="area")
    assert set(TeamPlace.objects.filter(without_teams).values_list("team", flat=True)) == {clerks.pk}


def test_scopes_cost_two_queries_and_are_kept_for_the_request(reform, user_with, django_assert_num_queries):
    clerk = user_with(Role.COMMUNE_CLERK, reform.A)
    in_request = SimpleLazyObject(lambda: User.objects.get(pk=clerk.pk))
    assert in_request.is_authenticated
    with django_assert_num_queries(2):
        assert scope(in_request, READ)
        assert scope(in_request, EDIT)
        assert rights_of(in_request)
    with django_assert_num_queries(1):
        assert scope(in_request, READ).covers(reform.b1)
    clerk.grants.all().delete()
    assert not scope(clerk, READ)
