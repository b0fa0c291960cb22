"""Users of the portal, their roles on an area for a time, and invitations."""

import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.managers import GrantQuerySet, UserManager
from accounts.roles import Role
from areas.history import tracked
from areas.models import Area
from areas.text import SearchKey, SortKey


@tracked(exclude=("password", "last_login", "search", "sort_key"))
class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address or a phone number (village leaders have no e-mail)."""

    name = models.CharField("họ tên", max_length=150)
    email = models.EmailField("email", unique=True, null=True, blank=True)
    phone = models.CharField("số điện thoại", max_length=16, unique=True, null=True, blank=True, help_text="E.164")
    is_active = models.BooleanField("đang dùng", default=True)
    is_staff = models.BooleanField("vào trang quản trị", default=False)
    date_joined = models.DateTimeField("từ ngày", default=timezone.now)
    notice_read_at = models.DateTimeField("đã đọc thông báo dữ liệu cá nhân", null=True, blank=True)

    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(phone__isnull=False),
                name="user_has_email_or_phone",
                violation_error_message="Nhập email hoặc số điện thoại.",
            ),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True) | models.Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="user_phone_e164",
                violation_error_message="Số điện thoại viết dạng +84912345678.",
            ),
            models.CheckConstraint(
                condition=models.Q(email__isnull=True) | models.Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message="Email viết bằng chữ thường.",
            ),
        ]
        indexes = [
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="user_search_trgm"),
            models.Index(fields=["sort_key", "id"], name="user_page"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.pk)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


@tracked()
class Grant(models.Model):
    """A role of a user on an area over a time. It covers what `accounts.scope` derives from it, and nothing else."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="người dùng")
    role = models.CharField("vai trò", max_length=24, choices=Role)
    area = models.ForeignKey(Area, models.PROTECT, related_name="grants", verbose_name="địa bàn")
    during = DateRangeField("thời gian", default="(,)")
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="grants_given", verbose_name="người cấp"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "quyền"
        verbose_name_plural = "quyền"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(condition=~models.Q(during__isempty=True), name="grant_lasts_at_least_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.area}"

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which it holds; None until further notice."""
        return self.during.upper - datetime.timedelta(days=1) if self.during.upper else None


class Invitation(models.Model):
    """A link that sets the first password (or a new one). Only the hash of its token is kept; a POST spends it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations", verbose_name="người được mời")
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="invitations_sent", verbose_name="người mời"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("lúc tạo", default=timezone.now)
    expires_at = models.DateTimeField("hết hạn")
    used_at = models.DateTimeField("đã dùng", null=True, blank=True)

    class Meta:
        verbose_name = "lời mời"
        verbose_name_plural = "lời mời"

    def __str__(self) -> str:
        return f"Lời mời {self.user}"

    @property
    def is_open(self) -> bool:
        """Whether the link still sets a password."""
        return self.used_at is None and timezone.now() < self.expires_at
