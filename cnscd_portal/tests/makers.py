"""Objects behind the addresses that have parameters, for the sweep over every address.

A page with parameters adds its name and a maker to `MAKERS` the day it is added. The maker takes the `World` and gives
the parameters of an address that the province's admin may open. Texts that only who may read facts may see go to
`World.secrets`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from psycopg.types.range import DateRange

from accounts import actions as accounts
from accounts.roles import Role
from accounts.tests.people import People
from activities.kinds import ActivityKind
from activities.models import Activity, Return, Site, Status
from areas.tests.land import Land
from imports.models import Batch
from members.models import Attendance, Member, Membership, Training
from teams.models import Team, TeamPlace


@dataclass
class World:
    """One object of each kind in the land, seen by its people. Made when first asked for."""

    land: Land
    people: People

    @cached_property
    def team(self) -> Team:
        team = Team.objects.create(name="Tổ Bí Mật Một", established=datetime.date(2023, 5, 1))
        TeamPlace.objects.create(team=team, area=self.land.d1)
        return team

    @cached_property
    def member(self) -> Member:
        return Member.objects.create(name="Phạm Bí Mật Hai", phone="+84987654321", birth_year=1970)

    @cached_property
    def membership(self) -> Membership:
        return Membership.objects.create(team=self.team, member=self.member, role=Membership.TeamRole.LEADER)

    @cached_property
    def training(self) -> Training:
        return Training.objects.create(
            code="BM-3",
            title="Lớp Bí Mật Ba",
            area=self.land.province,
            date=datetime.date(2024, 3, 2),
            status=Training.Status.HELD,
            head_count=30,
        )

    @cached_property
    def attendance(self) -> Attendance:
        assert self.membership
        return Attendance.objects.create(training=self.training, member=self.member, team=self.team)

    @cached_property
    def activity(self) -> Activity:
        return Activity.objects.create(
            team=self.team,
            area=self.land.d1,
            date=timezone.localdate(),
            kind=ActivityKind.values[0],
            topic="Việc Bí Mật Bốn",
            reached=5,
            entered_by=self.people.admin,
        )

    @cached_property
    def report(self) -> Return:
        period = DateRange(datetime.date(2026, 8, 15), datetime.date(2026, 9, 15))
        return Return.objects.create(
            area=self.land.nam,
            period=period,
            due=period.upper,
            note="Kiến nghị Bí Mật Năm",
            entered_by=self.people.admin,
        )

    @cached_property
    def sent_report(self) -> Return:
        period = DateRange(datetime.date(2026, 7, 15), datetime.date(2026, 8, 15))
        return Return.objects.create(
            area=self.land.nam,
            period=period,
            due=period.upper,
            status=Status.SUBMITTED,
            submitted_at=timezone.now(),
            submissions=1,
            note="Kiến nghị Bí Mật Sáu",
            entered_by=self.people.admin,
        )

    @cached_property
    def site(self) -> Site:
        return Site.objects.create(
            kind=Site.Kind.QR_SITE, name="Điểm Bí Mật Bảy", area=self.land.d1, since=datetime.date(2024, 1, 1)
        )

    @cached_property
    def batch(self) -> Batch:
        return Batch.objects.create(
            kind="teams",
            filename="tep-bi-mat-tam.xlsx",
            file="imports/none.xlsx",
            sha256="0" * 64,
            size=1,
            as_of=datetime.date(2024, 9, 30),
            province=self.land.province,
            created_by=self.people.admin,
            state=Batch.State.DONE,
            finished_at=timezone.now(),
        )

    @cached_property
    def invitation(self) -> accounts.SentLink:
        return accounts.invite(user=self.people.leader, by=self.people.officer)

    def fill(self) -> None:
        """Make everything, so that lists have rows to leak."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    @property
    def secrets(self) -> list[str]:
        """What may be read only with READ_FACTS over the land."""
        return [
            self.team.name,
            self.member.name,
            "987 654 321",
            "84987654321",
            self.training.title,
            self.activity.topic,
            self.report.note,
            self.sent_report.note,
            self.site.name,
            self.batch.filename,
        ]


Maker = Callable[[World], dict[str, Any]]


def _pk(name: str) -> Maker:
    return lambda world: {"pk": getattr(world, name).pk}


def _for(names: str, maker: Maker, *, app: str) -> dict[str, Maker]:
    return {f"{app}:{name}": maker for name in names.split()}


MAKERS: dict[str, Maker] = {
    "accounts:invitation": lambda world: {"token": world.invitation.token},
    **_for("user new_link close_user reopen_user", lambda world: {"pk": world.people.leader.pk}, app="accounts"),
    "accounts:end_grant": lambda world: {"pk": world.people.leader.grants.get(role=Role.TEAM_LEADER).pk},
    **_for("detail edit dissolve restore move history", _pk("team"), app="teams"),
    **_for("detail edit phone history", _pk("member"), app="members"),
    **_for("new team_reform", lambda world: {"team_pk": world.team.pk}, app="members"),
    "members:membership": _pk("membership"),
    **_for("training training_edit training_history attendance_new", _pk("training"), app="members"),
    "members:attendance_remove": _pk("attendance"),
    **_for("activity sent undo edit void give-back history", _pk("activity"), app="activities"),
    **_for("return return-edit return-review return-history", _pk("report"), app="activities"),
    **_for("return-give-back return-receipt", _pk("sent_report"), app="activities"),
    **_for("site site-edit site-history", _pk("site"), app="activities"),
    **_for("dashboard live workbook", lambda world: {"area_id": world.land.nam.pk}, app="reports"),
    **_for("batch refused refused_workbook file", _pk("batch"), app="imports"),
}

# Open to everybody, signed in or not.
PUBLIC = {"healthz", "accounts:sign_in", "accounts:forgotten", "accounts:invitation"}

# About the signed-in person alone: everybody may send these forms.
OWN = {"accounts:sign_out", "accounts:notice", "accounts:password"}
