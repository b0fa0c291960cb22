"""Forms of the member pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.identifiers import phone_e164
from areas.models import Area
from cnscd_portal import listing
from members import actions
from members.actions import Newcomer
from members.models import Member, Membership
from members.querysets import MemberQuerySet
from teams.forms import USUAL_SIZE, Asking, day_field
from teams.models import Team

OLDEST = 1900
TeamRole = Membership.TeamRole
NEWCOMERS = 5  # rows for people who join with a reform; more are added to the new team afterwards


class PhoneField(forms.CharField):
    """A Vietnamese number in any writing, given as E.164; "" when left blank."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "num"})
        super().__init__(required=False, max_length=30, widget=widget, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        number = phone_e164(text)
        if number is None:
            raise ValidationError("Số điện thoại có 10 chữ số, ví dụ 0912 345 678.")
        return number


def year_field(label: str) -> forms.IntegerField:
    """A year of birth."""
    told = f"Năm sinh từ {OLDEST} đến năm nay, ví dụ 1985."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=OLDEST,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number", "autocomplete": "off"}),
        error_messages={"invalid": told, "min_value": told, "max_value": told},
    )


def oddity_of_size(team: str, size: int) -> list[str]:
    """What there is to ask about a team of this many members."""
    usual = f"thường {USUAL_SIZE.start}–{USUAL_SIZE.stop - 1}"
    return [] if size in USUAL_SIZE else [f"{team} có {size} người, {usual}. Vẫn lưu?"]


class MemberFilter(forms.Form):
    """What narrows the list of members."""

    q = forms.CharField(
        label="Tìm theo tên",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Vai trò", required=False, choices=[("", "Mọi vai trò"), *TeamRole.choices])
    trained = forms.ChoiceField(
        label="Tập huấn", required=False, choices=[("", "Tất cả"), ("yes", "Đã tập huấn"), ("no", "Chưa tập huấn")]
    )
    team = forms.ModelChoiceField(queryset=Team.objects.all(), required=False, widget=forms.HiddenInput)
    area = forms.ModelChoiceField(queryset=Area.objects.all(), required=False, widget=forms.HiddenInput)

    @property
    def set_values(self) -> dict[str, Any]:
        """The filters that are set and could be read."""
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, members: MemberQuerySet) -> MemberQuerySet:
        """The people who pass every filter that is set."""
        today = timezone.localdate()
        found = self.set_values
        if "q" in found:
            members = listing.search(members, found["q"])
        if "role" in found:
            members = members.in_role(found["role"], today)
        if "trained" in found:
            members = members.trained(found["trained"] == "yes")
        if "team" in found:
            members = members.of_team(found["team"], today)
        if "area" in found:
            members = members.under(found["area"], today)
        return members


class PersonForm(Asking):
    """What is known of a person. A number that is kept already is not shown: blank leaves it as it is."""

    name = forms.CharField(label="Họ và tên", max_length=120, error_messages={"required": "Nhập họ và tên."})
    birth_year = year_field("Năm sinh")
    sex = forms.ChoiceField(label="Giới tính", required=False, choices=[("", "Chưa rõ"), *Member.Sex.choices])
    phone = PhoneField(label="Số điện thoại")
    forget_phone = forms.BooleanField(label="Xóa số điện thoại đang có", required=False)
    smartphone = forms.NullBooleanField(
        label="Có điện thoại thông minh",
        required=False,
        widget=forms.NullBooleanSelect,
    )

    def __init__(self, *args: Any, member: Member | None = None, **kwargs: Any) -> None:
        if member:
            kept = ("name", "birth_year", "sex", "smartphone")
            kwargs.setdefault("initial", {name: getattr(member, name) for name in kept})
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["smartphone"].widget.choices = [("unknown", "Chưa rõ"), ("true", "Có"), ("false", "Không")]
        if member and member.phone:
            self.fields["phone"].label = "Số điện thoại mới"
            self.fields["phone"].help_text = "Đang giữ một số. Để trống nếu không đổi."
        else:
            del self.fields["forget_phone"]

    def clean(self) -> dict[str, Any]:
        year = self.cleaned_data.get("birth_year")
        if year and year > timezone.localdate().year:
            self.add_error("birth_year", self.fields["birth_year"].error_messages["max_value"])
        return super().clean()

    def person(self) -> dict[str, Any]:
        """What the actions take of the person."""
        values = {name: self.cleaned_data[name] for name in actions.PERSON_FIELDS}
        if self.member and not values["phone"]:
            values["phone"] = "" if self.cleaned_data.get("forget_phone") else self.member.phone
        return values


