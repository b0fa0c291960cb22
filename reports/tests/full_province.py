"""A province in which every commune of the day has every number of the general table, to weigh its page."""

import datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from activities.models import Activity, DataElement, Return, ReturnValue
from activities.periods import Period
from areas.actions import NewVillage, create_villages
from areas.models import Area, Level
from members.models import Attendance, Member, Membership, Training
from reports import rollup
from teams.models import Team, TeamPlace

VALUES = {
    "dossiers_e_result": 901,
    "dossiers_result_due": 1000,
    "dossiers_paid_online": 503,
    "dossiers_with_fee": 998,
    "payment_account_holders": 4107,
    "population_15": 5009,
}


def fill(province, day):
    """Village, team, members, a class, logs and a return of September 2026 in each commune; no two alike."""
    communes = list(Area.objects.children_of(province, day).filter(level=Level.COMMUNE).order_by("id"))
    villages = create_villages(rows=[NewVillage(c.pk, "Thôn 1", "thôn") for c in communes], by=None)
    teams = Team.objects.bulk_create(
        Team(name="Tổ", level=Level.VILLAGE, established=datetime.date(2025, 8, 1)) for _ in communes
    )
    TeamPlace.objects.bulk_create(TeamPlace(team=t, area_id=v) for t, v in zip(teams, villages, strict=True))
    people, memberships = [], []
    for nth, team in enumerate(teams):
        for _ in range(3 + nth % 7):
            people.append(Member(name="Người"))
            memberships.append((team, people[-1]))
    Member.objects.bulk_create(people)
    Membership.objects.bulk_create(Membership(team=team, member=member) for team, member in memberships)
    training = Training.objects.create(
        code="L", title="Lớp", area=province, date=datetime.date(2026, 9, 1), status="held"
    )
    Attendance.objects.bulk_create(
        Attendance(training=training, team=team, member=member)
        for team, member in {team.pk: (team, member) for team, member in memberships}.values()
    )
    Activity.objects.bulk_create(
        Activity(team=t, area_id=v, date=datetime.date(2026, 9, 1), kind="guidance", reached=17 * nth + 1031)
        for nth, (t, v) in enumerate(zip(teams, villages, strict=True))
    )
    period = Period.parse("2026-09")
    dates = DateRange(period.start, period.end + datetime.timedelta(days=1))
    returns = Return.objects.bulk_create(
        Return(area=c, period=dates, status="approved", due=period.end) for c in communes
    )
    elements = DataElement.objects.in_bulk(VALUES, field_name="code")
    ReturnValue.objects.bulk_create(
        ReturnValue(report=report, element=elements[code], value=value - nth if nth % 2 else value - nth // 3)
        for nth, report in enumerate(returns)
        for code, value in VALUES.items()
    )
    rollup.fold_all()
