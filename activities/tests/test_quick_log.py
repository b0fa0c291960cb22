"""/activities/new/: a visit logged in under a minute, on a weak phone, once."""

import datetime
import gzip
import re
import uuid
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Status
from areas import actions as area_actions
from areas.models import Area
from teams import actions as team_actions

pytestmark = pytest.mark.django_db
NEW = "/activities/new/"


@pytest.fixture
def fill(team):
    """What a browser sends for a plain visit, with whatever differs."""

    def make(**changes):
        fields = {
            "uuid": str(uuid.uuid4()),
            "team": team.pk,
            "date": timezone.localdate().isoformat(),
            "kind": "home_visit",
            "audience": "elderly",
            "reached": "5",
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    return make


def test_a_leader_logs_a_visit_and_is_told_when(browse, cast, team, fill, place):
    client = browse(cast.leader)
    answer = client.post(NEW, fill(value_vneid_assists="3", households="2", topic="Cài VNeID"))
    activity = Activity.objects.get()
    assert answer.url == reverse("activities:sent", args=[activity.pk])
    assert (activity.team, activity.area, activity.reached, activity.households) == (team, place.village, 5, 2)
    assert activity.values.get().value == 3
    page = client.get(answer.url).content.decode()
    assert f"Đã gửi lúc {timezone.localtime(activity.entered_at):%H:%M}" in page
    assert "Ghi việc nữa" in page
    assert "Hoàn tác" in page


def test_a_leaders_only_team_is_not_asked_for(browse, cast, team):
    page = browse(cast.leader).get(NEW).content.decode()
    assert f'<input type="hidden" name="team" value="{team.pk}"' in page
    assert "<select" not in page
    assert page.count('type="submit"') - page.count("Đăng xuất</button>") == 1


def test_a_clerk_chooses_among_the_teams_of_the_commune(browse, cast, teams):
    page = browse(cast.clerk).get(NEW).content.decode()
    options = re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', page)
    assert options == [
        (str(teams[0].pk), "Tổ CNSCĐ Thôn 1, Xã Yên Định"),
        (str(teams[1].pk), "Tổ CNSCĐ Thôn 2, Xã Yên Định"),
    ]


def test_two_teams_of_one_name_are_told_apart_by_their_old_communes(browse, cast, teams):
    old = Area.objects.filter(successions__successor=teams[0].places.get().area.parent_edges.get().parent).first()
    ids = area_actions.create_villages(rows=[area_actions.NewVillage(old.pk, "Thôn 1", "thôn")], by=None)
    team_actions.found(
        area=Area.objects.get(pk=ids[0]),
        name="Tổ CNSCĐ Thôn 1",
        by=cast.officer,
        established=datetime.date(2024, 1, 1),
    )
    page = browse(cast.clerk).get(NEW).content.decode()
    assert "Tổ CNSCĐ Thôn 1, Xã Yên Định<" in page
    assert f"Tổ CNSCĐ Thôn 1, {old.name} (cũ)<" in page


def test_a_team_outside_the_users_area_is_refused(browse, cast, teams, fill):
    answer = browse(cast.clerk).post(NEW, fill(team=teams[2].pk))
    assert "Chọn tổ trong địa bàn của bạn." in answer.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "nobody"])
def test_who_may_not_log_is_refused(browse, cast, teams, role, fill):
    client = browse(getattr(cast, role))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, fill()).status_code == 403
    assert not Activity.objects.exists()


