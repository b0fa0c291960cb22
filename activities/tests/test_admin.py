"""The admin site of activities: every page opens, searches without accents, and stays light on large tables."""

import datetime

import pytest
from django.urls import reverse

from accounts.models import User
from activities import returns
from activities.checks import Entry
from activities.models import DataElement, Site
from activities.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(browse):
    return browse(User.objects.create_superuser(email="admin@example.vn"))


@pytest.fixture
def rows(log, place, cast):
    report = returns.start(area=place.home, period=Period.parse("2026-09"), by=cast.clerk)
    returns.save(report=report, entries={"population": Entry(5000)}, note="", by=cast.clerk)
    return {
        "activity": log(topic="Cài định danh", values={"vneid_assists": 3}),
        "return": report,
        "site": Site.objects.create(
            kind="qr_site", name="Chợ Định Tường", area=place.village, since=datetime.date(2026, 9, 1)
        ),
        "dataelement": DataElement.objects.get(code="vneid_assists"),
    }


@pytest.mark.parametrize(
    ("model", "words"),
    [("activity", "cai dinh"), ("return", "yen dinh"), ("site", "cho dinh"), ("dataelement", "vneid")],
)
def test_lists_and_forms_open_and_search_without_accents(admin, rows, model, words):
    row = rows[model]
    listed = admin.get(reverse(f"admin:activities_{model}_changelist"), {"q": words}).content.decode()
    assert reverse(f"admin:activities_{model}_change", args=[row.pk]) in listed
    page = admin.get(reverse(f"admin:activities_{model}_change", args=[row.pk]))
    assert page.status_code == 200
    assert len(page.content) < 120_000  # no list of all teams or areas inside
    nothing = admin.get(reverse(f"admin:activities_{model}_changelist"), {"q": "khong co gi"}).content.decode()
    assert reverse(f"admin:activities_{model}_change", args=[row.pk]) not in nothing


def test_an_element_is_set_out_of_use_and_never_deleted(admin, rows, browse, cast):
    element = rows["dataelement"]
    address = reverse("admin:activities_dataelement_change", args=[element.pk])
    fields = {
        "name": "Lượt kích hoạt VNeID",
        "unit": element.unit,
        "pillar": element.pillar,
        "activity_kinds": ["guidance"],
        "position": element.position,
        "help": "",
    }
    assert admin.post(address, fields).status_code == 302
    element.refresh_from_db()
    assert (element.name, element.activity_kinds, element.active) == ("Lượt kích hoạt VNeID", ["guidance"], False)
    assert element.source == "log"  # what figures know it by stays
    assert admin.get(reverse("admin:activities_dataelement_delete", args=[element.pk])).status_code == 403
    assert "value_vneid_assists" not in browse(cast.leader).get("/activities/new/").content.decode()
    page = browse(cast.leader).get(reverse("activities:edit", args=[rows["activity"].pk])).content.decode()
    assert "value_vneid_assists" in page  # the log that has one keeps it


def test_a_new_element_of_logs_is_asked_for_at_once(admin, browse, cast, team):
    fields = {
        "code": "wifi_set_up",
        "name": "Điểm Wi-Fi đã lắp",
        "unit": "điểm",
        "kind": "flow",
        "source": "log",
        "pillar": "society",
        "activity_kinds": ["infrastructure"],
        "position": "800",
        "active": "on",
    }
    assert admin.post(reverse("admin:activities_dataelement_add"), fields).status_code == 302
    page = browse(cast.leader).get("/activities/new/").content.decode()
    assert "Điểm Wi-Fi đã lắp" in page


def test_an_activity_cannot_be_deleted(admin, rows):
    assert admin.get(reverse("admin:activities_activity_delete", args=[rows["activity"].pk])).status_code == 403


def test_a_clerk_has_no_admin_site(browse, cast):
    assert browse(cast.clerk).get(reverse("admin:activities_activity_changelist")).status_code == 302
