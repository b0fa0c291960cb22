"""Forms of sign-in, passwords, users and grants."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.granting import LEVELS, can_give, roles_to_give
from accounts.identifiers import parse_identifier
from accounts.models import Grant, User
from accounts.roles import Right, Role
from accounts.scope import scope
from areas.labels import labels
from areas.models import Area
from cnscd_portal import listing

PASSWORD_HELP = "Ít nhất 8 ký tự. Có thể dán."
CANDIDATES = 20


class SignInForm(AuthenticationForm):
    """One field takes a phone number in any shape or an e-mail address."""

    mark_optional = False
    error_messages = {
        "invalid_login": "Số điện thoại, email hoặc mật khẩu chưa đúng.",
        "inactive": "Số điện thoại, email hoặc mật khẩu chưa đúng.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = "Số điện thoại hoặc email"
        name.error_messages["required"] = "Nhập số điện thoại hoặc email."
        name.widget.attrs.update(autocomplete="username", autofocus=True, spellcheck="false", autocapitalize="none")
        word = self.fields["password"]
        word.label = "Mật khẩu"
        word.error_messages["required"] = "Nhập mật khẩu."


class NewPasswordForm(forms.Form):
    """One field: it can be shown, so it need not be typed twice."""

    password = forms.CharField(
        label="Mật khẩu",
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
        error_messages={"required": "Nhập mật khẩu."},
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password


class ChangePasswordForm(NewPasswordForm):
    """The password in use guards an open browser on a desk."""

    field_order = ["current", "password"]
    current = forms.CharField(
        label="Mật khẩu đang dùng",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Nhập mật khẩu đang dùng."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Mật khẩu mới"

    def clean_current(self) -> str:
        current = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError("Mật khẩu đang dùng chưa đúng.")
        return current


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label="Email",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Nhập email của tài khoản.", "invalid": "Email cần có dạng ten@vidu.vn."},
    )


class GrantForm(forms.Form):
    """A role on an area, within what `giver` may give. The area is typed; where several fit, they are offered."""

    role = forms.ChoiceField(label="Vai trò", error_messages={"required": "Chọn vai trò."})
    place = forms.CharField(
        label="Địa bàn",
        max_length=150,
        help_text="Gõ tên hoặc mã, không dấu cũng được.",
        error_messages={"required": "Nhập tên hoặc mã địa bàn."},
    )
    area = forms.TypedChoiceField(
        label="Chọn địa bàn",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Chọn lại địa bàn."},
    )

    def __init__(self, *args, giver: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.giver = giver
        roles, areas = self.fields["role"], self.fields["area"]
        assert isinstance(roles, forms.ChoiceField)
        assert isinstance(areas, forms.ChoiceField)
        roles.choices = [("", "Chọn vai trò"), *((role, role.label) for role in roles_to_give(giver))]
        self.found: list[Area] = []
        if self.is_bound:
            self.found = self._find(self.data.get("role", ""), self.data.get("place", "").strip())
        else:
            self.initial.setdefault("place", self._only_place())
        if len(self.found) > 1:
            names = labels(area.pk for area in self.found)
            areas.choices = [(area.pk, names[area.pk]) for area in self.found]
            areas.error_messages["required"] = f"Có {len(self.found)} nơi khớp. Chọn một nơi, hoặc gõ thêm chữ."
        else:
            del self.fields["area"]

    def _within(self):
        found = scope(self.giver, Right.INVITE)
        return Area.objects.on(timezone.localdate()).filter(found.rows(area="pk"))

    def _only_place(self) -> str:
        """A clerk's own commune, so that it need not be typed."""
        now = scope(self.giver, Right.INVITE).now
        return Area.objects.get(pk=next(iter(now))).name if len(now) == 1 else ""

    def _find(self, role: str, text: str) -> list[Area]:
        """Areas of a level that the role can stand on whose name or code has these words; one that is it exactly."""
        if not text or role not in LEVELS:
            return []
        words = Q(code__iexact=text) | listing.search_condition(text)
        areas = self._within().filter(words, level__in=LEVELS[role]).order_by("level", "sort_key", "id")
        found = list(areas[: CANDIDATES + 1])
        exact = [area for area in found if text.casefold() in _names(area)]
        return exact if len(exact) == 1 else found[:CANDIDATES]

    def clean(self):
        cleaned = super().clean()
        role, text = cleaned.get("role"), cleaned.get("place")
        if not role or not text or "area" in self.errors:
            return cleaned
        picked = [area for area in self.found if len(self.found) == 1 or area.pk == cleaned.get("area")]
        if not self.found:
            self.add_error("place", f"Không có nơi nào tên “{text}” cho vai trò này trong địa bàn của bạn.")
        elif not can_give(self.giver, role, picked[0]):
            self.add_error("role", f"Bạn chưa giao được vai trò này ở {picked[0].name}. Chọn vai trò khác.")
        else:
            cleaned["area"] = picked[0]
        return cleaned


def _names(area: Area) -> set[str]:
    """What names the area alone: its name, with and without the kind, and its code."""
    name = area.name.casefold()
    return {name, name.removeprefix(area.kind.casefold()).strip(), area.code.casefold()}


class NewUserForm(GrantForm):
    """A person to invite; a phone number or e-mail address that is known already only gets the grant."""

    field_order = ["name", "identifier", "role", "place", "area"]
    name = forms.CharField(label="Họ tên", max_length=150, error_messages={"required": "Nhập họ tên."})
    identifier = forms.CharField(
        label="Số điện thoại hoặc email",
        max_length=254,
        help_text="Người được mời đăng nhập bằng số hoặc email này.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Nhập số điện thoại hoặc email."},
    )

    def clean_identifier(self) -> dict[str, str]:
        try:
            return parse_identifier(self.cleaned_data["identifier"])
        except ValueError as error:
            raise ValidationError(str(error)) from None


class UserFilter(forms.Form):
    """Filters of the list of users."""

    STATES = [("", "Mọi trạng thái"), ("waiting", "Chưa đặt mật khẩu"), ("open", "Đang dùng"), ("closed", "Đã ngừng")]

    q = forms.CharField(label="Tìm tên, số điện thoại, email", required=False, max_length=100)
    role = forms.ChoiceField(label="Vai trò", required=False, choices=[("", "Mọi vai trò"), *Role.choices])
    state = forms.ChoiceField(label="Trạng thái", required=False, choices=STATES)

    def apply(self, users):
        if not self.is_valid():
            return users
        chosen = self.cleaned_data
        if text := chosen["q"].strip():
            digits = "".join(filter(str.isdigit, text)).removeprefix("84").lstrip("0")
            condition = listing.search_condition(text) | Q(email__icontains=text)
            users = users.filter(condition | Q(phone__contains=digits) if len(digits) >= 3 else condition)
        if chosen["role"]:
            held = Grant.objects.on(timezone.localdate()).filter(role=chosen["role"])
            users = users.filter(pk__in=held.values("user"))
        waiting = Q(password__startswith="!")
        if chosen["state"] == "closed":
            users = users.filter(is_active=False)
        elif chosen["state"]:
            users = users.filter(waiting if chosen["state"] == "waiting" else ~waiting, is_active=True)
        return users

    @property
    def is_set(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())
