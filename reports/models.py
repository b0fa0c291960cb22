"""Indicators, targets, and the tables of the roll-up: marks of what is stale, leaves, cells (figures.md, R1–R6)."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from activities.models import DataElement
from areas.models import Area


class Indicator(models.Model):
    """A figure that is shown: a sum of elements, or a ratio of two such sums, divided last.

    The catalogue ships in `reports/data/indicators.csv`; an admin adds to it in the browser.
    """

    class Source(models.TextChoices):
        REGISTRY = "reg", "Sổ của Cổng"
        LOG = "log", "Nhật ký hoạt động"
        RETURN = "ret", "Báo cáo của xã"

    class Direction(models.TextChoices):
        UP = "up", "Tăng là tốt lên"
        DOWN = "down", "Giảm là tốt lên"
        NONE = "none", "Không có chiều"

    code = models.SlugField("định danh", max_length=64, unique=True)
    number = models.CharField("ký hiệu", max_length=10, unique=True)
    name = models.CharField("tên", max_length=150)
    pillar = models.CharField("trụ cột", max_length=12, choices=DataElement.Pillar)
    unit = models.CharField("đơn vị tính", max_length=40)
    source = models.CharField("nguồn", max_length=4, choices=Source)
    direction = models.CharField("chiều", max_length=4, choices=Direction, default=Direction.UP)
    target = models.DecimalField(
        "chỉ tiêu chung", max_digits=18, decimal_places=4, null=True, blank=True, help_text="Tỷ lệ viết 0,8 cho 80 %"
    )
    context = models.BooleanField("số liệu bối cảnh", default=False, help_text="Không phải kết quả do tổ làm ra")
    legal_source = models.CharField("căn cứ", max_length=200, blank=True)
    note = models.TextField("giải thích", blank=True)
    position = models.PositiveSmallIntegerField("thứ tự", default=1000)
    active = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "chỉ số"
        verbose_name_plural = "chỉ số"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class IndicatorTerm(models.Model):
    """One element in an indicator's numerator or denominator, times a coefficient."""

    class Part(models.TextChoices):
        NUMERATOR = "num", "Tử số"
        DENOMINATOR = "den", "Mẫu số"

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="terms", verbose_name="chỉ số")
    part = models.CharField("phần", max_length=3, choices=Part, default=Part.NUMERATOR)
    element = models.ForeignKey(DataElement, models.PROTECT, related_name="+", verbose_name="chỉ tiêu số liệu")
    coefficient = models.DecimalField("hệ số", max_digits=12, decimal_places=4, default=1)

    class Meta:
        verbose_name = "thành phần của chỉ số"
        verbose_name_plural = "thành phần của chỉ số"
        constraints = [models.UniqueConstraint(fields=["indicator", "part", "element"], name="indicator_term_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.element}"


class Target(models.Model):
    """What an area is to reach. A target of a unit that has ended is archived with it, never added up."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name="chỉ số")
    area = models.ForeignKey(Area, models.CASCADE, related_name="targets", verbose_name="địa bàn")
    value = models.DecimalField("chỉ tiêu", max_digits=18, decimal_places=4)
    during = DateRangeField("thời gian", default="(,)")
    legal_source = models.CharField("căn cứ", max_length=200, blank=True)

    class Meta:
        verbose_name = "chỉ tiêu giao"
        verbose_name_plural = "chỉ tiêu giao"
        constraints = [
            ExclusionConstraint(
                name="target_one_a_day",
                expressions=[
                    ("indicator", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Địa bàn đã có chỉ tiêu này trong thời gian đó. Sửa dòng cũ, hoặc đổi ngày.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.area}: {self.value}"


class Mark(models.Model):
    """Something of an area is stale: one half-month of it, all of it (`half` null), or its place in the tree (`tree`).

    Append-only and without any unique or foreign key: a key would lose marks or make those who save wait (R1).
    """

    area_id = models.BigIntegerField()
    half = models.DateField(null=True)
    tree = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="tell_workers",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="NOTIFY cnscd_stale; RETURN NULL;",
            )
        ]


class AppliedMap(models.Model):
    """The ancestry that the cells were made with: `areas.AreaAncestry` as the roll-up last took it over (R4)."""

    area_id = models.BigIntegerField()
    ancestor_id = models.BigIntegerField()
    during = DateRangeField()
    share = models.DecimalField(max_digits=20, decimal_places=18, null=True)
    exact = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["area_id"], name="applied_up"),
            models.Index(fields=["ancestor_id", "area_id"], name="applied_down"),
        ]


class CalendarScope(models.IntegerChoices):
    """Whose months an amount may be read in: a flow from a return stays in its return's calendar (F9)."""

    BOTH = 0
    STATUTORY = 1
    CIVIL = 2


class Basis(models.IntegerChoices):
    """Under whose boundaries: of the day on which it happened, or of today."""

    REPORTED = 0, "Tại thời điểm"
    TODAY = 1, "Hiện hành (quy đổi)"


class Amounts(models.Model):
    """What a leaf and a cell hold. The counts behind the amounts are signed where a posting ends another one."""

    amount = models.DecimalField(max_digits=28, decimal_places=8)
    postings = models.BigIntegerField()
    provisional = models.BigIntegerField()
    over = models.BigIntegerField()
    under = models.BigIntegerField()
    about = models.BigIntegerField()
    forecast = models.BigIntegerField()

    class Meta:
        abstract = True


class Leaf(Amounts):
    """Memory of what was posted in an area itself: the sum per element and slot.

    A slot is a half-month, cut further on the days on which the area's map changes; its key is the later start (R6).
    """

    pk = models.CompositePrimaryKey("area_id", "element_id", "calendar", "slot")
    area_id = models.BigIntegerField()
    element_id = models.BigIntegerField()
    calendar = models.SmallIntegerField(choices=CalendarScope)
    slot = models.DateField()


class Cell(Amounts):
    """What counts towards an area from commune level up, per basis, element and half-month. Villages read leaves.

    `amount` is the sum over known shares, `estimated` the part of it that weights made, `maybe` what is posted at
    unknown shares. Stocks are running sums of these over the half-months.
    """

    pk = models.CompositePrimaryKey("area_id", "basis", "element_id", "calendar", "half")
    area_id = models.BigIntegerField()
    basis = models.SmallIntegerField(choices=Basis)
    element_id = models.BigIntegerField()
    calendar = models.SmallIntegerField(choices=CalendarScope)
    half = models.DateField()
    estimated = models.DecimalField(max_digits=28, decimal_places=8)
    maybe = models.DecimalField(max_digits=28, decimal_places=8)


class RollUpState(models.Model):
    """The one row that says for which day "today" the cells stand, and what the last runs and checks found."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    today = models.DateField("số hiện hành tính theo ngày")
    folded_at = models.DateTimeField("cộng lần cuối lúc", null=True)
    checked_at = models.DateTimeField("đối chiếu lần cuối lúc", null=True)
    cells_checked = models.BigIntegerField("số ô đã đối chiếu", default=0)
    cells_mended = models.BigIntegerField("số ô đã sửa", default=0)

    class Meta:
        verbose_name = "tình trạng cộng số liệu"
        verbose_name_plural = "tình trạng cộng số liệu"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="roll_up_state_is_one_row")]
