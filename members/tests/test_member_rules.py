"""The rules that the database keeps for people, each broken once, and what the actions do."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from members import actions
from members.actions import Newcomer
from members.models import Member, Membership, PhoneReveal
from teams.models import State


@pytest.mark.parametrize("year", [1899, 2101])
def test_the_database_refuses_a_year_of_birth_that_cannot_be(db, year):
    with pytest.raises(IntegrityError, match="member_birth_year_plausible"), transaction.atomic():
        Member.objects.create(name="Người thử", birth_year=year)


@pytest.mark.parametrize("phone", ["0912345678", "+0912345678", "+84 912", "84912345678"])
def test_the_database_keeps_numbers_in_e164_alone(db, phone):
    with pytest.raises(IntegrityError, match="member_phone_e164"), transaction.atomic():
        Member.objects.create(name="Người thử", phone=phone)


def test_the_database_refuses_being_twice_in_a_team_at_once(teams):
    with pytest.raises(IntegrityError, match="membership_open_once_per_team"), transaction.atomic():
        Membership.objects.create(team=teams.d1, member=teams.duc)


def test_somebody_who_left_can_come_back(teams, people):
    first = teams.d1.memberships.get(member=teams.duc)
    actions.leave(membership=first, on=date(2024, 1, 1), by=people.clerk)
    again = actions.join(team=teams.d1, member=teams.duc, joined=date(2025, 1, 1), by=people.clerk)
    days = {
        day: set(Membership.objects.on(day).filter(member=teams.duc))
        for day in (date(2023, 12, 31), date(2024, 1, 1), date(2025, 1, 1))
    }
    assert days == {date(2023, 12, 31): {first}, date(2024, 1, 1): set(), date(2025, 1, 1): {again}}


def test_the_database_refuses_leaving_before_joining(teams):
    with pytest.raises(IntegrityError, match="membership_left_after_joined"), transaction.atomic():
        Membership.objects.create(team=teams.t1, member=teams.duc, joined=date(2024, 2, 1), left=date(2024, 1, 1))


def test_the_database_refuses_a_look_at_a_number_without_a_purpose(teams, people):
    with pytest.raises(IntegrityError, match="phone_reveal_purpose_known"), transaction.atomic():
        PhoneReveal.objects.create(user=people.clerk, member=teams.duc, purpose="vui")


def test_two_of_name_year_and_phone_make_a_possible_duplicate(teams):
    def alike(**typed):
        return set(actions.possible_duplicates(**typed))

    assert alike(name="nguyen van duc", birth_year=1970) == {teams.duc}
    assert alike(name="Nguyễn Văn Đức", phone="+84912345678") == {teams.duc}
    assert alike(name="Người khác", birth_year=1970, phone="+84912345678") == {teams.duc}
    assert alike(name="Trần Thị Hòa", birth_year=1985) == {teams.hoa}  # hoà or hòa
    assert alike(name="Nguyễn Văn Đức") == set()
    assert alike(name="Nguyễn Văn Đức", birth_year=1971) == set()
    assert alike(name="Người khác", phone="+84912345678") == set()


def test_a_reform_ends_the_old_team_and_founds_the_next(teams, land, people):
    duc, hoa = teams.d1.memberships.get(member=teams.duc), teams.d1.memberships.get(member=teams.hoa)
    day = date(2025, 5, 10)
    new = actions.reform(
        team=teams.d1,
        on=day,
        name="Tổ mới",
        decision_number="34/QĐ-UBND",
        decision_date=date(2025, 5, 1),
        staying={hoa.pk: Membership.TeamRole.LEADER},
        joining=[Newcomer("Lê Thị Mới", 1990, "+84987654321", Membership.TeamRole.DEPUTY)],
        by=people.clerk,
    )
    teams.d1.refresh_from_db()
    duc.refresh_from_db()
    hoa.refresh_from_db()
    assert (teams.d1.state, teams.d1.dissolved, teams.d1.dissolve_reason) == (
        State.DISSOLVED,
        day,
        "Kiện toàn theo 34/QĐ-UBND",
    )
    assert (duc.left, hoa.left) == (day, day)
    assert (new.established, new.place_on(day), list(new.predecessors.all())) == (day, land.d1, [teams.d1])
    assert set(new.memberships.values_list("member__name", "role", "joined")) == {
        ("Trần Thị Hoà", "leader", day),
        ("Lê Thị Mới", "deputy", day),
    }


def test_a_reform_that_fails_changes_nothing(teams, people):
    with pytest.raises(ValidationError, match="vừa được người khác sửa"):
        actions.reform(team=teams.d1, on=date(2025, 5, 10), name="Tổ mới", staying={0: "leader"}, by=people.clerk)
    with pytest.raises(ValidationError):
        actions.reform(
            team=teams.d1,
            on=date(2025, 5, 10),
            name="Tổ mới",
            staying={},
            joining=[Newcomer("", None, "", "leader")],
            by=people.clerk,
        )
    teams.d1.refresh_from_db()
    assert teams.d1.dissolved is None
    assert teams.d1.memberships.filter(left__isnull=True).count() == 2


def test_a_planned_team_cannot_be_reformed(teams, people):
    with pytest.raises(ValidationError, match="chưa thành lập"):
        actions.reform(team=teams.nam, on=date(2025, 5, 10), name="Tổ mới", staying={}, by=people.admin)


def test_people_are_seen_by_who_sees_a_team_of_theirs(teams, people):
    seen = {name: set(Member.objects.visible_to(user)) for name, user in people}
    both = {teams.duc, teams.hoa}
    assert seen == {
        "admin": both,
        "officer": both,
        "district": both,
        "clerk": both,
        "nam_clerk": set(),
        "leader": both,
        "viewer": set(),
        "country_viewer": both,
        "outsider": set(),
        "stranger": set(),
    }


def test_a_look_at_a_number_counts_for_its_day_alone(teams, people):
    reveal = actions.reveal_phone(member=teams.duc, purpose="call", by=people.clerk)
    actions.reveal_phone(member=teams.duc, purpose="call", by=people.admin)
    assert actions.reveals_today(people.clerk) == 1
    PhoneReveal.objects.filter(pk=reveal.pk).update(at=timezone.now() - timezone.timedelta(days=1))
    assert actions.reveals_today(people.clerk) == 0
