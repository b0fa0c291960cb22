"""Reads of areas by day: on, under, children, ancestors, codes, words, labels."""

from datetime import date, timedelta

import pytest

from areas.labels import labels
from areas.models import Area, Level
from areas.succession import successors_on

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def commune(code: str, day: date) -> Area:
    return Area.objects.by_code(code, day, level=Level.COMMUNE).get()


def names(areas) -> list[str]:
    return [area.name for area in areas]


def test_a_code_names_a_unit_only_on_a_day(country):
    township, today = commune("32065", BEFORE), commune("32065", AFTER)
    assert (township.name, township.kind) == ("Thị trấn Thới Bình", "thị trấn")
    assert (today.name, today.kind) == ("Xã Thới Bình", "xã")
    assert township.pk != today.pk
    assert Area.objects.by_code("VN", AFTER).get() == country


def test_ancestors_of_a_day(country):
    township = commune("32065", BEFORE)
    before = ["Việt Nam", "Tỉnh Cà Mau", "Huyện Thới Bình", "Thị trấn Thới Bình"]
    assert names(Area.objects.ancestors_of(township, BEFORE)) == before
    assert names(Area.objects.ancestors_of(township, AFTER)) == ["Việt Nam", "Tỉnh Cà Mau", "Xã Thới Bình"]


def test_under_an_area_stand_the_units_of_the_day(country, land):
    before, after = land.merged - timedelta(days=1), land.merged
    assert set(Area.objects.under(land.upper, before)) == {
        land.upper, land.dong, land.tay, land.d1, land.d2, land.t1, land.t2
    }  # fmt: skip
    assert set(Area.objects.under(land.dong_tay, after)) == {land.dong_tay, land.d1, land.d2, land.t1, land.t2}
    assert set(Area.objects.under(land.dong, before)) == {land.dong, land.d1, land.d2}
    assert not Area.objects.under(land.dong, after).exists()
    assert set(Area.objects.counting_towards(land.dong_tay, after)) == {
        land.dong_tay, land.dong, land.tay, land.d1, land.d2, land.t1, land.t2
    }  # fmt: skip


def test_children_are_the_next_level_of_the_day(country, land):
    before, after = land.merged - timedelta(days=1), land.merged
    assert set(Area.objects.children_of(land.province, after)) == {land.upper, land.lower}
    assert set(Area.objects.children_of(land.upper, before)) == {land.dong, land.tay}
    assert set(Area.objects.children_of(land.upper, after)) == {land.dong_tay}
    assert set(Area.objects.children_of(land.dong_tay, after)) == {land.d1, land.d2, land.t1, land.t2}
    assert not Area.objects.children_of(land.d1, after).exists()
    thanh_hoa = Area.objects.by_code("38", AFTER, level=Level.PROVINCE).get()
    assert Area.objects.children_of(thanh_hoa, BEFORE).count() == 26
    assert Area.objects.children_of(thanh_hoa, AFTER).count() == 166
    assert Area.objects.under(thanh_hoa, BEFORE).filter(level=Level.COMMUNE).count() == 547


def test_only_the_country_is_a_root(country, land):
    for day in (BEFORE, AFTER, land.merged):
        assert list(Area.objects.roots(day)) == [country]


def test_words_find_names_without_accents_and_earlier_names(country, land):
    assert land.dong_tay in Area.objects.named("dong tay")
    assert land.dong_tay in Area.objects.named("  Đông   TÂY ")
    assert land.nam not in Area.objects.named("dong tay")
    land.nam.names.update(name="Xã Tên Xưa Lắm")
    assert list(Area.objects.named("ten xua lam")) == [land.nam]


def test_successors_are_followed_to_the_end(country, land):
    before, after = land.merged - timedelta(days=1), land.merged
    found = successors_on([land.dong.pk, land.nam.pk], before)
    assert found == {land.dong.pk: {land.dong.pk}, land.nam.pk: {land.nam.pk}}
    assert successors_on([land.dong.pk, land.tay.pk], after) == {
        land.dong.pk: {land.dong_tay.pk},
        land.tay.pk: {land.dong_tay.pk},
    }
    assert land.dong.successors_today().get() == land.dong_tay
    district = Area.objects.by_code("967", BEFORE, level=Level.DISTRICT).get()
    assert successors_on([district.pk], AFTER) == {district.pk: set()}


def test_labels_say_no_more_than_is_needed(country, land):
    shown = labels([land.dong_tay.pk, land.t1.pk, land.d1.pk, land.upper.pk])
    assert shown[land.dong_tay.pk] == "Xã Đông Tây"
    assert shown[land.t1.pk] == "Thôn 1, xã Tây (cũ)"
    assert shown[land.d1.pk] == "Thôn 1, xã Đông (cũ), huyện Thượng"  # there is a xã Đông in Gia Lai too
    assert shown[land.upper.pk] == "Huyện Thượng"
    assert labels([land.t1.pk], land.merged - timedelta(days=1))[land.t1.pk] == "Thôn 1, xã Tây"


@pytest.mark.parametrize(
    ("district", "name", "label"),
    [
        ("Huyện Như Thanh", "Xã Yên Thọ", "Xã Yên Thọ (cũ), huyện Như Thanh (cũ)"),
        ("Huyện Yên Định", "Xã Yên Thọ", "Xã Yên Thọ (cũ), huyện Yên Định (cũ)"),
    ],
)
def test_labels_tell_namesakes_apart(country, district, name, label):
    area = Area.objects.get(
        name=name,
        parent_edges__parent__name=district,
        parent_edges__parent__parent_edges__parent__code="38",
        parent_edges__during__contains=BEFORE,
    )
    assert labels([area.pk], AFTER)[area.pk] == label


def test_labels_of_communes_never_coincide_on_a_day(country):
    for day in (BEFORE, AFTER):
        communes = list(Area.objects.on(day).filter(level=Level.COMMUNE).values_list("pk", flat=True))
        shown = labels(communes, day)
        assert len(set(shown.values())) == len(communes)
