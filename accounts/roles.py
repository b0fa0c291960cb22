"""Roles, and what each may do. Rights are code: they change with a release, not with a row."""

from django.db import models


class Role(models.TextChoices):
    COUNTRY_VIEWER = "country_viewer", "Người xem toàn quốc"
    PROVINCE_ADMIN = "province_admin", "Quản trị tỉnh"
    PROVINCE_OFFICER = "province_officer", "Chuyên viên tỉnh"
    DISTRICT_OFFICER = "district_officer", "Chuyên viên huyện"
    COMMUNE_CLERK = "commune_clerk", "Cán bộ xã"
    TEAM_LEADER = "team_leader", "Tổ trưởng"
    VIEWER = "viewer", "Người xem"


class Right(models.TextChoices):
    """What can be done inside a grant's scope."""

    READ_FIGURES = "read_figures"  # dashboards and counts
    READ_FACTS = "read_facts"  # the rows behind them
    READ_PHONES = "read_phones"  # reveal a phone number, with a purpose, logged
    LOG = "log"  # record and void activities
    EDIT = "edit"  # teams, members, trainings, sites, returns
    APPROVE = "approve"  # activities and returns become official
    IMPORT = "import"  # upload spreadsheets
    INVITE = "invite"  # make users and grants inside the scope
    ADMINISTER = "administer"  # areas, data elements, indicators, everything else


_READ = {Right.READ_FIGURES, Right.READ_FACTS}
_WORK = _READ | {Right.READ_PHONES, Right.LOG, Right.EDIT}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.COUNTRY_VIEWER: frozenset(_READ),
    Role.PROVINCE_ADMIN: frozenset(Right),
    Role.PROVINCE_OFFICER: frozenset(_WORK | {Right.APPROVE, Right.IMPORT, Right.INVITE}),
    Role.DISTRICT_OFFICER: frozenset(_WORK | {Right.APPROVE, Right.IMPORT, Right.INVITE}),
    Role.COMMUNE_CLERK: frozenset(_WORK | {Right.IMPORT, Right.INVITE}),
    Role.TEAM_LEADER: frozenset(_READ | {Right.READ_PHONES, Right.LOG}),
    Role.VIEWER: frozenset({Right.READ_FIGURES}),
}


def roles_with(right: Right) -> list[str]:
    """The roles that hold the right."""
    return [role for role, rights in RIGHTS.items() if right in rights]
