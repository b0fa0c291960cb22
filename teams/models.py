"""Community digital technology teams (Tổ công nghệ số cộng đồng)."""

import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from areas.history import tracked
from areas.models import Area, Level
from areas.text import SearchKey, SortKey
from teams.querysets import State, TeamQuerySet


@tracked(exclude=("search", "sort_key", "active_from", "known_from"))
class Team(models.Model):
    """A team of neighbours. It is active from `active_from` (the day it was established, or where no file tells that
    day, the day of the first file that named it) until the day before it is dissolved.

    A village team covers its village; a commune or district team covers its level only, not the villages below.
    Planned: `planned` is the day of the plan and neither `established` nor `counted_from` is set yet.
    """

    name = models.CharField("tên tổ", max_length=200)
    level = models.SmallIntegerField("cấp", choices=Level, default=Level.VILLAGE)
    decision_number = models.CharField("số quyết định", max_length=60, blank=True)
    decision_date = models.DateField("ngày quyết định", null=True, blank=True)
    programme = models.CharField("chương trình", max_length=120, blank=True)
    planned = models.DateField("ngày lên kế hoạch", null=True, blank=True)
    established = models.DateField("ngày thành lập", null=True, blank=True)
    counted_from = models.DateField("tính từ ngày", null=True, blank=True)
    launched = models.DateField("ngày ra mắt", null=True, blank=True)
    dissolved = models.DateField("ngày giải thể", null=True, blank=True)
    dissolve_reason = models.CharField("lý do giải thể", max_length=300, blank=True)
    predecessors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="successors", verbose_name="tổ trước"
    )
    note = models.TextField("ghi chú", blank=True)

    active_from = models.GeneratedField(
        expression=Coalesce("established", "counted_from"), output_field=models.DateField(null=True), db_persist=True
    )
    known_from = models.GeneratedField(
        expression=Least("planned", Coalesce("established", "counted_from")),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    search = models.GeneratedField(expression=SearchKey("name"), output_field=models.TextField(), db_persist=True)
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "tổ"
        verbose_name_plural = "tổ"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned__isnull=False)
                | models.Q(established__isnull=False)
                | models.Q(counted_from__isnull=False),
                name="team_has_a_first_day",
                violation_error_message="Nhập ngày thành lập, hoặc ngày lên kế hoạch.",
            ),
            models.CheckConstraint(
                condition=models.Q(dissolved__isnull=True)
                | models.Q(established__isnull=True)
                | models.Q(dissolved__gte=models.F("established")),
                name="team_dissolved_after_established",
                violation_error_message="Ngày giải thể không được trước ngày thành lập.",
            ),
            models.CheckConstraint(
                condition=models.Q(launched__isnull=True)
                | models.Q(established__isnull=True)
                | models.Q(launched__gte=models.F("established")),
                name="team_launched_after_established",
                violation_error_message="Ngày ra mắt không được trước ngày thành lập.",
            ),
            models.CheckConstraint(
                condition=models.Q(dissolve_reason="") | models.Q(dissolved__isnull=False),
                name="team_dissolve_reason_has_its_day",
                violation_error_message="Nhập ngày giải thể.",
            ),
            models.CheckConstraint(
                condition=models.Q(launched__isnull=True)
                | models.Q(established__isnull=False)
                | models.Q(counted_from__isnull=False),
                name="team_launched_only_if_established",
                violation_error_message="Tổ đã ra mắt thì phải có ngày thành lập.",
            ),
        ]
        indexes = [
            GinIndex(OpClass("search", name="gin_trgm_ops"), name="team_search_trgm"),
            models.Index(fields=["sort_key", "id"], name="team_page"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        """Where the team is in its life today."""
        return self.state_on(timezone.localdate())

    def state_on(self, day: datetime.date) -> State:
        """Where the team is in its life on the day; the same as `TeamQuerySet.in_state`."""
        begun = self.established or self.counted_from
        if self.dissolved and self.dissolved <= day:
            return State.DISSOLVED
        if begun is None or begun > day:
            return State.PLANNED
        return State.LAUNCHED if self.launched and self.launched <= day else State.ESTABLISHED

    def place_on(self, day: datetime.date) -> Area | None:
        """The area where the team stands on the day."""
        place = self.places.select_related("area").filter(during__contains=day).first()
        return place.area if place else None


@tracked()
class TeamPlace(models.Model):
    """Where a team stands, over a time: the area of the team's level. The first place holds since always."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="places", verbose_name="tổ")
    area = models.ForeignKey(Area, models.PROTECT, related_name="team_places", verbose_name="địa bàn")
    during = DateRangeField("thời gian", default="(,)")

    class Meta:
        verbose_name = "nơi hoạt động"
        verbose_name_plural = "nơi hoạt động"
        constraints = [
            ExclusionConstraint(
                name="team_one_place_a_day",
                expressions=[("team", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="Một tổ chỉ đứng ở một nơi trong một ngày.",
            ),
            models.CheckConstraint(condition=~models.Q(during__isempty=True), name="team_place_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.area}"
