"""Who may give which role where, and whose account may be managed by whom."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Grant, User
from accounts.roles import RIGHTS, Right, Role
from accounts.scope import Standing, scope_of, standings
from areas.models import Area, Level

# A role on a level where it means nothing would open more than its name says.
LEVELS: dict[str, frozenset[Level]] = {
    Role.COUNTRY_VIEWER: frozenset({Level.COUNTRY}),
    Role.PROVINCE_ADMIN: frozenset({Level.COUNTRY, Level.PROVINCE}),
    Role.PROVINCE_OFFICER: frozenset({Level.PROVINCE}),
    Role.DISTRICT_OFFICER: frozenset({Level.DISTRICT}),
    Role.COMMUNE_CLERK: frozenset({Level.COMMUNE}),
    Role.TEAM_LEADER: frozenset({Level.DISTRICT, Level.COMMUNE, Level.VILLAGE}),
    Role.VIEWER: frozenset(Level),
}


def level_error(role: str, area: Area) -> str | None:
    """Why the role means nothing on an area of this level, in Vietnamese; None where it does."""
    if area.level in LEVELS[role]:
        return None
    wanted = " hoặc ".join(Level(level).label.lower() for level in sorted(LEVELS[role]))
    return f"{Role(role).label} cần địa bàn cấp {wanted}, {area.name} là cấp {Level(area.level).label.lower()}."


def _may_give(grant: Standing, role: str) -> bool:
    """Whether a grant lets its holder give the role within its scope: never one with more rights than its own."""
    return Right.INVITE in RIGHTS[grant.role] and RIGHTS[role] <= RIGHTS[grant.role]


def roles_to_give(user: Any) -> list[Role]:
    """The roles that the user may give somewhere today, in the order of `Role`."""
    held = standings(user)
    return [role for role in Role if any(_may_give(grant, role) for grant in held)]


def can_give(user: Any, role: str, area: Area) -> bool:
    """Whether the user may give, or end, this role on this area today."""
    if level_error(role, area):
        return False
    giving = [grant for grant in standings(user) if _may_give(grant, role)]
    return scope_of(giving, Right.INVITE, timezone.localdate()).covers(area)


def can_manage(user: Any, other: User) -> bool:
    """Whether the user may send a new link to `other` or close the account, which is as much as acting for them.

    Only who could have given every grant that `other` has or will have; nobody does it for accounts of the admin site.
    """
    if other.is_staff or other.is_superuser:
        return False
    current = other.grants.exclude(during__fully_lt=(timezone.localdate(), None)).select_related("area")
    if not all(can_give(user, grant.role, grant.area) for grant in current):
        return False
    return User.objects.visible_to(user).filter(pk=other.pk).exists()


def can_end(user: Any, grant: Grant) -> bool:
    """Whether the user may end the grant."""
    return can_give(user, grant.role, grant.area)
