"""What teams do and what communes report: activity logs, periodic returns, sites, and the elements that are counted."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from activities.kinds import ActivityKind, Audience
from activities.periods import Calendar, PeriodKind
from activities.querysets import ActivityQuerySet, ReturnQuerySet, SiteQuerySet
from activities.triggers import STAMP_RETURN_VALUES
from areas.history import tracked
from areas.models import Area
from areas.text import SearchKey, SortKey
from teams.models import Team


class Status(models.TextChoices):
    """The life of a log or a return. Counted are submitted (tạm tính) and approved ones, never the others (F8)."""

    DRAFT = "draft", "Đang nhập"
    SUBMITTED = "submitted", "Chờ duyệt"
    APPROVED = "approved", "Đã duyệt"
    RETURNED = "returned", "Trả lại"
    VOID = "void", "Đã hủy"


COUNTED = (Status.SUBMITTED, Status.APPROVED)


class DataElement(models.Model):
    """What is counted. The catalogue ships in `activities/data/elements.csv`; an admin adds to it.

    Registry elements are derived from teams, people, trainings and sites and cannot be entered.
    """

    class Kind(models.TextChoices):
        FLOW = "flow", "Phát sinh trong kỳ"
        STOCK = "stock", "Lũy kế, hiện có"
        DISTINCT = "distinct", "Đếm không trùng"

    class Source(models.TextChoices):
        LOG = "log", "Nhật ký hoạt động"
        RETURN = "return", "Báo cáo của xã"
        REGISTRY = "registry", "Sổ của Cổng"

    class Pillar(models.TextChoices):
        TEAMS = "teams", "Tổ và thành viên"
        TRAINING = "training", "Tập huấn"
        ACTIVITY = "activity", "Hoạt động"
        GOVERNMENT = "government", "Chính quyền số"
        ECONOMY = "economy", "Kinh tế số"
        SOCIETY = "society", "Xã hội số"
        MODELS = "models", "Mô hình, sáng kiến"

    code = models.SlugField("mã", max_length=64, unique=True)
    name = models.CharField("tên", max_length=150)
    unit = models.CharField("đơn vị tính", max_length=40)
    kind = models.CharField("loại số", max_length=8, choices=Kind)
    source = models.CharField("nguồn", max_length=10, choices=Source)
    pillar = models.CharField("trụ cột", max_length=12, choices=Pillar)
    activity_kinds = ArrayField(
        models.CharField(max_length=24),
        default=list,
        blank=True,
        verbose_name="loại hoạt động",
        help_text="Các loại việc mà biểu mẫu hỏi số này",
    )
    position = models.PositiveSmallIntegerField("thứ tự", default=100)
    active = models.BooleanField("đang dùng", default=True)
    help = models.TextField("giải thích", blank=True)

    class Meta:
        verbose_name = "chỉ tiêu số liệu"
        verbose_name_plural = "chỉ tiêu số liệu"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=("search",))
class Activity(models.Model):
    """One logged piece of work of a team. Its area is the team's place on the day, for ever. Voided, never deleted."""

    uuid = models.UUIDField("mã của máy", default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="activities", verbose_name="tổ")
    area = models.ForeignKey(Area, models.PROTECT, related_name="activities", verbose_name="địa bàn")
    date = models.DateField("ngày")
    kind = models.CharField("việc đã làm", max_length=24, choices=ActivityKind)
    topic = models.CharField("nội dung", max_length=200, blank=True)
    audience = models.CharField("đối tượng", max_length=24, choices=Audience, blank=True)
    reached = models.PositiveIntegerField("lượt người")
    households = models.PositiveIntegerField("số hộ", null=True, blank=True)
    note = models.TextField("ghi chú", blank=True)
    status = models.CharField("trạng thái", max_length=10, choices=Status, default=Status.SUBMITTED)
    reason = models.CharField("lý do số khác thường", max_length=300, blank=True)
    decision_reason = models.CharField("lý do trả lại", max_length=300, blank=True)
    void_reason = models.CharField("lý do hủy", max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="người ghi"
    )
    entered_at = models.DateTimeField("lúc ghi", default=timezone.now)
    import_key = models.CharField(max_length=80, unique=True, null=True, blank=True, editable=False)

    search = models.GeneratedField(expression=SearchKey("topic"), output_field=models.TextField(), db_persist=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "hoạt động"
        verbose_name_plural = "nhật ký hoạt động"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="void") | ~models.Q(void_reason=""),
                name="activity_void_needs_reason",
                violation_error_message="Ghi lý do hủy.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="returned") | ~models.Q(decision_reason=""),
                name="activity_returned_needs_reason",
                violation_error_message="Ghi lý do trả lại.",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="activity_status_known"),
        ]
        indexes = [
            models.Index(fields=["-date", "-id"], name="activity_page"),
            models.Index(fields=["area", "date"], name="activity_area_date"),
            models.Index(fields=["team", "-date"], name="activity_team_date"),
            models.Index(fields=["-date", "-id"], name="activity_waiting", condition=models.Q(status="submitted")),
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="activity_search_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.date:%d/%m/%Y}"


@tracked()
class ActivityValue(models.Model):
    """How many of an element one activity gave."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="values", verbose_name="hoạt động")
    element = models.ForeignKey(DataElement, models.PROTECT, related_name="+", verbose_name="chỉ tiêu số liệu")
    value = models.PositiveIntegerField("giá trị")

    class Meta:
        verbose_name = "số liệu của hoạt động"
        verbose_name_plural = "số liệu của hoạt động"
        constraints = [models.UniqueConstraint(fields=["activity", "element"], name="activity_value_once")]

    def __str__(self) -> str:
        return f"{self.element}: {self.value}"


@tracked()
class Return(models.Model):
    """A commune's periodic return. `period` is half-open and belongs to the calendar it was made in.

    `submissions` counts how often it was sent; with period and area it makes the receipt's number. `fingerprint` is
    the SHA-256 of what was sent last (`activities.receipts`), so that a receipt can be held against the return.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="returns", verbose_name="xã, phường")
    calendar = models.CharField("lịch", max_length=10, choices=Calendar, default=Calendar.STATUTORY)
    kind = models.CharField("loại kỳ", max_length=12, choices=PeriodKind, default=PeriodKind.MONTH)
    period = DateRangeField("kỳ")
    estimate = models.BooleanField("ước thực hiện", default=False)
    status = models.CharField("trạng thái", max_length=10, choices=Status, default=Status.DRAFT)
    due = models.DateField("hạn nộp")
    submitted_at = models.DateTimeField("lúc gửi", null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="người nhập"
    )
    submissions = models.PositiveSmallIntegerField("số lần gửi", default=0, editable=False)
    fingerprint = models.CharField("mã đối chiếu", max_length=64, blank=True, editable=False)
    note = models.TextField("khó khăn, kiến nghị", blank=True)
    decision_reason = models.CharField("lý do trả lại", max_length=300, blank=True)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = "báo cáo của xã"
        verbose_name_plural = "báo cáo của xã"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "calendar", "period", "estimate"],
                name="return_once_per_period",
                violation_error_message="Xã đã có báo cáo của kỳ này.",
            ),
            models.CheckConstraint(
                condition=models.Q(period__startswith__isnull=False) & models.Q(period__endswith__isnull=False),
                name="return_period_closed",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="returned") | ~models.Q(decision_reason=""),
                name="return_returned_needs_reason",
                violation_error_message="Ghi lý do trả lại.",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="return_status_known"),
        ]
        indexes = [models.Index(fields=["-due", "-id"], name="return_page")]

    def __str__(self) -> str:
        return f"{self.area}, {self.period.lower:%d/%m/%Y}"


