"""The ancestry table against the oracle, on random histories and on the real country."""

import os
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from areas import ancestry
from areas.actions import NewVillage, assign_villages, create_villages, reorganise
from areas.changes import Create, End, Merge, NewUnit, Part, Rename, Reparent, Split
from areas.errors import CircularAreas, ReorganisationError
from areas.models import Area, AreaAncestry, AreaParent, AreaSuccession, Level
from areas.tests.oracle import Oracle

START = date(2024, 9, 1)
THIRD = Decimal("0.333333333333333333")


def weights(number: int, kind: int) -> list[Decimal | None]:
    """Weights of a split in two or three: none, equal ones, or a crooked one."""
    if kind == 0:
        return [None] * number
    if number == 2:
        return [Decimal("0.5")] * 2 if kind == 1 else [THIRD, 1 - THIRD]
    return [THIRD, THIRD, 1 - 2 * THIRD]


class History:
    """Decrees chosen by numbers: each step picks among the units that live on its day."""

    def __init__(self, land):
        self.land = land
        self.serial = 0
        self.done: list[str] = []

    def ours(self):
        return Area.objects.filter(pk__gte=self.land.province.pk)

    def living(self, day, *levels):
        return list(self.ours().on(day).filter(level__in=levels, valid__endswith=None).order_by("pk"))

    def new(self, level, parent):
        self.serial += 1
        return NewUnit(level, f"{'ABCD'[level - 1]}{self.serial}", "xã", f"Mới {self.serial}", parent)

    def step(self, kind: str, after: int, picks: list[int]):
        day = START + timedelta(days=10 * after)
        pick = iter(picks)

        def one(of):
            return of[next(pick) % len(of)] if of else None

        communes = self.living(day, Level.COMMUNE)
        districts = self.living(day, Level.DISTRICT)
        unit = one(communes)
        parent = one(self.living(day, Level.PROVINCE, Level.DISTRICT))
        if not (unit and parent):
            return
        changes = []
        if kind == "merge":
            others = [c for c in communes if c != unit]
            into = one(others) if others and next(pick) % 2 else self.new(Level.COMMUNE, parent)
            changes = [Merge([unit, *(c for c in others[: next(pick) % 2] if c != into)], into)]
        elif kind == "split":
            others = [c for c in communes if c != unit]
            into = [self.new(Level.COMMUNE, parent), one(others) or self.new(Level.COMMUNE, one([parent]))]
            if next(pick) % 2:
                into.append(self.new(Level.COMMUNE, one(self.living(day, Level.PROVINCE, Level.DISTRICT))))
            changes = [Split(unit, [Part(u, w) for u, w in zip(into, weights(len(into), next(pick) % 3), strict=True)])]
        elif kind == "reparent":
            changes = [Reparent([unit], parent)]
        elif kind == "village":
            changes = [Reparent([one(self.living(day, Level.VILLAGE))], unit)]
        elif kind == "villages merge":
            villages = self.living(day, Level.VILLAGE)
            changes = [Merge([one(villages)], self.new(Level.VILLAGE, unit))]
        elif kind == "end commune":
            changes = [End(unit)]
        elif kind == "end district" and districts:
            ended = one(districts)
            inside = [c for c in Area.objects.children_of(ended, day) if c.valid.upper is None]
            changes = [End(ended), *([Reparent(inside, self.land.province)] if inside else [])]
        elif kind == "district becomes commune" and districts:
            ended = one(districts)
            zone = self.new(Level.COMMUNE, self.land.province)
            inside = [c for c in Area.objects.children_of(ended, day) if c.valid.upper is None]
            changes = [Merge([ended, *inside], zone)]
        elif kind == "provinces merge":
            provinces = self.living(day, Level.PROVINCE)
            if len(provinces) > 1:
                changes = [Merge(provinces[1:], provinces[0])]
            else:
                changes = [Merge(provinces, self.new(Level.PROVINCE, self.land.country))]
        elif kind == "create":
            province = self.new(Level.PROVINCE, self.land.country)
            changes = [Create(self.new(Level.COMMUNE, province if next(pick) % 2 else parent))]
        elif kind == "register":
            create_villages(rows=[NewVillage(unit.pk, "Thôn Mới", "thôn")], by=None)
            self.done.append(kind)
        if changes:
            try:
                reorganise(on=day, decree="NQ", by=None, changes=changes)
                self.done.append(kind)
            except ReorganisationError:
                pass  # a decree that cannot be leaves nothing, which the comparison shows too


