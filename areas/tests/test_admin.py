"""The admin's pages of areas: found without accents, dates shown but not written, disagreements settled."""

from decimal import Decimal

import pytest
from django.urls import reverse

from areas.models import Area, AreaAncestry, AreaSuccession, Level


@pytest.fixture
def admin_client(client, django_user_model):
    admin = django_user_model.objects.create(name="Quản trị", email="qt@example.vn", is_staff=True, is_superuser=True)
    client.force_login(admin, backend="accounts.backends.EmailOrPhoneBackend")
    return client


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(f"admin:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def disagreement() -> Area:
    """A commune for which two sources name several successors."""
    return Area.objects.get(level=Level.COMMUNE, code="00553", successions__successor__code="00136")


def test_areas_are_found_without_accents_and_by_code(admin_client, country):
    text = page(admin_client, "areas_area_changelist", q="thoi binh", level__exact=Level.COMMUNE)
    assert "Xã Thới Bình" in text
    assert "Thị trấn Thới Bình" in text
    assert "Xã Yên Thọ" not in text
    assert "Đặc khu Côn Đảo" in page(admin_client, "areas_area_changelist", q="26732")


def test_areas_are_filtered_by_validity(admin_client, country):
    query = {"q": "thoi binh", "level__exact": Level.COMMUNE}
    today = page(admin_client, "areas_area_changelist", validity="today", **query)
    assert "Xã Thới Bình" in today
    assert "Thị trấn Thới Bình" not in today
    ended = page(admin_client, "areas_area_changelist", validity="ended", **query)
    assert "Thị trấn Thới Bình" in ended
    assert "đến trước 01/07/2025" in ended
    assert (
        "Thới Bình" not in page(admin_client, "areas_area_changelist", validity="coming", **query).split("<table")[-1]
    )


def test_areas_are_filtered_by_what_became_of_them(admin_client, country):
    assert "49 địa bàn" in page(admin_client, "areas_area_changelist", sources="differ")
    assert "473 địa bàn" in page(admin_client, "areas_area_changelist", sources="split")


def test_an_area_shows_its_dates_and_takes_only_its_position(admin_client, land):
    url = reverse("admin:areas_area_change", args=[land.nam.pk])
    text = page(admin_client, "areas_area_change", land.nam.pk)
    assert "từ 01/01/2020" in text
    assert 'name="code"' not in text
    assert 'name="valid' not in text
    forms = {"names": 0, "parent_edges": 0, "successions": 0, "predecessions": 0}
    data = {f"{name}-{key}": n for name, n in forms.items() for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = admin_client.post(url, {**data, "latitude": "19.5", "longitude": "105.5", "code": "1"})
    assert response.status_code == 302
    land.nam.refresh_from_db()
    assert (land.nam.latitude, land.nam.code) == (19.5, "99993")
    assert admin_client.get(reverse("admin:areas_area_delete", args=[land.nam.pk])).status_code == 403


def test_disagreements_are_listed_and_settled_with_a_reason(admin_client, country):
    commune = disagreement()
    rows = commune.successions.order_by("pk")
    assert rows.count() == 4
    assert commune.name in page(admin_client, "areas_areasuccession_changelist", agreed__exact=0, q="00553")
    url = reverse("admin:areas_areasuccession_changelist")
    data = {"action": "choose", "_selected_action": [rows[1].pk]}
    refused = admin_client.post(url, {**data, "decree": ""}, follow=True).content.decode()
    assert "Nhập căn cứ" in refused
    chosen = rows[1].successor
    settled = admin_client.post(url, {**data, "decree": "CV 12/SNV"}, follow=True).content.decode()
    assert "Đã chọn cho 1 đơn vị cũ." in settled
    row = commune.successions.get()
    assert (row.successor, row.agreed, row.decree) == (chosen, True, "CV 12/SNV")
    found = AreaAncestry.objects.get(area=commune, ancestor=chosen)
    assert (found.share, found.exact) == (1, True)


def test_weights_are_entered_together(admin_client, country):
    commune = disagreement()
    rows = list(commune.successions.order_by("pk"))
    data = {"latitude": "", "longitude": "", "area_km2": ""}
    for name, number in (("names", 0), ("parent_edges", 0), ("successions", 4), ("predecessions", 0)):
        data |= {f"{name}-TOTAL_FORMS": number, f"{name}-INITIAL_FORMS": number}
    for n, row in enumerate(rows):
        data |= {f"successions-{n}-id": row.pk, f"successions-{n}-predecessor": commune.pk}
        data |= {f"successions-{n}-successor": row.successor_id, f"successions-{n}-decree": "NQ 9"}
        data |= {f"successions-{n}-weight": "0.3"} if n < 3 else {f"successions-{n}-DELETE": "on"}
    url = reverse("admin:areas_area_change", args=[commune.pk])
    text = admin_client.post(url, data).content.decode()
    assert "phải cộng lại bằng 1, đang là 0,9." in text
    assert commune.successions.filter(weight=None).count() == 4
    response = admin_client.post(url, data | {"successions-2-weight": "0.4"})
    assert response.status_code == 302
    assert sorted(commune.successions.values_list("weight", flat=True)) == [
        Decimal("0.3"),
        Decimal("0.3"),
        Decimal("0.4"),
    ]
    assert not AreaSuccession.objects.filter(predecessor=commune, agreed=False).exists()
    assert set(
        AreaAncestry.objects.filter(area=commune, ancestor__in=[row.successor_id for row in rows]).values_list(
            "exact", flat=True
        )
    ) == {False}