class PostForm(Asking):
    """What somebody is in a team."""

    role = forms.ChoiceField(label="Vai trò trong tổ", choices=TeamRole.choices, initial=TeamRole.MEMBER)
    post = forms.CharField(
        label="Chức vụ", required=False, max_length=120, help_text="Ví dụ trưởng thôn, bí thư chi đoàn"
    )
    source_body = forms.ChoiceField(
        label="Đơn vị cử", required=False, choices=[("", "Chưa rõ"), *Membership.SourceBody.choices]
    )
    joined = day_field("Ngày vào tổ", required=False)

    def posts(self) -> dict[str, Any]:
        """What the actions take of the membership."""
        return {name: self.cleaned_data[name] for name in ("role", "post", "source_body", "joined")}


class MembershipForm(PostForm):
    """Role, post and days of somebody who is in the team; a day of leaving ends it."""

    left = day_field("Ngày rời tổ", required=False, help_text="Để trống khi còn trong tổ.")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        kept = ("role", "post", "source_body", "joined", "left")
        kwargs.setdefault("initial", {name: getattr(membership, name) for name in kept})
        super().__init__(*args, **kwargs)

    def posts(self) -> dict[str, Any]:
        return {**super().posts(), "left": self.cleaned_data["left"]}


class JoinForm(PersonForm, PostForm):
    """Somebody joins a team. Who looks like a person already kept is shown, and the user says which of them it is."""

    same_as = forms.ChoiceField(label="Có thể đã có trong Cổng", required=False, widget=forms.RadioSelect)

    field_order = ("name", "birth_year", "sex", "phone", "smartphone", "role", "post", "source_body", "joined")

    def __init__(self, *args: Any, team: Team, visible: MemberQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.visible = team, visible
        self.alike: list[Member] = []
        self.fields["same_as"].choices = []

    def _clean_fields(self) -> None:
        self._find_alike()
        super()._clean_fields()

    def _find_alike(self) -> None:
        """Offers the people who share two of name, birth year and phone; those of other places are only counted."""
        year = self.data.get(self.add_prefix("birth_year"), "").strip()
        found = actions.possible_duplicates(
            name=" ".join(self.data.get(self.add_prefix("name"), "").replace("\x00", "").split()),
            birth_year=int(year) if year.isdecimal() and len(year) == 4 else None,
            phone=phone_e164(self.data.get(self.add_prefix("phone"), "") or "-") or "",
        )
        self.alike = list(self.visible.filter(pk__in=found.values("pk")).order_by("id")[:5])
        elsewhere = found.exclude(pk__in=[member.pk for member in self.alike]).exists() if not self.alike else False
        self.elsewhere = elsewhere
        if self.alike or elsewhere:
            self.fields["same_as"].choices = [
                *((str(member.pk), f"Chính là {_described(member)}") for member in self.alike),
                ("new", "Người khác, thêm mới"),
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if len(self.fields["same_as"].choices) and not data.get("same_as"):
            told = "Người này có thể đã có trong Cổng. Chọn một dòng."
            if not self.alike:
                told = "Ở địa bàn khác có người trùng hai trong ba: tên, năm sinh, số điện thoại. Chọn một dòng."
            self.add_error("same_as", told)
        return data

    def oddities(self, data: dict[str, Any]) -> list[str]:
        size = self.team.memberships.on(timezone.localdate()).count() + 1
        return oddity_of_size("Tổ", size) if size >= USUAL_SIZE.stop else []

    def shown_fields(self) -> list[forms.BoundField]:
        hidden = set() if self.fields["same_as"].choices else {"same_as"}
        return [field for field in super().shown_fields() if field.name not in hidden]

    def chosen(self) -> Member | None:
        """The person already kept that this is, or None for a new one."""
        picked = self.cleaned_data.get("same_as")
        return next((member for member in self.alike if str(member.pk) == picked), None)


def _described(member: Member) -> str:
    team = member.memberships.select_related("team").order_by("-id").first()
    parts = [member.name]
    if member.birth_year:
        parts.append(f"sinh {member.birth_year}")
    if team:
        parts.append(str(team.team))
    return ", ".join(parts)


class ReformForm(Asking):
    """Kiện toàn: who stays in which role, who leaves, who joins. One field a member, `NEWCOMERS` rows for new ones."""

    LEAVES = "leaves"

    on = day_field("Từ ngày", error_messages={"required": "Nhập ngày kiện toàn."})
    name = forms.CharField(label="Tên tổ", max_length=200, error_messages={"required": "Nhập tên tổ."})
    decision_number = forms.CharField(label="Số quyết định", max_length=60, required=False)
    decision_date = day_field("Ngày quyết định", required=False)

    def __init__(self, *args: Any, team: Team, memberships: list[Membership], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": team.name})
        super().__init__(*args, **kwargs)
        self.team, self.memberships = team, memberships
        choices = [*((role.value, f"Ở lại: {role.label.lower()}") for role in TeamRole), (self.LEAVES, "Rời tổ")]
        for membership in memberships:
            self.fields[f"stay_{membership.pk}"] = forms.ChoiceField(
                label=membership.member.name, choices=choices, initial=membership.role
            )
        for row in range(NEWCOMERS):
            self.fields[f"new_name_{row}"] = forms.CharField(label="Họ và tên", max_length=120, required=False)
            self.fields[f"new_year_{row}"] = year_field("Năm sinh")
            self.fields[f"new_phone_{row}"] = PhoneField(label="Số điện thoại")
            self.fields[f"new_role_{row}"] = forms.ChoiceField(
                label="Vai trò", choices=TeamRole.choices, initial=TeamRole.MEMBER, required=False
            )

    def head_fields(self) -> list[forms.BoundField]:
        names = ["on", "name", "decision_number", "decision_date", *(["confirm"] if self.asked else [])]
        return [self[name] for name in names]

    def stay_fields(self) -> list[forms.BoundField]:
        return [self[f"stay_{membership.pk}"] for membership in self.memberships]

    def new_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"new_{part}_{row}"] for part in ("name", "year", "phone", "role")] for row in range(NEWCOMERS)]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for row in range(NEWCOMERS):
            typed = data.get(f"new_year_{row}") or data.get(f"new_phone_{row}")
            if typed and not data.get(f"new_name_{row}"):
                self.add_error(f"new_name_{row}", f"Nhập họ và tên của người mới thứ {row + 1}.")
        return super().clean()

    def oddities(self, data: dict[str, Any]) -> list[str]:
        staying, joining = self.staying(), self.joining()
        odd = oddity_of_size("Tổ mới", len(staying) + len(joining))
        roles = [*staying.values(), *(person.role for person in joining)]
        if TeamRole.LEADER not in roles:
            odd.append("Tổ mới chưa có tổ trưởng. Vẫn lưu?")
        for person in joining:
            alike = actions.possible_duplicates(name=person.name, birth_year=person.birth_year, phone=person.phone)
            if alike.exists():
                odd.append(f"{person.name} có thể đã có trong Cổng. Vẫn thêm mới?")
        return odd

    def staying(self) -> dict[int, str]:
        """membership id → role in the new team."""
        chosen = {m.pk: self.cleaned_data[f"stay_{m.pk}"] for m in self.memberships}
        return {pk: role for pk, role in chosen.items() if role != self.LEAVES}

    def joining(self) -> list[Newcomer]:
        """The rows in which a name was typed."""
        data = self.cleaned_data
        return [
            Newcomer(
                name=data[f"new_name_{row}"],
                birth_year=data[f"new_year_{row}"],
                phone=data[f"new_phone_{row}"],
                role=data[f"new_role_{row}"] or TeamRole.MEMBER,
            )
            for row in range(NEWCOMERS)
            if data[f"new_name_{row}"]
        ]
