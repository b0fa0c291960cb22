"""Files that were brought in: the batch, its progress, what became of each row."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from areas.models import Area
from imports.querysets import BatchQuerySet

# Kinds of files as the pages name them.
KIND_LABELS = {
    "teams": "Danh sách tổ",
    "members": "Danh sách thành viên",
    "trainings": "Lớp tập huấn",
    "attendances": "Danh sách học viên",
    "returns": "Số liệu của xã",
    "activities": "Nhật ký hoạt động",
}


class Batch(models.Model):
    """One file of one kind, read, checked and applied. The stored file and its hash stay; a batch can be undone."""

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chờ"
        READING = "reading", "Đang đọc"
        CHECKING = "checking", "Đang kiểm tra"
        APPLYING = "applying", "Đang ghi"
        DONE = "done", "Đã ghi"
        FAILED = "failed", "Không dùng được"

    kind = models.CharField("loại", max_length=16)
    filename = models.CharField("tên tệp", max_length=255)
    file = models.FileField("tệp", upload_to="imports/%Y/%m/")
    sha256 = models.CharField("mã băm", max_length=64)
    size = models.PositiveBigIntegerField("cỡ tệp (byte)")
    as_of = models.DateField("số liệu tính đến")
    province = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="tỉnh, thành phố"
    )
    create_missing = models.BooleanField("tạo tổ còn thiếu", default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="người nhập"
    )
    created_at = models.DateTimeField("lúc tải lên", default=timezone.now)
    finished_at = models.DateTimeField("lúc xong", null=True, blank=True)
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.WAITING)
    error = models.TextField("lỗi", blank=True)
    rows_total = models.PositiveIntegerField("số dòng", default=0)
    rows_done = models.PositiveIntegerField("số dòng đã xử lý", default=0)
    created = models.PositiveIntegerField("mới", default=0)
    updated = models.PositiveIntegerField("thay đổi", default=0)
    unchanged = models.PositiveIntegerField("không đổi", default=0)
    refused = models.PositiveIntegerField("chưa nhận", default=0)
    result = models.JSONField("kết quả", default=dict)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = "lô nhập"
        verbose_name_plural = "lô nhập"
        indexes = [models.Index(fields=["-created_at", "-id"], name="batch_page")]

    def __str__(self) -> str:
        return f"Lô {self.pk}: {self.filename}"

    @property
    def is_running(self) -> bool:
        return self.state not in (self.State.DONE, self.State.FAILED)

    @property
    def kind_label(self) -> str:
        """“Danh sách tổ”."""
        return KIND_LABELS.get(self.kind, self.kind)


class PlaceAlias(models.Model):
    """A way of writing a place that somebody has settled: within `within`, this text means this area."""

    text = models.CharField("cách viết", max_length=200, help_text="Đã bỏ dấu, chữ thường")
    within = models.ForeignKey(Area, models.CASCADE, related_name="+", verbose_name="trong địa bàn")
    area = models.ForeignKey(Area, models.CASCADE, related_name="+", verbose_name="nghĩa là")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="người chọn"
    )
    confirmed_at = models.DateTimeField("lúc chọn", default=timezone.now)

    class Meta:
        verbose_name = "tên khác của địa bàn"
        verbose_name_plural = "tên khác của địa bàn"
        constraints = [models.UniqueConstraint(fields=["text", "within"], name="place_alias_once")]

    def __str__(self) -> str:
        return f"{self.text} → {self.area}"
