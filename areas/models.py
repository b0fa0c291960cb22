"""Administrative units over time.

On 1 July 2025, 63 provinces became 34, 10,035 communes 3,321, and the district tier ended; codes were used again.
So a code names a unit only at a level on a day, and everything here has dates. Ranges are half-open; an open lower
bound means "since always" and an open upper bound "until further notice".
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone

from areas.history import tracked
from areas.querysets import AreaQuerySet
from areas.text import SearchKey, SortKey
from areas.triggers import PARENTS_ARE_WIDER, SUCCESSION_DATES, VALID_KEEPS_SUCCESSIONS, WEIGHTS_SUM_TO_ONE


class Level(models.IntegerChoices):
    """Tiers from the widest to the narrowest; a parent always has a smaller number."""

    COUNTRY = 0, "Cả nước"
    PROVINCE = 1, "Tỉnh, thành phố"
    DISTRICT = 2, "Huyện"
    COMMUNE = 3, "Xã"
    VILLAGE = 4, "Thôn"

    @property
    def identifier(self) -> str:
        """The English identifier of the glossary: `country`, `province`, `district`, `commune`, `village`."""
        return self.name.lower()


@tracked(exclude=("search", "sort_key"))
class Area(models.Model):
    """One unit with one life. A unit whose code is taken over by another is another row.

    `name` and `kind` are those of today, or the last ones of a unit that has ended; `AreaName` keeps them by date.
    `code` is the National Statistics Office's; a village has its commune's code, a hyphen and a serial.
    """

    level = models.SmallIntegerField("cấp", choices=Level)
    code = models.CharField("mã", max_length=16)
    kind = models.CharField("loại", max_length=32, help_text="tỉnh, phường, ấp…")
    name = models.CharField("tên", max_length=150, help_text="Tên đầy đủ, có loại: Xã Yên Thọ")
    valid = DateRangeField("thời gian tồn tại", default="(,)")
    latitude = models.FloatField("vĩ độ", null=True, blank=True)
    longitude = models.FloatField("kinh độ", null=True, blank=True)
    area_km2 = models.FloatField("diện tích (km²)", null=True, blank=True)

    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = "địa bàn"
        verbose_name_plural = "địa bàn"
        constraints = [
            ExclusionConstraint(
                name="area_code_once_per_level_and_day",
                expressions=[
                    ("level", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Hai đơn vị cùng cấp, cùng mã trong một ngày.",
            ),
            models.CheckConstraint(condition=~models.Q(valid__isempty=True), name="area_lives_at_least_a_day"),
        ]
        indexes = [
            models.Index(fields=["level", "code"], name="area_level_code"),
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="area_search_trgm"),
        ]
        triggers = [VALID_KEEPS_SUCCESSIONS]

    def __str__(self) -> str:
        return self.name

    @property
    def level_identifier(self) -> str:
        return Level(self.level).identifier

    def is_valid_on(self, day) -> bool:
        """Whether the unit exists on the day."""
        return (self.valid.lower is None or self.valid.lower <= day) and (
            self.valid.upper is None or day < self.valid.upper
        )

    def successors_today(self) -> AreaQuerySet:
        """What the unit is today: itself while it is valid, else what followed it, step by step."""
        return Area.objects.successors_of(self, timezone.localdate())


@tracked(exclude=("search",))
class AreaName(models.Model):
    """The full name and kind that a unit bore over a time."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="names", verbose_name="địa bàn")
    kind = models.CharField("loại", max_length=32)
    name = models.CharField("tên", max_length=150)
    during = DateRangeField("thời gian", default="(,)")
    decree = models.CharField("căn cứ", max_length=200, blank=True)

    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = "tên địa bàn"
        verbose_name_plural = "tên địa bàn"
        constraints = [
            ExclusionConstraint(
                name="area_one_name_a_day",
                expressions=[("area", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="Một đơn vị chỉ có một tên trong một ngày.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class AreaParent(models.Model):
    """Whose part a unit is, over a time. A village's edge outlives its commune (A4), and the ancestry goes on there."""

    child = models.ForeignKey(Area, models.CASCADE, related_name="parent_edges", verbose_name="đơn vị")
    parent = models.ForeignKey(Area, models.PROTECT, related_name="child_edges", verbose_name="thuộc")
    during = DateRangeField("thời gian", default="(,)")
    decree = models.CharField("căn cứ", max_length=200, blank=True)

    class Meta:
        verbose_name = "quan hệ trực thuộc"
        verbose_name_plural = "quan hệ trực thuộc"
        constraints = [
            ExclusionConstraint(
                name="area_one_parent_a_day",
                expressions=[("child", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="Một đơn vị chỉ thuộc một đơn vị cấp trên trong một ngày.",
            )
        ]
        triggers = PARENTS_ARE_WIDER

    def __str__(self) -> str:
        return f"{self.child} thuộc {self.parent}"


@tracked()
class AreaSuccession(models.Model):
    """What became of a unit that ended: one row per successor.

    `weight` is the share of the predecessor that went to this successor, null where nobody knows; the weights of one
    predecessor are all null or sum to exactly 1. `agreed` is false where two sources differ (rule A5).
    """

    predecessor = models.ForeignKey(Area, models.PROTECT, related_name="successions", verbose_name="đơn vị cũ")
    successor = models.ForeignKey(Area, models.PROTECT, related_name="predecessions", verbose_name="đơn vị mới")
    date = models.DateField("từ ngày")
    weight = models.DecimalField("tỷ lệ chia", max_digits=20, decimal_places=18, null=True, blank=True)
    decree = models.CharField("căn cứ", max_length=200, blank=True)
    agreed = models.BooleanField("các nguồn thống nhất", default=True)

    class Meta:
        verbose_name = "kế thừa"
        verbose_name_plural = "kế thừa"
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")), name="succession_to_another_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__isnull=True) | (models.Q(weight__gt=0) & models.Q(weight__lte=1)),
                name="succession_weight_between_0_and_1",
            ),
        ]
        triggers = [SUCCESSION_DATES, WEIGHTS_SUM_TO_ONE]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class AreaAncestry(models.Model):
    """Derived: towards which areas an area counts on each day, and with what share (figures.md, A1–A5).

    For one area and day the rows whose `during` holds the day are its map. `share` is 1 where all of it counts, less
    where weights split it, null where nobody knows; `exact` is false where weights made it. An area is among its own
    ancestors while it is valid and before its first day. The ranges of one pair do not overlap and cover every day on
    which the area counts there, from always to ever. Rebuilt by `areas.ancestry`, written by nobody else.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="ancestry")
    ancestor = models.ForeignKey(Area, models.CASCADE, related_name="descent", db_index=False)  # indexed with the area
    during = DateRangeField()
    share = models.DecimalField(max_digits=20, decimal_places=18, null=True)
    exact = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["ancestor", "area"], name="ancestry_down")]
