"""The admin site of indicators, targets and the roll-up's state."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts.models import User
from activities.models import DataElement
from reports.figures import indicators_of
from reports.models import Indicator, RollUpState, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = User.objects.create_superuser(email="admin@example.vn")
    client.force_login(user, backend="accounts.backends.EmailOrPhoneBackend")
    return client


def element(code: str) -> int:
    return DataElement.objects.get(code=code).pk


def new_indicator(*terms: tuple[str, str, str], **changes: str) -> dict[str, str]:
    """What the form of a new indicator sends; a term is (part, element code, coefficient)."""
    sent = {
        "code": "wifi_per_site",
        "number": "XH-99",
        "name": "Điểm Wi-Fi trên điểm mã QR",
        "pillar": "society",
        "unit": "%",
        "source": "ret",
        "direction": "up",
        "target": "0,85",
        "legal_source": "",
        "note": "",
        "position": "900",
        "active": "on",
        "terms-TOTAL_FORMS": str(len(terms)),
        "terms-INITIAL_FORMS": "0",
    }
    for nth, (part, code, coefficient) in enumerate(terms):
        sent |= {
            f"terms-{nth}-part": part,
            f"terms-{nth}-element": str(element(code)),
            f"terms-{nth}-coefficient": coefficient,
        }
    return sent | changes


WIFI = ("num", "free_wifi_points", "0,5")
SITES = ("den", "qr_sites", "1")


def test_the_list_says_how_each_indicator_is_made(admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        text = admin.get(reverse("admin:reports_indicator_changelist")).content.decode()
    assert "Hồ sơ thanh toán trực tuyến ÷ Hồ sơ có phí, lệ phí" in text
    assert "80,00 %" in text
    found = admin.get(reverse("admin:reports_indicator_changelist"), {"q": "XH-06"}).content.decode()
    assert "Điểm Wi-Fi miễn phí" in found
    assert "KT-01" not in found


def test_an_indicator_made_in_the_browser_is_one_of_the_figures(admin):
    response = admin.post(reverse("admin:reports_indicator_add"), new_indicator(WIFI, SITES))
    assert response.status_code == 302
    made = indicators_of(["wifi_per_site"])[0]
    assert made.target == Decimal("0.85")
    assert [(t.part, t.element.code, t.coefficient) for t in made.terms.all()] == [
        ("num", "free_wifi_points", Decimal("0.5")),
        ("den", "qr_sites", 1),
    ]
    text = admin.get(reverse("admin:reports_indicator_changelist"), {"q": "XH-99"}).content.decode()
    assert "0,50 × Điểm Wi-Fi miễn phí ÷ Điểm gắn mã QR" in text


def test_an_indicator_needs_a_numerator(admin):
    text = admin.post(reverse("admin:reports_indicator_add"), new_indicator(SITES)).content.decode()
    assert "Chọn ít nhất một chỉ tiêu số liệu cho tử số." in text
    assert not Indicator.objects.filter(code="wifi_per_site").exists()


def test_a_rate_written_as_per_cent_is_asked_about(admin):
    text = admin.post(reverse("admin:reports_indicator_add"), new_indicator(WIFI, SITES, target="80")).content.decode()
    assert "Tỷ lệ viết bằng số thập phân: 0,8 cho 80 %." in text
    assert (
        admin.post(reverse("admin:reports_indicator_add"), new_indicator(WIFI, target="80", unit="điểm")).status_code
        == 302
    )


def test_an_indicator_keeps_its_code_and_is_never_deleted(admin):
    indicator = Indicator.objects.get(code="e_result_rate")
    page = admin.get(reverse("admin:reports_indicator_change", args=[indicator.pk])).content.decode()
    assert 'name="code"' not in page
    assert len(page) < 120_000  # elements are looked up, not listed
    assert admin.get(reverse("admin:reports_indicator_delete", args=[indicator.pk])).status_code == 403


@pytest.fixture
def give(admin, land):
    """Sends the form of a new target for the invented province."""

    def send(first: str = "", last: str = "", **changes: str):
        sent = {
            "indicator": Indicator.objects.get(code="people_reached").pk,
            "area": land.province.pk,
            "value": "1.200.000",
            "first": first,
            "last": last,
            "legal_source": "KH 20/KH-UBND",
        }
        return admin.post(reverse("admin:reports_target_add"), sent | changes)

    return send


def test_a_target_is_given_by_its_first_and_last_day(admin, give, land):
    assert give("01/01/2026", "31/12/2026").status_code == 302
    target = Target.objects.get(area=land.province)
    assert target.value == 1_200_000
    assert target.during == DateRange(datetime.date(2026, 1, 1), datetime.date(2027, 1, 1))
    text = admin.get(reverse("admin:reports_target_changelist")).content.decode()
    assert "từ 01/01/2026 đến hết 31/12/2026" in text
    assert "1.200.000 lượt" in text
    page = admin.get(reverse("admin:reports_target_change", args=[target.pk])).content.decode()
    assert 'value="31/12/2026"' in page
    assert 'value="1200000"' in page


def test_two_targets_of_one_day_are_refused_by_form_and_database(give, land):
    assert give("01/01/2026", "31/12/2026").status_code == 302
    text = give("31/12/2026").content.decode()
    assert "Địa bàn đã có chỉ tiêu này trong thời gian đó." in text
    assert give("01/01/2027").status_code == 302
    first = Target.objects.filter(area=land.province).order_by("during")[0]
    with pytest.raises(IntegrityError, match="target_one_a_day"), transaction.atomic():
        Target.objects.create(indicator=first.indicator, area=first.area, value=1, during=first.during)


def test_a_target_that_cannot_be_is_refused_with_a_sentence(give, land):
    assert "Ngày cuối không được trước ngày đầu." in give("02/01/2026", "01/01/2026").content.decode()
    rate = str(Indicator.objects.get(code="e_result_rate").pk)
    assert "0,8 cho 80 %" in give(indicator=rate, value="95").content.decode()
    assert not Target.objects.filter(area=land.province).exists()


def test_the_state_of_the_roll_up_is_only_read(admin):
    state = RollUpState.objects.get()
    assert "tình trạng cộng số liệu" in admin.get(reverse("admin:reports_rollupstate_changelist")).content.decode()
    address = reverse("admin:reports_rollupstate_change", args=[state.pk])
    assert admin.get(address).status_code == 200
    assert admin.post(address, {"today": "01/01/2020"}).status_code == 403
    assert admin.get(reverse("admin:reports_rollupstate_add")).status_code == 403
    assert admin.get(reverse("admin:reports_rollupstate_delete", args=[state.pk])).status_code == 403
