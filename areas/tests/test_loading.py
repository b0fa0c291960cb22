"""The country as `load_areas` brings it: numbers of the data's README, and a second run that changes nothing."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from areas.loading import kind_and_name, load
from areas.models import Area, AreaAncestry, AreaName, AreaParent, AreaSuccession, Level

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def test_the_whole_country_is_there(country):
    units = Area.objects.filter(level__lt=Level.VILLAGE).exclude(pk=country.pk)
    assert units.count() == 14_138
    old, new = units.on(BEFORE), units.on(AFTER)
    assert dict(old.values_list("level").annotate(n=Count("id")).order_by()) == {
        Level.PROVINCE: 63,
        Level.DISTRICT: 696,
        Level.COMMUNE: 10_035,
    }
    assert dict(new.values_list("level").annotate(n=Count("id")).order_by()) == {
        Level.PROVINCE: 34,
        Level.COMMUNE: 3_321,
    }
    assert (old & new).count() == 11
    assert AreaSuccession.objects.count() == 10_658
    assert AreaSuccession.objects.filter(agreed=False).count() == 93


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_every_unit_counts_towards_the_country_in_full(country, day):
    assert (
        AreaAncestry.objects.filter(ancestor=country, during__contains=day, share=1, exact=True).count()
        == Area.objects.count()
    )


def test_every_unit_counts_in_full_towards_exactly_one_province(country):
    for day in (BEFORE, AFTER):
        rows = AreaAncestry.objects.filter(ancestor__level=Level.PROVINCE, during__contains=day)
        assert rows.filter(share=1, exact=True).count() == rows.count() == Area.objects.count() - 1
        born = rows.exclude(area__valid__startswith__gt=day)
        assert not born.exclude(ancestor__valid__contains=day).exists()


def test_kinds_that_the_file_lacks_come_from_the_name(country):
    assert not Area.objects.filter(kind="").exists()
    oceo = Area.objects.get(level=Level.COMMUNE, code="30688", valid__contains=BEFORE)
    assert (oceo.kind, oceo.name) == ("thị trấn", "Thị trấn Óc Eo")
    assert kind_and_name("", "Thành Phố Bắc Kạn") == ("thành phố", "Thành phố Bắc Kạn")
    assert kind_and_name("xã", "Xã Thị Hoa") == ("xã", "Xã Thị Hoa")


def _everything():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Area, AreaName, AreaParent, AreaSuccession, AreaAncestry)
    ]


def test_a_second_run_changes_nothing(country):
    before = _everything()
    out, err = StringIO(), StringIO()
    call_command("load_areas", "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue()) == {
        "units": 14_138,
        "created": 0,
        "updated": 0,
        "unchanged": 14_138,
        "successions": 10_658,
        "successions_created": 0,
        "disagreements": 93,
        "ancestry": 0,
    }
    assert "14138 đơn vị" in err.getvalue()
    assert _everything() == before


def test_a_unit_that_was_lost_comes_back_and_one_that_differs_is_corrected(country):
    before = _everything()[1:4]
    lost = Area.objects.get(level=Level.COMMUNE, code="32065", valid__contains=AFTER)
    AreaSuccession.objects.filter(successor=lost).delete()
    lost.delete()
    Area.objects.filter(level=Level.PROVINCE, code="38").update(latitude=0)
    AreaName.objects.filter(area__code="38", area__level=Level.PROVINCE).update(name="Tỉnh Thanh Hoá")
    Area.objects.filter(level=Level.PROVINCE, code="38").update(name="Tỉnh Thanh Hoá")
    result = load()
    assert (result["created"], result["updated"], result["unchanged"]) == (1, 1, 14_136)
    assert result["successions_created"] > 0
    found = Area.objects.get(level=Level.PROVINCE, code="38")
    assert (found.name, round(found.latitude)) == ("Tỉnh Thanh Hóa", 20)
    assert [len(rows) for rows in _everything()[1:4]] == [len(rows) for rows in before]
    assert load()["updated"] == 0


def test_what_an_admin_decreed_later_stays(country):
    province = Area.objects.get(level=Level.PROVINCE, code="24", valid__contains=AFTER)
    AreaName.objects.filter(area=province).update(during=("2025-07-01", "2026-04-30"))
    AreaName.objects.create(
        area=province, kind="thành phố", name="Thành phố Bắc Ninh", during=("2026-04-30", None), decree="NQ"
    )
    Area.objects.filter(pk=province.pk).update(kind="thành phố", name="Thành phố Bắc Ninh")
    settled = AreaSuccession.objects.filter(agreed=False).first()
    settled.predecessor.successions.exclude(pk=settled.pk).delete()
    AreaSuccession.objects.filter(pk=settled.pk).update(agreed=True)
    before = _everything()
    result = load()
    assert (result["updated"], result["successions_created"]) == (0, 0)
    assert _everything() == before
