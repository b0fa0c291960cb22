"""The reform of 1 July 2025 as it was, and decrees on top of it."""

from datetime import date

import pytest
from django.db.models import Count

from areas import ancestry
from areas.actions import NewVillage, assign_villages, create_villages, reorganise
from areas.changes import Rename
from areas.models import Area, AreaAncestry, Level
from areas.succession import successors_on

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def unit(level, code, day) -> Area:
    return Area.objects.by_code(code, day, level=level).get()


def towards(area, day) -> set[tuple]:
    """{(level, code, share, exact)} on the day, without the country."""
    rows = AreaAncestry.objects.filter(area=area, during__contains=day, ancestor__level__gt=Level.COUNTRY)
    return set(rows.values_list("ancestor__level", "ancestor__code", "share", "exact"))


def split_communes_of_thanh_hoa():
    province = unit(Level.PROVINCE, "38", BEFORE)
    communes = Area.objects.under(province, BEFORE).filter(level=Level.COMMUNE)
    return communes.annotate(parts=Count("successions", distinct=True)).filter(parts__gt=1)


def test_thoi_binh_was_a_township_and_is_a_commune_under_the_same_code(country):
    old, new = unit(Level.COMMUNE, "32065", BEFORE), unit(Level.COMMUNE, "32065", AFTER)
    assert towards(old, BEFORE) == {
        (Level.COMMUNE, "32065", 1, True), (Level.DISTRICT, "967", 1, True), (Level.PROVINCE, "96", 1, True)
    }  # fmt: skip
    assert towards(old, AFTER) == {(Level.COMMUNE, "32065", 1, True), (Level.PROVINCE, "96", 1, True)}
    assert successors_on([old.pk], AFTER) == {old.pk: {new.pk}}
    # Facts of before its first day count for a unit as on that day: none is lost.
    assert towards(new, BEFORE) == towards(new, AFTER)


def test_the_eight_communes_of_huyen_hoa_binh_are_three_of_ca_mau(country):
    district = unit(Level.DISTRICT, "961", BEFORE)
    assert district.name == "Huyện Hòa Bình"
    became: dict[str, set[str]] = {}
    for commune in Area.objects.children_of(district, BEFORE):
        (new,) = Area.objects.successors_of(commune, AFTER)
        became.setdefault(f"{new.code} {new.name}", set()).add(commune.code)
        assert towards(commune, BEFORE) >= {(Level.DISTRICT, "961", 1, True), (Level.PROVINCE, "95", 1, True)}
        assert towards(commune, AFTER) == {(Level.COMMUNE, new.code, 1, True), (Level.PROVINCE, "96", 1, True)}
    assert became == {
        "31891 Xã Hòa Bình": {"31891", "31933"},
        "31918 Xã Vĩnh Mỹ": {"31915", "31918", "31924"},
        "31927 Xã Vĩnh Hậu": {"31927", "31930", "31936"},
    }
    # The district itself ended without a successor: its figures go on in what Bạc Liêu became.
    assert towards(district, AFTER) == {(Level.PROVINCE, "96", 1, True)}
    assert successors_on([district.pk], AFTER) == {district.pk: set()}


def test_bac_giang_went_into_bac_ninh_which_took_its_code(country):
    bac_giang, old, new = (
        unit(Level.PROVINCE, "24", BEFORE),
        unit(Level.PROVINCE, "27", BEFORE),
        unit(Level.PROVINCE, "24", AFTER),
    )
    assert (bac_giang.name, old.name, new.name) == ("Tỉnh Bắc Giang", "Tỉnh Bắc Ninh", "Tỉnh Bắc Ninh")
    assert successors_on([bac_giang.pk, old.pk], AFTER) == {bac_giang.pk: {new.pk}, old.pk: {new.pk}}
    before = Area.objects.under(bac_giang, BEFORE).filter(level=Level.COMMUNE).first()
    rows = AreaAncestry.objects.filter(area=before, ancestor__level=Level.PROVINCE)
    assert {(row.ancestor_id, row.during.lower, row.during.upper) for row in rows} == {
        (bac_giang.pk, None, AFTER),
        (new.pk, AFTER, None),
    }