EXAMPLES = int(os.environ.get("EXAMPLES", 30))  # 0.3 s each
KINDS = (
    "merge", "split", "split", "reparent", "village", "villages merge", "end commune", "end district",
    "district becomes commune", "provinces merge", "create", "register",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 8), st.lists(st.integers(0, 11), min_size=8, max_size=8)),
    min_size=1,
    max_size=9,
)


@given(steps=STEPS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_random_histories_give_what_the_rules_say(country, land, steps):
    with transaction.atomic():
        history = History(land)
        for step in steps:
            history.step(*step)
        ids = list(history.ours().values_list("pk", flat=True))
        world = Area.objects.filter(pk__in=[country.pk, *ids])
        assert not Oracle(ids, world).differences(), history.done
        assert ancestry.rebuild(ids) == 0, "bit by bit is not the same as at once"
        transaction.set_rollback(True)


def test_the_real_country_is_what_the_rules_say(country):
    """All split communes and a sample of the rest, with the provinces, by the oracle."""
    split = [
        pk
        for pk in Area.objects.filter(successions__isnull=False).values_list("pk", flat=True).distinct()
        if pk % 20 == 0
    ]
    others = random.Random(2025).sample(list(Area.objects.values_list("pk", flat=True)), 150)
    unknown = AreaAncestry.objects.filter(share=None).values_list("area", flat=True).distinct()
    ids = {*split[:100], *others, *unknown[:100]}
    assert len(ids) > 300
    assert not Oracle(sorted(ids)).differences()


def test_a_rebuild_writes_only_what_differs(country, land):
    assert ancestry.rebuild() == 0
    some = AreaAncestry.objects.filter(area=land.n1)
    kept = some.count()
    some.filter(ancestor=land.nam).update(exact=False)
    some.filter(ancestor=country).delete()
    assert ancestry.rebuild([land.n1.pk]) == 3
    assert some.count() == kept
    assert ancestry.rebuild([]) == 0


def test_what_a_change_touches(country, land):
    assert ancestry.touched_by([land.dong_tay.pk]) == {
        area.pk for area in (land.dong_tay, land.dong, land.tay, land.d1, land.d2, land.t1, land.t2)
    }
    assert ancestry.touched_by([land.n1.pk]) == {land.n1.pk}
    assert len(ancestry.touched_by([country.pk])) == Area.objects.count()


def test_an_area_that_goes_on_in_its_own_child_is_refused(country, land):
    """The commune's edge to the district that becomes it is left open: on the day, each would stand under the other."""
    day = date(2026, 8, 1)
    Area.objects.filter(pk=land.lower.pk).update(valid=(None, day))
    AreaSuccession.objects.create(predecessor=land.lower, successor=land.nam, date=day)
    with pytest.raises(CircularAreas):
        ancestry.rebuild([land.n1.pk])


def test_a_day_without_a_parent_leaves_the_area_alone(country, land):
    """A gap in the edges is a fault of the data; on such days the area counts for itself only."""
    AreaParent.objects.filter(child=land.nam).update(during=("2020-01-01", "2025-01-01"))
    ancestry.rebuild(ancestry.touched_by([land.nam.pk]))
    found = AreaAncestry.objects.filter(area=land.nam, during__contains=date(2025, 2, 1))
    assert [row.ancestor for row in found] == [land.nam]


def test_villages_of_a_split_commune_are_assigned_one_by_one(country, land):
    day = date(2026, 8, 1)
    parts = [NewUnit(Level.COMMUNE, f"9998{n}", "xã", f"Xã {n}", land.lower) for n in (1, 2)]
    made = reorganise(on=day, decree="NQ", by=None, changes=[Split(land.nam, [Part(p) for p in parts])]).created
    assign_villages(on=day, commune=made[parts[0]], villages=[land.n1], decree="NQ", by=None)
    reorganise(on=day, decree="NQ", by=None, changes=[Rename(land.dong_tay, "Phường Đông Tây", "phường")])
    assert not Oracle([land.n1.pk, land.n2.pk, land.nam.pk]).differences()
