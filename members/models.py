"""People in teams, trainings and who attended. No ID-card number, party, religion or ethnicity is ever kept."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone

from areas.history import tracked
from areas.models import Area
from areas.text import SearchKey, SortKey
from members.querysets import MemberQuerySet, MembershipQuerySet, TrainingQuerySet
from teams.models import Team


@tracked(exclude=("search", "sort_key"))
class Member(models.Model):
    """A person. Being in a team is a `Membership`; the person and what they learned outlive it."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Nữ"
        MALE = "male", "Nam"

    name = models.CharField("họ và tên", max_length=120)
    birth_year = models.SmallIntegerField("năm sinh", null=True, blank=True)
    sex = models.CharField("giới tính", max_length=8, choices=Sex, blank=True)
    phone = models.CharField("số điện thoại", max_length=16, blank=True, help_text="E.164")
    smartphone = models.BooleanField("có điện thoại thông minh", null=True, blank=True)

    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "thành viên"
        verbose_name_plural = "thành viên"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(birth_year__isnull=True) | models.Q(birth_year__range=(1900, 2100)),
                name="member_birth_year_plausible",
                violation_error_message="Năm sinh từ 1900 đến 2100.",
            ),
            models.CheckConstraint(
                condition=models.Q(phone="") | models.Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="member_phone_e164"
            ),
        ]
        indexes = [
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="member_search_trgm"),
            models.Index(fields=["phone"], name="member_phone"),
            models.Index(fields=["sort_key", "id"], name="member_page"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Membership(models.Model):
    """A person's time in a team. Without a joining day it counts from the team's first day."""

    class TeamRole(models.TextChoices):
        LEADER = "leader", "Tổ trưởng"
        DEPUTY = "deputy", "Tổ phó"
        MEMBER = "member", "Thành viên"

    class SourceBody(models.TextChoices):
        YOUTH_UNION = "youth_union", "Đoàn Thanh niên"
        WOMEN_UNION = "women_union", "Hội Phụ nữ"
        FRONT = "front", "Mặt trận Tổ quốc"
        FARMERS_UNION = "farmers_union", "Hội Nông dân"
        VETERANS = "veterans", "Hội Cựu chiến binh"
        VILLAGE_HEAD = "village_head", "Trưởng thôn, tổ trưởng dân phố"
        PARTY_CELL = "cell_secretary", "Bí thư chi bộ"
        POLICE = "police", "Công an"
        TELECOM = "telecom", "Doanh nghiệp viễn thông"
        TEACHER = "teacher", "Giáo viên"
        OTHER = "other", "Khác"

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name="tổ")
    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships", verbose_name="thành viên")
    role = models.CharField("vai trò trong tổ", max_length=8, choices=TeamRole, default=TeamRole.MEMBER)
    post = models.CharField("chức vụ", max_length=120, blank=True, help_text="Bí thư chi bộ, trưởng thôn…")
    source_body = models.CharField("đơn vị cử", max_length=16, choices=SourceBody, blank=True)
    joined = models.DateField("ngày vào tổ", null=True, blank=True)
    left = models.DateField("ngày rời tổ", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "tư cách thành viên"
        verbose_name_plural = "tư cách thành viên"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "member"],
                condition=models.Q(left__isnull=True),
                name="membership_open_once_per_team",
                violation_error_message="Người này đang là thành viên của tổ.",
            ),
            models.CheckConstraint(
                condition=models.Q(left__isnull=True)
                | models.Q(joined__isnull=True)
                | models.Q(left__gte=models.F("joined")),
                name="membership_left_after_joined",
                violation_error_message="Ngày rời tổ không được trước ngày vào tổ.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.team}"


class PhoneReveal(models.Model):
    """Somebody looked at a member's phone number, and said why. Written once, never changed."""

    class Purpose(models.TextChoices):
        CALL = "call", "Gọi công việc"
        CORRECT = "correct", "Sửa thông tin"
        OTHER = "other", "Khác"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="phone_reveals", verbose_name="người xem"
    )
    member = models.ForeignKey(Member, models.CASCADE, related_name="phone_reveals", verbose_name="thành viên")
    purpose = models.CharField("mục đích", max_length=8, choices=Purpose)
    at = models.DateTimeField("lúc", default=timezone.now)

    class Meta:
        verbose_name = "lượt xem số điện thoại"
        verbose_name_plural = "lượt xem số điện thoại"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["call", "correct", "other"]),
                name="phone_reveal_purpose_known",
                violation_error_message="Chọn mục đích xem số.",
            )
        ]
        indexes = [models.Index(fields=["user", "-at"], name="phone_reveal_by_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.member}"


@tracked(exclude=("search",))
class Training(models.Model):
    """A training class. `date` is the day it was held or is planned for; `head_count` counts attendances (lượt), never
    people. Its area is the one that organises it: what no list names is counted there.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "Kế hoạch"
        HELD = "held", "Đã tổ chức"
        CANCELLED = "cancelled", "Đã hủy"

    class Format(models.TextChoices):
        IN_PERSON = "in_person", "Trực tiếp"
        ONLINE = "online", "Trực tuyến"
        BLENDED = "blended", "Kết hợp"

    class Audience(models.TextChoices):
        TEAM_MEMBERS = "team_members", "Thành viên tổ"
        OFFICIALS = "officials", "Cán bộ, công chức, viên chức"
        LEADERS = "leaders", "Lãnh đạo"
        CITIZENS = "citizens", "Người dân"
        BUSINESSES = "businesses", "Doanh nghiệp, hộ kinh doanh"

    code = models.CharField("mã lớp", max_length=32)
    title = models.CharField("tên lớp", max_length=200)
    organiser = models.CharField("đơn vị tổ chức", max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="trainings", verbose_name="địa bàn")
    format = models.CharField("hình thức", max_length=12, choices=Format, default=Format.IN_PERSON)
    audience = models.CharField("đối tượng", max_length=16, choices=Audience, default=Audience.TEAM_MEMBERS)
    date = models.DateField("ngày")
    sessions = models.PositiveSmallIntegerField("số buổi", null=True, blank=True)
    status = models.CharField("trạng thái", max_length=12, choices=Status, default=Status.PLANNED)
    head_count = models.PositiveIntegerField("số lượt tham gia", null=True, blank=True)
    note = models.TextField("ghi chú", blank=True)

    search = models.GeneratedField(expression=SearchKey("title"), output_field=models.TextField(), db_persist=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "lớp tập huấn"
        verbose_name_plural = "lớp tập huấn"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "code"],
                name="training_code_once_per_area",
                violation_error_message="Địa bàn này đã có lớp mang mã đó.",
            )
        ]
        indexes = [
            models.Index(fields=["-date", "-id"], name="training_page"),
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="training_search_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


@tracked()
class Attendance(models.Model):
    """A listed person in a class, counted once whatever the number of sessions, for the team they came from."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="attendances", verbose_name="lớp")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances", verbose_name="thành viên")
    team = models.ForeignKey(Team, models.PROTECT, related_name="attendances", verbose_name="tổ")

    class Meta:
        verbose_name = "lượt tập huấn"
        verbose_name_plural = "lượt tập huấn"
        constraints = [
            models.UniqueConstraint(
                fields=["training", "member"],
                name="attendance_once_per_class",
                violation_error_message="Người này đã có trong danh sách của lớp.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.training}"