def test_nobody_logs_without_signing_in(browse):
    assert browse(None).get(NEW).url.startswith("/login/")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reached": ""}, "Nhập số lượt người."),
        ({"reached": "0"}, "Nhập số lượt từ 1 trở lên."),
        ({"reached": "-3"}, "Nhập số lượt từ 1 trở lên."),
        ({"reached": "2,5"}, "Viết số nguyên, ví dụ 12 hoặc 1.234."),
        ({"reached": "100001"}, "Nhập số lượt từ 1 đến 100.000."),
        ({"kind": None}, "Chọn việc đã làm."),
        ({"kind": "sleeping"}, "Chọn việc đã làm."),
        ({"audience": None}, "Chọn đối tượng."),
        ({"date": "2030-01-01"}, "Ngày không được sau hôm nay."),
        ({"date": "31/02/2026"}, "Không có ngày này. Viết ngày/tháng/năm."),
        ({"date": "2025-12-31"}, "Tổ hoạt động từ 01/01/2026. Chọn ngày từ hôm đó."),
        ({"value_qr_points_added": "1"}, "Số này không đi với việc “Đi từng ngõ, gõ từng nhà”. Để trống."),
        ({"value_vneid_assists": "ba"}, "Viết số nguyên, ví dụ 12 hoặc 1.234."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(browse, cast, fill, changes, sentence):
    answer = browse(cast.leader).post(NEW, fill(**{"topic": "Cài VNeID"} | changes))
    page = answer.content.decode()
    assert page.count(sentence) == 2  # in the box that takes the focus and at the field
    assert "<title>Lỗi: " in page
    assert 'value="Cài VNeID"' in page
    assert not Activity.objects.exists()


def test_numbers_are_taken_as_people_write_them(browse, cast, fill):
    browse(cast.leader).post(NEW, fill(reached=" 1.234 ", reason="Ngày hội chuyển đổi số"))
    assert Activity.objects.get().reached == 1234


def test_a_number_far_above_the_usual_asks_for_a_reason(browse, cast, fill, log):
    for day in range(1, 11):
        log(date=datetime.date(2026, 8, day), reached=4 * day)
    client = browse(cast.leader)
    page = client.post(NEW, fill(reached="320")).content.decode()
    assert "320 lượt một ngày, tổ thường ghi 4–40. Đúng thì ghi lý do." in page
    assert Activity.objects.count() == 10
    client.post(NEW, fill(reached="320", reason="Ngày hội chuyển đổi số của xã"))
    assert Activity.objects.get(reached=320).reason == "Ngày hội chuyển đổi số của xã"


def test_a_team_without_days_of_its_own_is_asked_by_what_all_teams_write(browse, cast, fill):
    page = browse(cast.leader).post(NEW, fill(reached="121")).content.decode()
    assert "121 lượt một ngày, các tổ thường ghi 5–60. Đúng thì ghi lý do." in page
    browse(cast.leader).post(NEW, fill(reached="120"))
    assert Activity.objects.get().reached == 120


def test_more_assists_than_people_asks_for_a_reason(browse, cast, fill):
    page = browse(cast.leader).post(NEW, fill(value_vneid_assists="8")).content.decode()
    assert "Lượt hỗ trợ kích hoạt VNeID: 8, nhiều hơn 5 lượt người. Đúng thì ghi lý do." in page
    assert not Activity.objects.exists()


def test_a_double_tap_is_one_row(browse, cast, fill):
    client, fields = browse(cast.leader), fill()
    first, second = client.post(NEW, fields), client.post(NEW, fields)
    assert Activity.objects.count() == 1
    assert first.url == second.url


def test_going_back_and_sending_something_else_is_told_instead_of_lost(browse, cast, fill):
    client, fields = browse(cast.leader), fill()
    client.post(NEW, fields)
    page = client.post(NEW, fields | {"reached": "9"}, follow=True).content.decode()
    assert "với nội dung khác. Muốn đổi thì bấm Sửa." in page
    assert Activity.objects.get().reached == 5


def test_the_next_log_starts_from_the_last_one(browse, cast, fill):
    client = browse(cast.leader)
    client.post(NEW, fill(kind="cashless", audience="traders"))
    page = client.get(NEW).content.decode()
    kinds = re.findall(r'name="kind" value="(\w+)"[^>]*?(checked)?>', page)
    assert kinds[0] == ("cashless", "checked")
    assert len(kinds) == 15
    assert re.search(r'name="audience" value="traders"[^>]*checked', page)
    assert "Việc bạn ghi gần đây" in page


def test_without_javascript_every_field_that_a_kind_may_need_is_there(browse, cast, team):
    page = browse(cast.leader).get(NEW).content.decode()
    for code in ("vneid_assists", "qr_points_added", "initiatives"):
        assert f'name="value_{code}"' in page
    assert 'data-kinds="infrastructure cashless campaign"' in page


def test_undo_takes_it_back_at_once(browse, cast, fill):
    client = browse(cast.leader)
    client.post(NEW, fill())
    activity = Activity.objects.get()
    page = client.post(reverse("activities:undo", args=[activity.pk]), follow=True).content.decode()
    activity.refresh_from_db()
    assert (activity.status, activity.void_reason) == (Status.VOID, "Hoàn tác ngay sau khi ghi")
    assert "Đã hoàn tác" in page


def test_only_who_logged_it_undoes_it_and_only_before_it_is_decided(browse, cast, log):
    activity = log(by=cast.clerk)
    url = reverse("activities:undo", args=[activity.pk])
    assert browse(cast.leader).post(url).status_code == 403
    assert browse(cast.other_clerk).post(url).status_code == 404
    Activity.objects.update(status=Status.APPROVED)
    assert browse(cast.clerk).post(url).status_code == 403


def test_who_has_very_many_teams_finds_one_by_its_name(browse, cast, teams, fill, monkeypatch):
    monkeypatch.setattr("activities.views.log.LISTED_TEAMS", 2)
    client = browse(cast.officer)
    page = client.get(NEW).content.decode()
    assert "Ghi việc cho tổ nào?" in page
    assert "<form" in page
    found = client.get(NEW, {"q": "thon 2"}).content.decode()
    assert f'href="?team={teams[1].pk}"' in found
    assert f'href="?team={teams[0].pk}"' not in found
    page = client.get(NEW, {"team": teams[1].pk}).content.decode()
    assert "Ghi việc – Tổ CNSCĐ Thôn 2" in page
    client.post(NEW, fill(team=teams[1].pk))
    assert Activity.objects.get().team == teams[1]
    assert client.get(NEW, {"team": "999999"}).status_code == 404


def test_a_clerk_without_teams_is_told_what_to_do(browse, cast):
    page = browse(cast.clerk).get(NEW).content.decode()
    assert "Chưa có tổ nào trong địa bàn của bạn." in page


def test_the_page_asks_the_database_little(browse, cast, team, fill, django_assert_max_num_queries):
    client = browse(cast.leader)
    client.get(NEW)
    with django_assert_max_num_queries(10):
        client.get(NEW)


def _weight(text: bytes) -> int:
    return len(gzip.compress(text, 6))


def test_the_first_load_is_within_100_kb_and_later_ones_within_15(browse, cast, team, log):
    for day in range(1, 11):
        log(date=datetime.date(2026, 8, day), by=cast.leader)
    page = browse(cast.leader).get(NEW).content
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page.decode()))
    assert {Path(urlparse(name).path).suffix for name in files} == {".css", ".js", ".svg"}
    assert not any("bootstrap.min" in name or "htmx" in name for name in files)
    static = sum(_weight(Path(finders.find(name)).read_bytes()) for name in files)
    assert _weight(page) <= 15_000
    assert _weight(page) + static <= 100_000
