"""The rules of figures.md one by one, on the small province with a merger on 1 July 2024."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from activities.models import Activity, DataElement, Return, ReturnValue
from activities.periods import Calendar, Period
from members.models import Attendance, Member, Membership, Training
from reports import rollup
from reports.figures import Reason, figures, indicators_of
from reports.models import Basis
from teams.models import Team, TeamPlace

pytestmark = pytest.mark.django_db


def found(area, since, **fields):
    team = Team.objects.create(name=f"Tổ {area.name}", level=area.level, established=since, **fields)
    TeamPlace.objects.create(team=team, area=area)
    return team


def report(area, token, values, *, status="approved", calendar=Calendar.STATUTORY, qualifier="exact", estimate=False):
    period = Period.parse(token, calendar)
    made = Return.objects.create(
        area=area,
        calendar=calendar,
        kind=period.kind,
        period=DateRange(period.start, period.end + timedelta(days=1)),
        status=status,
        due=period.end,
        estimate=estimate,
    )
    for code, value in values.items():
        element = DataElement.objects.get(code=code)
        ReturnValue.objects.create(report=made, element=element, value=value, qualifier=qualifier)
    return made


def figure(area, token, code, *, basis=Basis.REPORTED, calendar=Calendar.STATUTORY):
    rollup.fold_all()
    period = Period.parse(token, calendar)
    return figures(area, period, basis=basis, indicators=indicators_of([code])).figures[code]


def test_communes_that_merged_add_up_today_and_stand_apart_on_their_day(land):
    for village in (land.d1, land.t1):
        Activity.objects.create(
            team=found(village, date(2023, 1, 1)),
            area=village,
            date=date(2024, 3, 5),
            kind="guidance",
            reached=10,
            status="approved",
        )
    assert figure(land.dong, "2024-03", "people_reached").value == 10
    assert figure(land.tay, "2024-03", "people_reached").value == 10
    merged = figure(land.dong_tay, "2024-03", "people_reached", basis=Basis.TODAY)
    assert (merged.value, merged.restated) == (20, True)
    assert figure(land.province, "2024-03", "people_reached").value == 20
    assert figure(land.dong, "2024-03", "people_reached", basis=Basis.TODAY).value is None


def test_a_stock_follows_the_tree_of_the_periods_last_day(land):
    found(land.d1, date(2023, 1, 1))
    found(land.t1, date(2023, 1, 1))
    assert figure(land.dong, "2024-06", "active_teams").value == 1
    assert figure(land.dong_tay, "2024-07", "active_teams").value == 2
    assert figure(land.upper, "2024-07", "active_teams").value == 2


def test_a_level_ends_with_the_heirs_first_return_and_is_not_counted_twice(land):
    report(land.dong, "2024-05", {"products_online": 10})
    report(land.tay, "2024-05", {"products_online": 5})
    assert figure(land.province, "2024-06", "products_online").value == 15
    report(land.dong_tay, "2024-08", {"products_online": 21})
    assert figure(land.province, "2024-07", "products_online").value == 15
    assert figure(land.province, "2024-08", "products_online").value == 21


def test_a_return_that_is_silent_on_an_element_does_not_end_its_level(land):
    report(land.nam, "2024-05", {"products_online": 7})
    report(land.nam, "2024-06", {"free_wifi_points": 1})
    assert figure(land.nam, "2024-06", "products_online").value == 7


def test_the_final_value_replaces_the_estimate(land):
    report(land.nam, "2024-05", {"personal_signatures": 90}, estimate=True)
    estimated = figure(land.nam, "2024-05", "personal_signatures")
    assert (estimated.value, estimated.estimated) == (90, True)
    report(land.nam, "2024-05", {"personal_signatures": 80})
    final = figure(land.nam, "2024-05", "personal_signatures")
    assert (final.value, final.estimated) == (80, False)


def test_a_flow_of_a_return_is_not_applicable_in_the_other_calendar(land):
    report(land.nam, "2024-05", {"personal_signatures": 80})
    assert figure(land.nam, "2024-05", "personal_signatures").value == 80
    other = figure(land.nam, "2024-05", "personal_signatures", calendar=Calendar.CIVIL)
    assert (other.value, other.reason) == (None, Reason.OTHER_CALENDAR)


def test_a_level_of_a_return_is_read_by_date_in_both_calendars(land):
    report(land.nam, "2024-05", {"products_online": 7})
    assert figure(land.nam, "2024-05", "products_online", calendar=Calendar.CIVIL).value == 7


def test_nothing_reported_is_not_zero_and_zero_is(land):
    missing = figure(land.nam, "2024-05", "personal_signatures")
    assert (missing.value, missing.reason) == (None, Reason.NOT_REPORTED)
    report(land.nam, "2024-05", {"personal_signatures": 0})
    assert figure(land.nam, "2024-05", "personal_signatures").value == 0


def test_a_rate_is_divided_last(land):
    report(land.dong, "2024-05", {"dossiers_paid_online": 1, "dossiers_with_fee": 2})
    report(land.tay, "2024-05", {"dossiers_paid_online": 9, "dossiers_with_fee": 10})
    both = figure(land.upper, "2024-05", "online_payment_rate")
    assert both.value == Decimal(10) / Decimal(12)
    assert (both.numerator, both.denominator) == (10, 12)


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        (("exact", "exact"), "exact"),
        (("over", "exact"), "over"),
        (("under", "under"), "under"),
        (("over", "under"), "about"),
    ],
)
def test_qualifiers_propagate(land, qualifiers, expected):
    for commune, qualifier in zip((land.dong, land.tay), qualifiers, strict=True):
        report(commune, "2024-05", {"personal_signatures": 5}, qualifier=qualifier)
    assert figure(land.upper, "2024-05", "personal_signatures").qualifier == expected


def test_what_is_only_submitted_makes_the_figure_provisional(land):
    report(land.dong, "2024-05", {"personal_signatures": 5})
    submitted = report(land.tay, "2024-05", {"personal_signatures": 5}, status="submitted")
    assert figure(land.upper, "2024-05", "personal_signatures").provisional
    Return.objects.filter(pk=submitted.pk).update(status="approved")
    done = figure(land.upper, "2024-05", "personal_signatures")
    assert (done.provisional, done.reporting, done.expected) == (False, 2, 2)


def test_a_missing_return_makes_the_figure_provisional_and_tells_how_many(land):
    report(land.dong, "2024-05", {"personal_signatures": 5})
    one = figure(land.upper, "2024-05", "personal_signatures")
    assert (one.provisional, one.reporting, one.expected) == (True, 1, 2)


def test_a_month_across_the_merger_is_due_once_from_the_commune_of_its_end(land):
    assert figure(land.upper, "2024-07", "personal_signatures").expected == 1
    assert figure(land.upper, "2024-06", "personal_signatures").expected == 2
    assert figure(land.upper, "2024-Q3", "personal_signatures").expected == 3


@pytest.mark.parametrize("status", ["draft", "returned", "void"])
def test_drafts_returned_and_void_logs_do_not_count(land, status):
    reasons = {"void": {"void_reason": "nhầm"}, "returned": {"decision_reason": "xem lại"}}
    log = Activity.objects.create(
        team=found(land.n1, date(2023, 1, 1)), area=land.n1, date=date(2024, 3, 5), kind="guidance", reached=10
    )
    assert figure(land.nam, "2024-03", "people_reached").value == 10
    Activity.objects.filter(pk=log.pk).update(status=status, **reasons.get(status, {}))
    assert figure(land.nam, "2024-03", "people_reached").value is None


def test_a_village_with_two_teams_is_covered_once(land):
    found(land.n1, date(2023, 1, 1))
    second = found(land.n1, date(2023, 6, 1))
    assert figure(land.nam, "2024-05", "village_coverage_rate").value == Decimal(1) / 2
    second.dissolved = date(2024, 1, 1)
    second.save()
    assert figure(land.nam, "2024-05", "village_coverage_rate").value == Decimal(1) / 2


def test_a_person_in_two_teams_is_one_member_and_two_memberships(land):
    person = Member.objects.create(name="Nguyễn Thị Hoa")
    for village in (land.n1, land.n2):
        Membership.objects.create(team=found(village, date(2023, 1, 1)), member=person)
    assert figure(land.nam, "2024-05", "active_members").value == 1
    assert figure(land.nam, "2024-05", "members_per_team").value == 1
    assert figure(land.n1, "2024-05", "active_members").value == 1


def test_members_gone_leave_zero_not_nothing(land):
    Membership.objects.create(
        team=found(land.n1, date(2023, 1, 1)), member=Member.objects.create(name="Lê Văn An"), left=date(2024, 1, 1)
    )
    assert figure(land.nam, "2024-05", "active_members").value == 0
    assert figure(land.tay, "2024-05", "active_members").value is None


def test_attendances_are_the_head_count_and_people_only_those_listed(land):
    team = found(land.n1, date(2023, 1, 1))
    members = [Member.objects.create(name=f"Người {n}") for n in range(3)]
    for member in members:
        Membership.objects.create(team=team, member=member)
    training = Training.objects.create(
        code="L1", title="Lớp", area=land.province, date=date(2024, 3, 1), status="held", head_count=40
    )
    for member in members:
        Attendance.objects.create(training=training, member=member, team=team)
    assert figure(land.province, "2024-03", "training_attendances").value == 40
    assert figure(land.nam, "2024-03", "training_attendances").value == 3
    assert figure(land.province, "2024-04", "training_attendances").value is None
    assert figure(land.province, "2024-04", "training_attendances_total").value == 40
    assert figure(land.nam, "2024-04", "members_trained").value == 3
    assert figure(land.nam, "2024-04", "members_trained_rate").value == 1


def test_children_and_the_remainder_make_the_parent(land):
    report(land.dong, "2024-05", {"personal_signatures": 5})
    report(land.nam, "2024-05", {"personal_signatures": 7})
    Training.objects.create(
        code="L1", title="L", area=land.province, date=date(2024, 5, 1), status="held", head_count=9
    )
    rollup.fold_all()
    codes = ["personal_signatures", "training_attendances"]
    made = figures(land.province, Period.parse("2024-05"), indicators=indicators_of(codes), children=True)
    assert [line.area.name for line in made.children] == ["Huyện Hạ", "Huyện Thượng"]
    assert [line.figures["personal_signatures"].value for line in made.children] == [7, 5]
    assert made.remainder["training_attendances"].value == 9
    assert made.figures["training_attendances"].value == 9
    assert made.remainder["personal_signatures"].value is None
