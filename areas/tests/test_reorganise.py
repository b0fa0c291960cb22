"""What decrees do, and what they are refused for."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from areas import ancestry, names
from areas.actions import NewVillage, assign_villages, create_villages, reorganise, settle
from areas.changes import Create, End, Merge, NewUnit, Part, Rename, Reparent, Split
from areas.errors import ReorganisationError
from areas.models import Area, AreaAncestry, AreaParent, AreaSuccession, Level

DAY = date(2026, 8, 1)
BEFORE = DAY - timedelta(days=1)
DECREE = "Nghị quyết 1/NQ"


def decree(*changes, on=DAY):
    return reorganise(on=on, decree=DECREE, by=None, changes=changes)


def refusal(*changes, on=DAY) -> str:
    with pytest.raises(ReorganisationError) as caught:
        decree(*changes, on=on)
    return str(caught.value)


def shares(area, day) -> dict[str, tuple]:
    """{ancestor's name: (share, exact)} on the day, as the table has it."""
    rows = AreaAncestry.objects.filter(area=area, during__contains=day).select_related("ancestor")
    return {row.ancestor.name: (row.share, row.exact) for row in rows}


def new_commune(land, code="99994", name="Xã Mới", parent=None):
    return NewUnit(Level.COMMUNE, code, "xã", name, parent or land.lower)


@pytest.fixture(autouse=True)
def ancestry_is_what_a_rebuild_makes(land):
    """After every test the rows that were written bit by bit are those that all areas at once would give."""
    yield
    invented = Area.objects.filter(pk__gte=land.province.pk)
    assert ancestry.rebuild(invented.values_list("pk", flat=True)) == 0


def test_a_merger_ends_the_old_and_begins_the_new(land):
    assert land.dong.valid.upper == land.merged == land.dong_tay.valid.lower
    assert land.dong.code == land.dong_tay.code
    assert set(land.dong.successions.values_list("successor", "date", "weight", "decree", "agreed")) == {
        (land.dong_tay.pk, land.merged, None, "Nghị quyết 12/NQ-HĐND", True)
    }
    assert land.dong.names.get().during.upper == land.dong.parent_edges.get().during.upper == land.merged
    one = (Decimal(1), True)
    assert shares(land.dong, land.merged) == {
        "Xã Đông Tây": one, "Huyện Thượng": one, "Tỉnh Mẫu": one, "Việt Nam": one
    }  # fmt: skip
    assert shares(land.d1, land.merged) == {"Thôn 1": one, **shares(land.dong, land.merged)}
    assert land.d1.parent_edges.get().parent == land.dong


def test_a_commune_absorbs_another_and_lives_on(land):
    decree(Merge([land.nam], land.dong_tay))
    land.nam.refresh_from_db()
    assert land.nam.valid.upper == DAY
    assert shares(land.n1, DAY)["Huyện Thượng"] == (1, True)
    assert "Huyện Hạ" not in shares(land.n1, DAY)
    assert shares(land.n1, BEFORE)["Huyện Hạ"] == (1, True)


def test_a_split_without_weights_is_unknown_below_and_exact_above(land):
    new = new_commune(land)
    created = decree(Split(land.nam, [Part(new), Part(land.dong_tay)])).created
    assert created[new].valid.lower == DAY
    assert shares(land.n1, DAY) == {
        "Thôn 1": (1, True),
        "Xã Mới": (None, False),
        "Xã Đông Tây": (None, False),
        "Huyện Hạ": (None, False),
        "Huyện Thượng": (None, False),
        "Tỉnh Mẫu": (1, True),
        "Việt Nam": (1, True),
    }
    assign_villages(on=DAY, commune=created[new], villages=[land.n1], decree=DECREE, by=None)
    assert shares(land.n1, DAY)["Xã Mới"] == (1, True)
    assert "Xã Đông Tây" not in shares(land.n1, DAY)
    assert shares(land.n1, BEFORE)["Xã Nam"] == (1, True)
    assert shares(land.n2, DAY)["Xã Mới"] == (None, False)


def test_weights_share_out_and_two_halves_that_merge_again_are_exact(land):
    first, second = new_commune(land), new_commune(land, "99995", "Xã Khác", land.upper)
    made = decree(Split(land.nam, [Part(first, Decimal("0.3")), Part(second, Decimal("0.7"))])).created
    assert shares(land.nam, DAY) == {
        "Xã Mới": (Decimal("0.3"), False),
        "Xã Khác": (Decimal("0.7"), False),
        "Huyện Hạ": (Decimal("0.3"), False),
        "Huyện Thượng": (Decimal("0.7"), False),
        "Tỉnh Mẫu": (1, True),
        "Việt Nam": (1, True),
    }
    later = DAY + timedelta(days=40)
    decree(Merge([made[first], made[second]], land.dong_tay), on=later)
    assert shares(land.nam, later)["Xã Đông Tây"] == (1, True)
    assert shares(land.nam, later - timedelta(days=1))["Xã Mới"] == (Decimal("0.3"), False)


def test_districts_end_and_communes_go_to_the_province(land):
    decree(
        End(land.upper),
        End(land.lower),
        Reparent([land.dong_tay, land.nam], land.province),
    )
    assert shares(land.lower, DAY) == {"Tỉnh Mẫu": (1, True), "Việt Nam": (1, True)}
    assert "Huyện Hạ" not in shares(land.n1, DAY)
    assert shares(land.n1, BEFORE)["Huyện Hạ"] == (1, True)


def test_a_province_that_merges_takes_its_districts_along_and_villages_untouched(land, country):
    edges = list(AreaParent.objects.filter(child__level=Level.VILLAGE).values_list())
    new = NewUnit(Level.PROVINCE, "0A", "tỉnh", "Tỉnh Lớn", country)
    outcome = decree(Merge([land.province], new))
    assert set(outcome.moved) == {land.upper.pk, land.lower.pk}
    assert shares(land.n1, DAY)["Tỉnh Lớn"] == (1, True)
    assert "Tỉnh Mẫu" not in shares(land.n1, DAY)
    assert list(AreaParent.objects.filter(child__level=Level.VILLAGE).values_list()) == edges
    assert refusal(End(outcome.created[new]), on=DAY + timedelta(days=3)) == (
        "Huyện Thượng chưa có đơn vị cấp trên từ ngày 04/08/2026, khi Tỉnh Lớn kết thúc."
    )


def test_a_commune_planned_under_a_province_follows_it(land, country):
    later = DAY + timedelta(days=60)
    planned = NewUnit(Level.DISTRICT, "997", "huyện", "Huyện Sắp Có", land.province)
    made = decree(Create(planned), on=later).created[planned]
    new = NewUnit(Level.PROVINCE, "0A", "tỉnh", "Tỉnh Lớn", country)
    decree(Merge([land.province], new))
    assert shares(made, later)["Tỉnh Lớn"] == (1, True)
    assert made.parent_edges.get().parent.name == "Tỉnh Lớn"


def test_new_units_stand_under_new_units_of_the_same_decree(land, country):
    province = NewUnit(Level.PROVINCE, "0A", "tỉnh", "Tỉnh Lớn", country)
    commune = new_commune(land, parent=province)
    made = decree(Merge([land.nam], commune)).created
    assert shares(made[commune], DAY) == {
        "Xã Mới": (1, True), "Tỉnh Lớn": (1, True), "Việt Nam": (1, True)
    }  # fmt: skip


def test_villages_merge_and_the_new_one_takes_the_next_serial(land):
    new = NewUnit(Level.VILLAGE, "", "thôn", "Thôn Thống Nhất", land.nam)
    made = decree(Merge([land.n1, land.n2], new)).created[new]
    assert made.code == "99993-3"
    assert shares(land.n1, DAY) == shares(made, DAY)
    assert set(Area.objects.children_of(land.nam, DAY)) == {made}
    assert set(Area.objects.children_of(land.nam, BEFORE)) == {land.n1, land.n2}


def test_a_name_changes_on_its_day(land):
    tomorrow = timezone.localdate() + timedelta(days=1)
    decree(Rename(land.nam, "Phường Nam", "phường"), on=DAY)
    decree(Rename(land.province, "Thành phố Mẫu", "thành phố"), on=tomorrow)
    land.nam.refresh_from_db()
    land.province.refresh_from_db()
    assert (land.nam.name, land.nam.kind) == ("Phường Nam", "phường")
    assert [(row.name, row.during.lower, row.during.upper) for row in land.nam.names.order_by("during")] == [
        ("Xã Nam", date(2020, 1, 1), DAY),
        ("Phường Nam", DAY, None),
    ]
    assert land.province.name == "Tỉnh Mẫu"
    assert names.show(day=tomorrow) == 1
    land.province.refresh_from_db()
    assert land.province.name == "Thành phố Mẫu"
    assert refusal(Rename(land.province, "Tỉnh Khác")) == (
        f"Thành phố Mẫu đã được đổi tên thành Thành phố Mẫu từ ngày {tomorrow:%d/%m/%Y}."
    )


def test_villages_assigned_twice_stay_where_they_are(land):
    edges = list(AreaParent.objects.filter(child=land.d1).values_list())
    arguments = {"on": DAY, "commune": land.dong, "villages": [land.d1], "decree": DECREE, "by": None}
    assert assign_villages(**arguments) == 0
    assert list(AreaParent.objects.filter(child=land.d1).values_list()) == edges
    arguments["commune"] = land.nam
    assert assign_villages(**arguments) == 1
    assert assign_villages(**arguments) == 0


def test_villages_are_assigned_from_the_past_too(land):
    later, earlier = DAY, land.merged + timedelta(days=10)
    assign_villages(on=later, commune=land.nam, villages=[land.d1], decree=DECREE, by=None)
    assign_villages(on=earlier, commune=land.dong_tay, villages=[land.d1], decree=DECREE, by=None)
    assert [(e.parent, e.during.lower, e.during.upper) for e in land.d1.parent_edges.order_by("during")] == [
        (land.dong, None, earlier),
        (land.dong_tay, earlier, later),
        (land.nam, later, None),
    ]


def test_registers_bring_villages_with_serials_and_ancestry(land):
    rows = [
        NewVillage(land.dong_tay.pk, "Thôn 8", "thôn"),
        NewVillage(land.nam.pk, "Thôn 9", "thôn"),
        NewVillage(land.dong_tay.pk, "Thôn 10", "thôn"),
    ]
    ids = create_villages(rows=rows, by=None)
    made = [Area.objects.get(pk=pk) for pk in ids]
    # Đông Tây has Đông's code, under which two villages already stand.
    assert [(v.name, v.code) for v in made] == [("Thôn 8", "99991-3"), ("Thôn 9", "99993-3"), ("Thôn 10", "99991-4")]
    assert shares(made[0], land.merged)["Xã Đông Tây"] == (1, True)
    assert all(v.valid.lower is None and v.valid.upper is None for v in made)
    with pytest.raises(ValueError, match="stand under communes"):
        create_villages(rows=[NewVillage(land.upper.pk, "Thôn 1", "thôn")], by=None)


def test_an_admin_settles_what_two_sources_tell_differently(land):
    new = new_commune(land)
    made = decree(Split(land.nam, [Part(new), Part(land.dong_tay)])).created[new]
    AreaSuccession.objects.filter(predecessor=land.nam).update(agreed=False)
    settle(predecessor=land.nam, parts=[Part(made)], decree="CV 5", by=None)
    row = land.nam.successions.get()
    assert (row.successor, row.agreed, row.decree, row.date) == (made, True, "CV 5", DAY)
    assert shares(land.nam, DAY)["Xã Mới"] == (1, True)
    settle(
        predecessor=land.nam,
        parts=[Part(made, Decimal("0.25")), Part(land.dong_tay, Decimal("0.75"))],
        decree="CV 6",
        by=None,
    )
    assert shares(land.nam, DAY)["Xã Đông Tây"] == (Decimal("0.75"), False)
    with pytest.raises(ReorganisationError, match="chưa kết thúc"):
        settle(predecessor=made, parts=[Part(land.dong_tay)], decree="CV 7", by=None)
    with pytest.raises(ReorganisationError, match="không tồn tại ngày 01/08/2026"):
        settle(predecessor=land.nam, parts=[Part(land.tay)], decree="CV 7", by=None)


def test_refusals_say_what_is_wrong(land, country):
    new = new_commune(land)
    half = Decimal("0.5")
    assert refusal() == "Chưa có thay đổi nào."
    with pytest.raises(ReorganisationError, match="Nhập căn cứ"):
        reorganise(on=DAY, decree=" ", by=None, changes=[End(land.nam)])
    assert refusal(Create(new_commune(land, "99993"))) == "Hai đơn vị cùng mã 99993 trong một ngày."
    twins = [new_commune(land), new_commune(land, name="Xã Khác")]
    assert refusal(*map(Create, twins)) == "Hai đơn vị cùng mã 99994 trong một ngày."
    assert refusal(Merge([land.dong], land.nam)) == "Xã Đông đã kết thúc từ ngày 01/07/2024."
    assert refusal(Merge([land.nam], land.dong)).startswith("Xã Đông không tồn tại ngày 01/08/2026")
    assert refusal(Merge([land.nam], new), End(land.nam)) == "Xã Nam kết thúc hai lần trong một lần sắp xếp."
    assert refusal(Merge([land.nam], land.nam)).startswith("Xã Nam không thể nhập hay chia vào chính nó.")
    assert refusal(Merge([land.nam], land.upper)).endswith("đơn vị mới ở cấp rộng hơn.")
    assert refusal(End(country)) == "Cả nước không phải là đơn vị để sắp xếp."
    assert refusal(Split(land.nam, [Part(new)])) == "Xã Nam chia thì phải thành ít nhất hai đơn vị."
    assert refusal(Split(land.nam, [Part(new, half), Part(land.dong_tay, Decimal("0.4"))])) == (
        "Tỷ lệ chia của Xã Nam phải cộng lại bằng 1, đang là 0,9."
    )
    assert refusal(Split(land.nam, [Part(new, half), Part(land.dong_tay)])).startswith("Nhập tỷ lệ chia của Xã Nam")
    assert refusal(Split(land.nam, [Part(new), Part(new)])) == "Xã Nam có hai dòng cho cùng một đơn vị mới."
    assert refusal(Merge([land.nam], land.dong_tay), End(land.dong_tay)) == (
        "Xã Đông Tây kết thúc cùng ngày, không thể nhận Xã Nam."
    )
    assert refusal(Reparent([land.n1], land.upper)) == "Thôn 1 phải thuộc một xã, phường hoặc đặc khu."
    assert refusal(Reparent([land.upper], land.nam)) == (
        "Huyện Thượng không thể thuộc Xã Nam: phải là đơn vị cấp rộng hơn."
    )
    assert refusal(Reparent([land.n1], land.nam)) == "Thôn 1 đã thuộc Xã Nam từ trước."
    assert refusal(Reparent([land.n1], land.dong_tay), Reparent([land.n1], new)) == (
        "Thôn 1 thuộc hai xã trong tháng 8/2026."
    )
    assert refusal(Reparent([land.nam], land.upper), End(land.nam)) == "Xã Nam kết thúc cùng ngày, không thể chuyển."
    assert refusal(Rename(land.nam, "Xã Mới"), End(land.nam)) == "Xã Nam kết thúc cùng ngày, không thể đổi tên."
    assert refusal(End(land.lower)) == "Xã Nam chưa có đơn vị cấp trên từ ngày 01/08/2026, khi Huyện Hạ kết thúc."
    assert refusal(Create(new), on=date(2019, 1, 1)).startswith("Huyện Hạ không tồn tại ngày 01/01/2019")
    assert refusal(End(land.nam), on=date(2020, 1, 1)) == "Xã Nam chỉ có từ ngày 01/01/2020."
    land.nam.refresh_from_db()
    assert land.nam.valid.upper is None


def test_a_village_assigned_twice_on_one_day_is_refused(land):
    assign_villages(on=DAY, commune=land.dong_tay, villages=[land.n1], decree=DECREE, by=None)
    assert refusal(Reparent([land.n1], land.nam)) == "Thôn 1 thuộc hai xã trong tháng 8/2026."


def test_a_refused_decree_leaves_nothing(land):
    before = [list(model.objects.order_by("pk").values_list()) for model in (AreaParent, AreaSuccession)]
    units = Area.objects.count()
    refusal(Merge([land.nam], new_commune(land)), Rename(land.dong_tay, " "))
    assert [list(model.objects.order_by("pk").values_list()) for model in (AreaParent, AreaSuccession)] == before
    assert Area.objects.count() == units


def test_history_tells_who_changed_the_tree(land, django_user_model):
    admin = django_user_model.objects.create(name="Lê Thị B", email="b@example.vn")
    reorganise(on=DAY, decree=DECREE, by=admin, changes=[Merge([land.nam], land.dong_tay)])
    event = land.nam.events.filter(pgh_label="update").latest("pgh_id")
    assert event.valid.upper == DAY
    assert event.pgh_context.metadata["user"] == admin.pk
