"""The six workbooks give what their README says, and a second import of any of them changes nothing.

They are imported once for the module, inside a transaction that is rolled back at its end.
"""

import datetime
import json
from collections import Counter

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.test import override_settings

from activities.models import Activity, ActivityValue, Return, ReturnValue
from areas.models import Area, Level
from imports.actions import import_file
from imports.models import Batch
from imports.tests.conftest import WORKBOOKS
from members.models import Attendance, Member, Membership, Training
from teams.models import Team, TeamPlace

pytestmark = pytest.mark.xdist_group("workbooks")

THANH_HOA = datetime.date(2024, 9, 30)
FILES = {
    "teams": ("teams", "thanh_hoa_to_cnscd_2024.xlsx", THANH_HOA, "38"),
    "members": ("members", "thanh_hoa_thanh_vien_2024.xlsx", THANH_HOA, "38"),
    "trainings": ("trainings", "thanh_hoa_tap_huan_2022_2024.xlsx", THANH_HOA, "38"),
    "attendances": ("attendances", "thanh_hoa_tap_huan_2022_2024.xlsx", THANH_HOA, "38"),
    "returns": ("returns", "thanh_hoa_so_lieu_xa_9T2024.xlsx", THANH_HOA, "38"),
    "activities": ("activities", "thanh_hoa_nhat_ky_2026.xlsx", datetime.date(2026, 10, 31), "38"),
    "hoa_binh": ("members", "hoa_binh_bac_lieu_2023.xlsx", datetime.date(2023, 11, 30), None),
}
ROWS = {
    "teams": 4351, "members": 15995, "trainings": 104, "attendances": 2400, "returns": 4923, "activities": 20000,
    "hoa_binh": 542,
}  # fmt: skip


def bring(name):
    kind, file, day, province = FILES[name]
    return import_file(
        kind=kind, path=WORKBOOKS / file, as_of=day, province=province, create_missing=name == "hoa_binh"
    )