@tracked(exclude=("area", "period", "estimate", "is_flow"))
class ReturnValue(models.Model):
    """The value of one element in a return, with the reporter's qualifier. A missing row is no value, which is not 0.

    `area`, `period`, `estimate` and `is_flow` repeat the return's and the element's own, stamped by triggers, so that
    the database can refuse two flows of one element over overlapping periods (F4).
    """

    class Qualifier(models.TextChoices):
        EXACT = "exact", "đúng"
        OVER = "over", "trên"
        UNDER = "under", "gần"
        ABOUT = "about", "khoảng"

    report = models.ForeignKey(Return, models.CASCADE, related_name="values", verbose_name="báo cáo")
    element = models.ForeignKey(DataElement, models.PROTECT, related_name="+", verbose_name="chỉ tiêu số liệu")
    value = models.DecimalField("giá trị", max_digits=18, decimal_places=2)
    qualifier = models.CharField("mức chính xác", max_length=6, choices=Qualifier, default=Qualifier.EXACT)
    reason = models.CharField("giải thích", max_length=300, blank=True)

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", editable=False)
    period = DateRangeField(editable=False)
    estimate = models.BooleanField(editable=False)
    is_flow = models.BooleanField(editable=False)

    class Meta:
        verbose_name = "số liệu báo cáo"
        verbose_name_plural = "số liệu báo cáo"
        constraints = [
            models.UniqueConstraint(fields=["report", "element"], name="return_value_once"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="return_value_not_negative"),
            ExclusionConstraint(
                name="return_flow_periods_apart",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    ("element", RangeOperators.EQUAL),
                    (Cast("estimate", models.IntegerField()), RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(is_flow=True),
                violation_error_message="Số phát sinh của chỉ tiêu này đã có trong một kỳ chồng lên kỳ này.",
            ),
        ]
        triggers = STAMP_RETURN_VALUES

    def __str__(self) -> str:
        return f"{self.element}: {self.value}"


@tracked(exclude=("search", "sort_key"))
class Site(models.Model):
    """A place that teams made or look after: QR code, Wi-Fi point, cashless market, smart village, model."""

    class Kind(models.TextChoices):
        QR_SITE = "qr_site", "Điểm gắn mã QR"
        WIFI_POINT = "wifi_point", "Điểm Wi-Fi miễn phí"
        CASHLESS_MARKET = "cashless_market", "Chợ không dùng tiền mặt"
        SMART_VILLAGE = "smart_village", "Thôn thông minh"
        DIGITAL_VILLAGE = "digital_village", "Làng số"
        THREE_NO = "three_no", "Mô hình Ba không"
        MODEL = "model", "Mô hình khác"

    kind = models.CharField("loại", max_length=16, choices=Kind)
    name = models.CharField("tên", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, related_name="sites", verbose_name="địa bàn")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="sites", verbose_name="tổ phụ trách"
    )
    since = models.DateField("từ ngày")
    until = models.DateField("đến ngày", null=True, blank=True)
    link = models.URLField("liên kết", blank=True)
    latitude = models.FloatField("vĩ độ", null=True, blank=True)
    longitude = models.FloatField("kinh độ", null=True, blank=True)
    note = models.TextField("ghi chú", blank=True)

    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "điểm, mô hình"
        verbose_name_plural = "điểm, mô hình"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="site_until_after_since",
                violation_error_message="Ngày kết thúc không được trước ngày bắt đầu.",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True) | models.Q(latitude__range=(6, 24)),
                name="site_latitude_in_viet_nam",
                violation_error_message="Vĩ độ của Việt Nam từ 6 đến 24.",
            ),
            models.CheckConstraint(
                condition=models.Q(longitude__isnull=True) | models.Q(longitude__range=(101, 118)),
                name="site_longitude_in_viet_nam",
                violation_error_message="Kinh độ của Việt Nam từ 101 đến 118.",
            ),
        ]
        indexes = [
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="site_search_trgm"),
            models.Index(fields=["sort_key", "id"], name="site_page"),
        ]

    def __str__(self) -> str:
        return self.name
