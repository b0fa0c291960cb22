"""Every rule of the tables, broken once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from areas import locks
from areas.models import Area, AreaName, AreaParent, AreaSuccession, Level

DAY = date(2024, 7, 1)  # the merger of `land`


def refused(rule: str):
    """The database refuses what is done inside, at once or when asked what it would ask at commit."""
    return pytest.raises(IntegrityError, match=rule)


def test_a_code_is_one_units_at_a_level_on_a_day(land):
    with refused("area_code_once_per_level_and_day"):
        Area.objects.create(level=Level.COMMUNE, code="99993", kind="xã", name="Xã Khác", valid=(DAY, None))


def test_a_code_may_be_another_units_at_another_level_or_time(land):
    Area.objects.create(level=Level.DISTRICT, code="99993", kind="huyện", name="Huyện Khác")
    Area.objects.create(level=Level.COMMUNE, code="99992", kind="xã", name="Xã Khác", valid=(DAY, None))
    locks.check_constraints()


def test_a_unit_lives_at_least_a_day(land):
    with refused("area_lives_at_least_a_day"):
        Area.objects.create(level=Level.COMMUNE, code="99999", kind="xã", name="Xã Rỗng", valid=(DAY, DAY))


def test_a_unit_has_one_name_a_day(land):
    with refused("area_one_name_a_day"):
        AreaName.objects.create(area=land.nam, kind="xã", name="Xã Khác", during=(DAY, None))


def test_a_unit_has_one_parent_a_day(land):
    with refused("area_one_parent_a_day"):
        AreaParent.objects.create(child=land.nam, parent=land.upper, during=(DAY, None))


@pytest.mark.parametrize("parent", ["n1", "dong_tay", "tay"])
def test_a_parent_stands_on_a_wider_level_so_there_is_no_cycle(land, parent):
    AreaParent.objects.filter(child=land.nam).delete()
    with refused("cấp rộng hơn"):
        AreaParent.objects.create(child=land.nam, parent=getattr(land, parent))


def test_an_edge_is_not_turned_to_a_narrower_parent(land):
    with refused("cấp rộng hơn"):
        AreaParent.objects.filter(child=land.nam).update(parent=land.n1)


def test_a_unit_does_not_succeed_itself(land):
    with refused("succession_to_another_unit"):
        AreaSuccession.objects.create(predecessor=land.dong, successor=land.dong, date=DAY)


def test_a_successor_stands_once(land):
    with refused("succession_once"):
        AreaSuccession.objects.create(predecessor=land.dong, successor=land.dong_tay, date=DAY)


@pytest.mark.parametrize("weight", ["0", "-0.5", "1.5"])
def test_a_weight_is_a_share(land, weight):
    with refused("succession_weight_between_0_and_1"):
        AreaSuccession.objects.filter(predecessor=land.dong).update(weight=Decimal(weight))


@pytest.mark.parametrize("day", [date(2024, 6, 30), date(2024, 7, 2)])
def test_a_succession_is_on_the_day_the_predecessor_ends(land, day):
    AreaSuccession.objects.filter(predecessor=land.dong).update(date=day)
    with refused("Ngày kế thừa"):
        locks.check_constraints()


def test_a_unit_that_lives_on_has_no_successor(land):
    AreaSuccession.objects.create(predecessor=land.nam, successor=land.dong_tay, date=DAY)
    with refused("Ngày kế thừa"):
        locks.check_constraints()


def test_a_successor_lives_on_the_day(land):
    """So a successor always ends later, and successions have no cycle."""
    AreaSuccession.objects.create(predecessor=land.dong, successor=land.tay, date=DAY)
    with refused("Ngày kế thừa"):
        locks.check_constraints()


@pytest.mark.parametrize("who", ["tay", "dong_tay"])
def test_the_life_of_a_unit_keeps_its_successions(land, who):
    Area.objects.filter(pk=getattr(land, who).pk).update(valid=(date(2024, 8, 1), date(2024, 9, 1)))
    with refused("Ngày kế thừa"):
        locks.check_constraints()


def test_weights_of_a_split_sum_to_one(land):
    AreaSuccession.objects.filter(predecessor=land.dong).update(weight=Decimal("0.5"))
    with refused("cộng lại bằng 1"):
        locks.check_constraints()


def test_weights_of_a_split_are_all_given_or_none(land):
    AreaSuccession.objects.filter(predecessor=land.dong).update(weight=Decimal(1))
    AreaSuccession.objects.create(predecessor=land.dong, successor=land.nam, date=DAY)
    with refused("cộng lại bằng 1"):
        locks.check_constraints()


def test_weights_still_sum_to_one_when_a_part_goes(land):
    row = AreaSuccession.objects.create(predecessor=land.dong, successor=land.nam, date=DAY)
    AreaSuccession.objects.filter(predecessor=land.dong).update(weight=Decimal("0.5"))
    locks.check_constraints()
    row.delete()
    with refused("cộng lại bằng 1"):
        locks.check_constraints()


def test_a_unit_on_which_others_rest_is_not_deleted(land):
    with pytest.raises(ProtectedError):
        land.dong.delete()


def test_every_constraint_and_trigger_is_broken_above():
    """A rule added to the models is tested here the day it is added."""
    from areas import models

    rules = {
        rule.name
        for model in (models.Area, models.AreaName, models.AreaParent, models.AreaSuccession, models.AreaAncestry)
        for rule in (*model._meta.constraints, *getattr(model._meta, "triggers", ()))
        if rule.name not in ("insert_insert", "update_update", "delete_delete")
    }
    assert rules == {
        "area_code_once_per_level_and_day",
        "area_lives_at_least_a_day",
        "area_one_name_a_day",
        "area_one_parent_a_day",
        "parents_are_wider_insert",
        "parents_are_wider_update",
        "succession_dates",
        "succession_once",
        "succession_to_another_unit",
        "succession_weight_between_0_and_1",
        "valid_keeps_successions",
        "weights_sum_to_one",
    }