def test_bac_ninh_became_a_city_on_30_april_2026(country):
    province = unit(Level.PROVINCE, "24", AFTER)
    changes = [Rename(province, "Thành phố Bắc Ninh", "thành phố")]
    reorganise(on=date(2026, 4, 30), decree="Nghị quyết của Quốc hội", by=None, changes=changes)
    assert [(n.name, n.during.lower) for n in province.names.order_by("during")] == [
        ("Tỉnh Bắc Ninh", AFTER),
        ("Thành phố Bắc Ninh", date(2026, 4, 30)),
    ]


def test_ten_communes_of_thanh_hoa_were_split_and_seventeen_received_a_part(country):
    split = split_communes_of_thanh_hoa()
    assert split.count() == 10
    receivers = Area.objects.filter(predecessions__predecessor__in=split.values("pk")).distinct()
    assert receivers.count() == 17
    assert "Phường Hạc Thành" in {area.name for area in receivers}
    for commune in split:
        found = towards(commune, AFTER)
        assert (Level.PROVINCE, "38", 1, True) in found
        assert {share for level, _, share, _ in found if level == Level.COMMUNE} == {None}


def test_villages_of_a_split_commune_are_in_the_province_for_sure_and_perhaps_in_each_candidate(country):
    old = unit(Level.COMMUNE, "14758", BEFORE)
    ids = create_villages(rows=[NewVillage(old.pk, f"Phố {n}", "phố") for n in (1, 2)], by=None)
    assigned, open_ = (Area.objects.get(pk=pk) for pk in ids)
    assert [assigned.code, open_.code] == ["14758-1", "14758-2"]
    maybe = {(Level.COMMUNE, "14758", None, False), (Level.COMMUNE, "14797", None, False)}
    sure = {(Level.PROVINCE, "38", 1, True)}
    assert towards(open_, AFTER) == {(Level.VILLAGE, open_.code, 1, True), *maybe, *sure}
    hac_thanh = unit(Level.COMMUNE, "14797", AFTER)
    assign_villages(on=AFTER, commune=hac_thanh, villages=[assigned], decree="QĐ 1", by=None)
    exact = {(Level.COMMUNE, "14797", 1, True)}
    assert towards(assigned, AFTER) == {(Level.VILLAGE, assigned.code, 1, True), *exact, *sure}
    assert towards(assigned, BEFORE) >= {(Level.COMMUNE, "14758", 1, True), (Level.DISTRICT, "380", 1, True)}
    assert set(Area.objects.children_of(hac_thanh, AFTER)) == {assigned, open_}
    assert ancestry.rebuild(ids) == 0


def test_con_dao_was_a_district_and_is_a_special_zone(country):
    district, zone = unit(Level.DISTRICT, "755", BEFORE), unit(Level.COMMUNE, "26732", AFTER)
    assert (district.name, zone.name, zone.kind) == ("Huyện Côn Đảo", "Đặc khu Côn Đảo", "đặc khu")
    assert successors_on([district.pk], AFTER) == {district.pk: {zone.pk}}
    assert towards(district, BEFORE) == {(Level.DISTRICT, "755", 1, True), (Level.PROVINCE, "77", 1, True)}
    assert towards(district, AFTER) == {(Level.COMMUNE, "26732", 1, True), (Level.PROVINCE, "79", 1, True)}


def test_the_province_thanh_hoa_lives_on(country):
    assert unit(Level.PROVINCE, "38", BEFORE) == unit(Level.PROVINCE, "38", AFTER)
    province = unit(Level.PROVINCE, "38", AFTER)
    rows = AreaAncestry.objects.filter(area=province)
    assert {(row.ancestor_id, row.during.lower, row.during.upper) for row in rows} == {
        (province.pk, None, None),
        (country.pk, None, None),
    }


@pytest.mark.parametrize(("day", "districts", "communes"), [(BEFORE, 26, 547), (AFTER, 0, 166)])
def test_under_thanh_hoa(country, day, districts, communes):
    under = Area.objects.under(unit(Level.PROVINCE, "38", day), day)
    assert under.filter(level=Level.DISTRICT).count() == districts
    assert under.filter(level=Level.COMMUNE).count() == communes
