"""What can be done with members, memberships and phone numbers. Refusals are ValidationErrors for the user."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet, TextField, Value
from django.utils import timezone

from accounts.models import User
from areas.text import SearchKey
from members.models import Member, Membership, PhoneReveal
from teams import actions as team_actions
from teams.models import Team

PERSON_FIELDS = ("name", "birth_year", "sex", "phone", "smartphone")
POST_FIELDS = ("role", "post", "source_body", "joined", "left")


@dataclass(frozen=True)
class Newcomer:
    """Somebody who joins a team with its reform. `phone` is E.164 or blank."""

    name: str
    birth_year: int | None = None
    phone: str = ""
    role: str = Membership.TeamRole.MEMBER


def possible_duplicates(*, name: str, birth_year: int | None = None, phone: str = "") -> QuerySet[Member]:
    """People who share two of name, birth year and phone number: perhaps the same person, never surely.

    Names are compared without accents, because offices write Hoà and Hòa, and often neither.
    """
    alike = Q(pk__in=[])
    same_name = Q(search=SearchKey(Value(name, output_field=TextField())))
    if birth_year:
        alike |= same_name & Q(birth_year=birth_year)
    if phone:
        alike |= same_name & Q(phone=phone)
        if birth_year:
            alike |= Q(phone=phone, birth_year=birth_year)
    return Member.objects.filter(alike)


@transaction.atomic
def join(
    *,
    team: Team,
    by: User,
    member: Member | None = None,
    person: Mapping[str, Any] | None = None,
    role: str = Membership.TeamRole.MEMBER,
    post: str = "",
    source_body: str = "",
    joined: datetime.date | None = None,
) -> Membership:
    """Puts somebody into the team: `member`, or a new person with the fields of `PERSON_FIELDS`."""
    with pghistory.context(user=by.pk):
        if member is None:
            member = Member(**_only(person or {}, PERSON_FIELDS))
            member.full_clean()
            member.save(force_insert=True)
        membership = Membership(team=team, member=member, role=role, post=post, source_body=source_body, joined=joined)
        membership.full_clean()
        membership.save(force_insert=True)
    return membership


@transaction.atomic
def change(*, member: Member, by: User, **fields: Any) -> Member:
    """Changes what is known of a person; writes nothing where nothing changes."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    return _change(row, _only(fields, PERSON_FIELDS), by)


@transaction.atomic
def change_membership(*, membership: Membership, by: User, **fields: Any) -> Membership:
    """Changes somebody's role, post, body or days in a team."""
    row = Membership.objects.select_for_update().get(pk=membership.pk)
    return _change(row, _only(fields, POST_FIELDS), by)


def leave(*, membership: Membership, on: datetime.date, by: User) -> Membership:
    """The person is no longer in the team from the day `on`. What they did and learned stays."""
    return change_membership(membership=membership, by=by, left=on)


@transaction.atomic
def reform(
    *,
    team: Team,
    on: datetime.date,
    name: str,
    staying: Mapping[int, str],
    joining: Sequence[Newcomer] = (),
    decision_number: str = "",
    decision_date: datetime.date | None = None,
    by: User,
) -> Team:
    """Kiện toàn: ends the team on the day `on` and founds the one that follows it, in the same place, on that day.

    `staying` gives the new role of each membership that goes on, by id; every other open one ends with the old team.
    """
    area = team.place_on(on)
    if area is None:
        raise ValidationError({"on": f"Tổ chưa có nơi hoạt động ngày {on:%d/%m/%Y}. Ghi nơi của tổ trước."})
    if team.active_from is None:
        raise ValidationError("Tổ chưa thành lập, chưa kiện toàn được.")
    open_now = {m.pk: m for m in team.memberships.select_for_update().filter(left__isnull=True)}
    late = [m for m in open_now.values() if m.joined and m.joined > on]
    if late:
        raise ValidationError({"on": f"Có người vào tổ ngày {late[0].joined:%d/%m/%Y}. Chọn ngày từ hôm đó."})
    unknown = set(staying) - set(open_now)
    if unknown:
        raise ValidationError("Danh sách thành viên vừa được người khác sửa. Mở lại trang rồi làm.")
    reason = f"Kiện toàn theo {decision_number}" if decision_number else "Kiện toàn"
    team_actions.dissolve(team=team, on=on, reason=reason, by=by)
    new = team_actions.found(
        area=area,
        name=name,
        by=by,
        predecessors=[team],
        established=on,
        programme=team.programme,
        decision_number=decision_number,
        decision_date=decision_date,
    )
    with pghistory.context(user=by.pk):
        team.memberships.filter(pk__in=open_now).update(left=on)
        for pk, role in staying.items():
            old = open_now[pk]
            stays = Membership(
                team=new, member_id=old.member_id, role=role, post=old.post, source_body=old.source_body, joined=on
            )
            stays.full_clean()
            stays.save(force_insert=True)
    for person in joining:
        join(
            team=new,
            person={"name": person.name, "birth_year": person.birth_year, "phone": person.phone},
            role=person.role,
            joined=on,
            by=by,
        )
    return new


def reveal_phone(*, member: Member, purpose: str, by: User) -> PhoneReveal:
    """Writes down that `by` looks at the number and what for. The caller has checked that `by` may."""
    reveal = PhoneReveal(member=member, user=by, purpose=purpose)
    reveal.full_clean()
    reveal.save(force_insert=True)
    return reveal


def reveals_today(user: User) -> int:
    """How many times the user looked at a number today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return PhoneReveal.objects.filter(user=user, at__gte=midnight).count()


def _change(row: Any, fields: dict[str, Any], by: User) -> Any:
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    row.full_clean()
    with pghistory.context(user=by.pk):
        row.save(update_fields=changed)
    return row


def _only(fields: Mapping[str, Any], allowed: Sequence[str]) -> dict[str, Any]:
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"not fields of this form: {', '.join(sorted(unknown))}")
    return dict(fields)
