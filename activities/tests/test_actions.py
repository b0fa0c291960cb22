"""What can be done with an activity, and what the database refuses."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import actions
from activities.models import Activity, ActivityValue, DataElement, Status
from areas.models import Area, Level
from teams import actions as team_actions

pytestmark = pytest.mark.django_db


def sentences(error) -> list[str]:
    return error.value.messages


def test_a_log_is_submitted_and_stands_in_the_area_of_its_team(log, place, cast):
    activity = log(values={"vneid_assists": 3, "essential_dossiers_assisted": 0})
    activity.refresh_from_db()
    assert activity.area == place.village
    assert activity.status == Status.SUBMITTED
    assert activity.entered_by == cast.clerk
    assert dict(activity.values.values_list("element__code", "value")) == {
        "vneid_assists": 3,
        "essential_dossiers_assisted": 0,
    }


def test_a_team_that_moves_takes_no_earlier_log_along(log, team, place, cast):
    team_actions.move(team=team, area=place.village2, on=datetime.date(2026, 6, 1), by=cast.officer)
    assert log(date=datetime.date(2026, 5, 31)).area == place.village
    assert log(date=datetime.date(2026, 6, 1)).area == place.village2


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (datetime.date(2025, 12, 31), "Tổ hoạt động từ 01/01/2026. Chọn ngày từ hôm đó."),
        (datetime.date(2026, 10, 1), "Tổ đã giải thể ngày 01/10/2026. Chọn ngày trước đó."),
    ],
)
def test_a_day_outside_the_teams_life_is_refused(log, team, cast, day, sentence):
    team = team_actions.dissolve(team=team, on=datetime.date(2026, 10, 1), reason="Sáp nhập thôn", by=cast.officer)
    with pytest.raises(ValidationError) as error:
        log(team=team, date=day)
    assert sentences(error) == [sentence]
    assert not Activity.objects.exists()
    assert log(team=team, date=datetime.date(2026, 9, 30)).pk


def test_a_day_to_come_is_refused_and_today_is_taken(log):
    today = timezone.localdate()
    assert log(date=today).date == today
    with pytest.raises(ValidationError) as error:
        log(date=today + datetime.timedelta(days=1))
    assert sentences(error) == ["Ngày không được sau hôm nay."]


def test_a_planned_team_cannot_log(log, place, cast):
    planned = team_actions.found(
        area=place.village2, name="Tổ dự kiến", by=cast.officer, planned=datetime.date(2026, 1, 1)
    )
    with pytest.raises(ValidationError) as error:
        log(team=planned)
    assert sentences(error) == ["Tổ chưa thành lập, chưa ghi việc được."]


@pytest.mark.parametrize("code", ["no_such_thing", "active_teams", "population"])
def test_an_element_that_logs_do_not_give_is_refused_and_nothing_is_kept(log, code):
    with pytest.raises(ValidationError) as error:
        log(values={"vneid_assists": 1, code: 1})
    assert sentences(error) == [f"Không có chỉ tiêu “{code}” trong nhật ký."]
    assert not Activity.objects.exists()


@pytest.mark.parametrize("changes", [{"kind": "sleeping"}, {"audience": "cats"}, {"reached": -1}])
def test_values_that_the_model_does_not_know_are_refused(log, changes):
    with pytest.raises(ValidationError):
        log(**changes)


def test_the_same_code_of_a_device_gives_one_row(log):
    code = uuid.uuid4()
    first = log(uuid=code, values={"vneid_assists": 2})
    again = log(uuid=code, values={"vneid_assists": 2})
    assert again.pk == first.pk
    assert Activity.objects.count() == 1
    assert ActivityValue.objects.count() == 1


def test_two_sends_at_the_same_moment_are_one_row(log, team, cast, monkeypatch):
    """The second has looked for its code before the first has written: the unique key decides."""
    code = uuid.uuid4()
    first = []
    place_of = actions.place_of

    def meanwhile(*args):
        if not first:
            first.append(None)
            first[0] = log(uuid=code)
        return place_of(*args)

    monkeypatch.setattr(actions, "place_of", meanwhile)
    assert log(uuid=code).pk == first[0].pk
    assert Activity.objects.count() == 1


def test_a_code_of_another_users_device_gives_no_way_to_their_row(log, cast):
    code = uuid.uuid4()
    log(uuid=code)
    with pytest.raises(ValidationError):
        log(uuid=code, by=cast.leader)


def test_a_change_waits_for_approval_again_and_touches_only_what_differs(log, cast):
    activity = log(values={"vneid_assists": 3, "signatures_assisted": 1})
    kept = activity.values.get(element__code="vneid_assists")
    actions.approve(activities=[activity], by=cast.officer)
    changed = actions.change(
        activity=activity,
        date=activity.date,
        kind="guidance",
        audience="traders",
        reached=9,
        values={"vneid_assists": 3, "dvc_guidance_sessions": 4},
        by=cast.clerk,
    )
    assert (changed.status, changed.kind, changed.reached) == (Status.SUBMITTED, "guidance", 9)
    values = changed.values.values_list("element__code", "value")
    assert set(values) == {("vneid_assists", 3), ("dvc_guidance_sessions", 4)}
    assert kept.events.count() == 1  # written once, never again


def test_a_voided_activity_stays_with_its_reason_and_cannot_be_changed(log, cast):
    activity = actions.void(activity=log(), reason=" Ghi nhầm tổ ", by=cast.clerk)
    activity.refresh_from_db()
    assert (activity.status, activity.void_reason) == (Status.VOID, "Ghi nhầm tổ")
    with pytest.raises(ValidationError) as error:
        actions.change(
            activity=activity,
            date=activity.date,
            kind=activity.kind,
            audience="",
            reached=1,
            values={},
            by=cast.clerk,
        )
    assert sentences(error) == ["Việc này đã hủy, không sửa được."]


def test_voiding_and_returning_need_a_reason(log, cast):
    with pytest.raises(ValidationError):
        actions.void(activity=log(), reason="  ", by=cast.clerk)
    with pytest.raises(ValidationError):
        actions.give_back(activity=log(), reason="", by=cast.officer)


def test_approving_leaves_alone_what_is_not_waiting(log, cast):
    waiting, void = log(), actions.void(activity=log(), reason="Nhầm", by=cast.clerk)
    assert actions.approve(activities=[waiting, void], by=cast.officer) == [waiting.pk]
    assert actions.approve(activities=[waiting, void], by=cast.officer) == []
    void.refresh_from_db()
    assert void.status == Status.VOID


def test_what_is_returned_can_be_sent_again_but_not_returned_twice(log, cast):
    activity = actions.give_back(activity=log(), reason="Xem lại số hộ", by=cast.officer)
    assert activity.status == Status.RETURNED
    with pytest.raises(ValidationError):
        actions.give_back(activity=activity, reason="Nữa", by=cast.officer)
    sent = actions.change(
        activity=activity,
        date=activity.date,
        kind="home_visit",
        audience="elderly",
        reached=4,
        values={},
        by=cast.clerk,
    )
    assert (sent.status, sent.decision_reason) == (Status.SUBMITTED, "")


def test_every_change_leaves_who_and_what(log, cast):
    activity = actions.void(activity=log(), reason="Nhầm", by=cast.leader)
    events = list(activity.events.order_by("pgh_id"))
    assert [event.pgh_label for event in events] == ["insert", "update"]
    assert [event.pgh_context.metadata["user"] for event in events] == [cast.clerk.pk, cast.leader.pk]


# -- Rules that the database itself keeps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "void"}, "activity_void_needs_reason"),
        ({"status": "returned"}, "activity_returned_needs_reason"),
        ({"status": "lost"}, "activity_status_known"),
        ({"reached": -1}, "activity_reached_check"),
    ],
)
def test_the_database_refuses(log, fields, constraint):
    activity = log()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(**fields)


def test_the_database_takes_an_element_once_and_a_device_code_once(log):
    activity = log(values={"vneid_assists": 1})
    element = DataElement.objects.get(code="vneid_assists")
    with pytest.raises(IntegrityError, match="activity_value_once"), transaction.atomic():
        ActivityValue.objects.create(activity=activity, element=element, value=2)
    with pytest.raises(IntegrityError, match="uuid"), transaction.atomic():
        Activity.objects.create(
            uuid=activity.uuid, team=activity.team, area=activity.area, date=activity.date, kind="meeting", reached=0
        )


# -- What a user may read ----------------------------------------------------------------------------------------------


def test_each_user_reads_their_own_facts(log, teams, cast):
    mine, neighbour, far = log(), log(team=teams[1]), log(team=teams[2])

    def seen(user):
        return set(Activity.objects.visible_to(user))

    assert seen(cast.leader) == {mine}
    assert seen(cast.clerk) == {mine, neighbour}
    assert seen(cast.other_clerk) == {far}
    assert seen(cast.officer) == {mine, neighbour, far}
    assert seen(cast.viewer) == seen(cast.outsider) == seen(cast.nobody) == set()


def test_facts_count_towards_an_area_on_their_own_day_or_today(log, place):
    activity = log()
    old = Area.objects.filter(level=Level.PROVINCE, code="24", valid__contains=datetime.date(2024, 1, 1)).first()
    assert list(Activity.objects.towards(place.province)) == [activity]
    assert list(Activity.objects.towards(place.home, today=True)) == [activity]
    assert activity not in Activity.objects.towards(place.other)
    assert activity not in Activity.objects.towards(old)
    assert Activity.objects.towards(place.province).get().share == 1
