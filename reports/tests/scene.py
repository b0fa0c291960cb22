"""Facts on `land` whose figures can be worked out by hand, for the tests of pages."""

import datetime
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange

from activities.models import Activity, ActivityValue, DataElement, Return, ReturnValue, Site
from activities.periods import Period
from areas.tests.land import Land
from members.models import Attendance, Member, Membership, Training
from reports import rollup
from teams.models import Team, TeamPlace

PERIOD = "2024-05"  # statutory: 15 April to 14 May 2024, before the merger of Đông and Tây


@dataclass(frozen=True)
class Scene:
    """In May 2024: village teams in d1, d2, t1, n1 (none in t2, n2) and a commune team in Nam. Members: 3 in d1 (one of
    them also in d2), 2 in d2, 1 in t1, none in n1. One class of two listed people (d1, t1) and a head-count of 10.
    Logs: 2 in d1 (7 + 5 people), 1 in n1 (8, only submitted). Returns of Đông and Nam: results 90 of 100 and 40 of 50,
    of Nam only submitted; none of Tây.
    """

    land: Land
    teams: dict[str, Team]
    logs: list[Activity]
    training: Training
    returns: dict[str, Return]


def make_scene(land: Land) -> Scene:
    """All of it, counted."""
    teams = {name: _team(getattr(land, name), f"Tổ {name}") for name in ("d1", "d2", "t1", "n1")}
    teams["nam"] = _team(land.nam, "Tổ xã Nam")
    people = {name: Member.objects.create(name=f"Người {name}", birth_year=1990) for name in "abcdef"}
    for team, members in (("d1", "abc"), ("d2", "ad"), ("t1", "e")):
        for name in members:
            Membership.objects.create(team=teams[team], member=people[name])
    training = Training.objects.create(
        code="L1", title="Kỹ năng số", area=land.province, date=datetime.date(2024, 5, 2), status="held", head_count=10
    )
    for team, name in (("d1", "a"), ("t1", "e")):
        Attendance.objects.create(training=training, team=teams[team], member=people[name])
    logs = [
        _log(teams["d1"], land.d1, datetime.date(2024, 4, 20), 7, "approved", vneid=3),
        _log(teams["d1"], land.d1, datetime.date(2024, 5, 10), 5, "approved", vneid=0),
        _log(teams["n1"], land.n1, datetime.date(2024, 5, 1), 8, "submitted", vneid=2),
    ]
    returns = {
        "dong": _return(land.dong, "approved", 90, 100),
        "nam": _return(land.nam, "submitted", 40, 50),
    }
    Site.objects.create(kind="qr_site", name="=1+1", area=land.d1, since=datetime.date(2024, 1, 1))
    rollup.fold_all()
    return Scene(land, teams, logs, training, returns)


def _team(area, name):
    team = Team.objects.create(name=name, level=area.level, established=datetime.date(2023, 1, 1))
    TeamPlace.objects.create(team=team, area=area)
    return team


def _log(team, area, date, reached, status, *, vneid):
    log = Activity.objects.create(
        team=team, area=area, date=date, kind="guidance", topic="Cài VNeID", reached=reached, status=status
    )
    element = DataElement.objects.get(code="vneid_assists")
    ActivityValue.objects.create(activity=log, element=element, value=vneid)
    return log


def _return(area, status, given, due):
    period = Period.parse(PERIOD)
    report = Return.objects.create(
        area=area,
        period=DateRange(period.start, period.end + datetime.timedelta(days=1)),
        status=status,
        due=period.end + datetime.timedelta(days=1),
    )
    for code, value in (("dossiers_e_result", given), ("dossiers_result_due", due)):
        ReturnValue.objects.create(report=report, element=DataElement.objects.get(code=code), value=value)
    return report