@pytest.fixture(scope="module")
def imported(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        results = {name: bring(name) for name in FILES}
        with connection.cursor() as cursor:
            # Checked once here; else every test would check all that is still to be checked at a commit.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield results
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _one_transaction_of_all(imported, db):
    """Each test on its own savepoint over the imports."""


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_taken(imported, name):
    result = imported[name]
    assert (result.rows, result.created, result.refused, result.refusals) == (ROWS[name], ROWS[name], 0, [])
    assert result.warnings == []


def last_events():
    """The number of the last change that the history of each fact knows."""
    tables = [table for table in connection.introspection.table_names() if table.endswith("event")]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', max(pgh_id) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


@pytest.mark.parametrize("name", FILES)
def test_a_second_import_changes_nothing(imported, name):
    before = last_events()
    result = bring(name)
    assert (result.created, result.updated, result.unchanged, result.refused) == (0, 0, ROWS[name], 0)
    assert result.also_created == {"teams": 0, "villages": 0}
    assert last_events() == before


def thanh_hoa():
    return Area.objects.get(level=Level.PROVINCE, code="38")


def test_teams_of_thanh_hoa(imported):
    assert imported["teams"].also_created == {"teams": 0, "villages": 4351}
    day = THANH_HOA
    under = Area.objects.under(thanh_hoa(), day)
    places = TeamPlace.objects.filter(area__in=under)
    assert places.filter(team__launched__lte=day, team__established__lte=day, team__dissolved=None).count() == 4351
    assert places.values("area").distinct().count() == 4351 == under.filter(level=Level.VILLAGE).count()
    parents = under.filter(level=Level.VILLAGE).values_list("parent_edges__parent", "parent_edges__parent__level")
    assert {level for _, level in parents} == {Level.COMMUNE}
    assert len(set(parents)) == 547
    districts = {pk for pk, _ in parents.model.objects.filter(pk__in=[pk for pk, _ in parents]).values_list(
        "parent_edges__parent", "pk"
    )}  # fmt: skip
    assert len(districts & set(Area.objects.filter(level=Level.DISTRICT).values_list("pk", flat=True))) == 26


def test_members_of_thanh_hoa(imported):
    members = Membership.objects.filter(team__places__area__in=Area.objects.under(thanh_hoa(), THANH_HOA))
    assert members.count() == 15995 == members.values("member").distinct().count()
    assert Counter(members.values_list("role", flat=True)) == {"leader": 4351, "deputy": 4351, "member": 7293}
    assert not Member.objects.filter(phone="").exists()


def test_trainings_and_attendances(imported):
    assert Counter(Training.objects.values_list("status", flat=True)) == {"held": 100, "planned": 4}
    assert Training.objects.filter(status="held").aggregate(n=Sum("head_count"))["n"] == 23113
    nine_months = Training.objects.filter(status="held", date__gte="2023-12-15", date__lte="2024-09-14")
    assert (nine_months.count(), nine_months.aggregate(n=Sum("head_count"))["n"]) == (30, 6012)
    assert Attendance.objects.count() == 2400
    assert Attendance.objects.values("member").distinct().count() == 2400
    assert Attendance.objects.values("team").distinct().count() == 1647


def total(code, **conditions):
    found = ReturnValue.objects.filter(element__code=code, **conditions)
    return int(found.aggregate(n=Sum("value"))["n"])


def test_returns_of_nine_months(imported):
    assert Return.objects.count() == 4923 == 547 * 9
    assert set(Return.objects.values_list("status", "calendar", "kind")) == {("approved", "statutory", "month")}
    rate = {
        "e_result": total("dossiers_e_result") / total("dossiers_result_due"),
        "reuse": total("dossiers_reusing_data") / total("dossiers_received"),
        "paid": total("dossiers_paid_online") / total("dossiers_with_fee"),
    }
    assert {name: round(100 * value, 2) for name, value in rate.items()} == {
        "e_result": 94.78, "reuse": 55.41, "paid": 58.73,
    }  # fmt: skip
    last = {"report__period__startswith": datetime.date(2024, 8, 15)}
    accounts = total("payment_account_holders", **last) / total("population_15", **last)
    assert round(100 * accounts, 2) == 82.00
    assert total("products_online", **last) == 429
    assert total("personal_signatures") == 307250
    assert (total("qr_sites", **last), total("free_wifi_points", **last)) == (1860, 1240)
    assert ReturnValue.objects.filter(element__code="personal_signatures", is_flow=True).count() == 4923


def test_the_journal_of_2026(imported):
    assert Activity.objects.filter(status="approved").count() == 20000
    assert Activity.objects.filter(area=F("team__places__area")).count() == 20000

    def reached(first, last):
        return Activity.objects.filter(date__gte=first, date__lte=last).aggregate(n=Sum("reached"))["n"]

    assert reached("2025-12-15", "2026-09-14") == 522815
    assert reached("2026-01-01", "2026-09-30") == 555543
    assert reached("2026-06-15", "2026-09-14") == 183458
    values = ActivityValue.objects.values("element__code").annotate(n=Sum("value")).order_by()
    assert {row["element__code"]: row["n"] for row in values} == {
        "vneid_assists": 60397, "signatures_assisted": 30026, "qr_points_added": 182,
        "essential_dossiers_assisted": 22673,
    }  # fmt: skip


def test_the_district_of_hoa_binh(imported):
    result = imported["hoa_binh"]
    assert result.also_created == {"teams": 77, "villages": 68}
    district = Area.objects.get(level=Level.DISTRICT, name="Huyện Hòa Bình", code="961")
    day = FILES["hoa_binh"][2]
    teams = Team.objects.filter(places__area__in=Area.objects.under(district, day))
    assert Counter(teams.values_list("level", flat=True)) == {
        Level.DISTRICT: 1, Level.COMMUNE: 8, Level.VILLAGE: 68,
    }  # fmt: skip
    people = teams.values("level").annotate(n=Count("memberships")).order_by("level")
    assert [row["n"] for row in people] == [7, 77, 458]
    assert set(teams.values_list("established", "counted_from")) == {(None, day)}
    assert not Member.objects.filter(memberships__team__in=teams).exclude(phone__regex=r"^\+84[35789]\d{8}$").exists()
    assert Member.objects.filter(name="Đinh Thị Đào", birth_year=1974, phone="+84819126829").count() == 1


def test_printed_totals_are_told_and_the_wrong_one_as_a_disagreement(imported):
    disagreeing = [
        {**total, "name": name} for name in FILES for total in imported[name].printed_totals if not total["agrees"]
    ]
    assert disagreeing == [
        {
            "row": 565, "label": "TỔNG CỘNG (tổ)", "printed": 76, "found": 77, "agrees": False, "name": "hoa_binh",
        }
    ]  # fmt: skip
    assert len(imported["hoa_binh"].printed_totals) == 18
    printed = {name: [total["printed"] for total in imported[name].printed_totals] for name in FILES}
    assert printed["teams"] == [4351, 15995]
    assert printed["members"] == [15995]
    assert printed["trainings"] == [23113]


def test_every_change_says_which_batch_made_it(imported):
    with connection.cursor() as cursor:
        for table in (
            "teams_teamevent",
            "members_membershipevent",
            "activities_activityevent",
            "activities_returnvalueevent",
        ):
            cursor.execute(
                f"SELECT c.metadata ->> 'batch', count(*) FROM {table} e "
                "LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id GROUP BY 1"
            )
            told = dict(cursor.fetchall())
            assert None not in told, table
            assert set(map(int, told)) <= set(Batch.objects.values_list("pk", flat=True))


def test_batches_keep_file_hash_and_result(imported):
    batches = list(Batch.objects.order_by("pk"))
    assert [batch.kind for batch in batches] == [kind for kind, *_ in FILES.values()]
    assert {batch.state for batch in batches} == {"done"}
    assert batches[2].sha256 == batches[3].sha256 != batches[0].sha256
    assert json.loads(json.dumps(batches[6].result))["also_created"] == {"teams": 77, "villages": 68}
    assert batches[6].province.name == "Tỉnh Bạc Liêu"
