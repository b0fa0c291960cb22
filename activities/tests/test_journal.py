"""/activities/: the list, one activity, and what each role may do with it."""

import datetime
import re

import pytest
from django.db.models import Count
from django.urls import reverse

from activities import actions
from activities.models import Activity, Status
from areas.models import Area, Level

pytestmark = pytest.mark.django_db
LIST = "/activities/"


def url(name: str, activity) -> str:
    return reverse(f"activities:{name}", args=[activity.pk])


def shown(page) -> list[int]:
    """Ids of the activities in the list, in its order."""
    return [int(pk) for pk in re.findall(r'<a href="/activities/(\d+)/">', page.content.decode())]


def test_the_latest_comes_first_and_the_title_counts(browse, cast, log):
    first, second = log(date=datetime.date(2026, 8, 1)), log(date=datetime.date(2026, 9, 1))
    page = browse(cast.clerk).get(LIST)
    assert shown(page) == [second.pk, first.pk]
    assert "<title>(2) Nhật ký hoạt động" in page.content.decode()


def test_each_role_sees_its_own_rows(browse, cast, log, teams):
    mine, far = log(), log(team=teams[2])
    assert shown(browse(cast.leader).get(LIST)) == [mine.pk]
    assert shown(browse(cast.other_clerk).get(LIST)) == [far.pk]
    assert shown(browse(cast.outsider).get(LIST)) == []
    page = browse(cast.viewer).get(LIST)
    assert "Bạn xem được số theo địa bàn, không xem được từng dòng." in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "phong chong lua dao"}, [0]),
        ({"q": "LỪA đảo"}, [0]),
        ({"q": "to cnscd thon 2"}, [1]),
        ({"q": "hac thanh"}, [2]),
        ({"q": "không có"}, []),
        ({"kind": "cashless"}, [1]),
        ({"status": "void"}, [2]),
        ({"from": "2026-08-02"}, [2, 1]),
        ({"to": "2026-08-01"}, [0]),
        ({"from": "02/08/2026", "to": "02/08/2026"}, [1]),
        ({"by": "tran thi buoi"}, [0]),
        ({"q": "50%_\\"}, []),
    ],
)
def test_filters_find_without_accents(browse, cast, log, teams, query, found):
    rows = [
        log(date=datetime.date(2026, 8, 1), topic="Phòng chống lừa đảo"),
        log(date=datetime.date(2026, 8, 2), team=teams[1], kind="cashless", by=cast.officer),
        log(date=datetime.date(2026, 8, 3), team=teams[2], by=cast.officer),
    ]
    actions.void(activity=rows[2], reason="Nhầm", by=cast.officer)
    page = browse(cast.officer).get(LIST, query)
    assert shown(page) == [rows[place].pk for place in found]
    if not found:
        assert "Không có việc nào khớp." in page.content.decode()


def test_a_filter_that_cannot_be_read_is_told_and_filters_nothing(browse, cast, log):
    row = log()
    page = browse(cast.clerk).get(LIST, {"from": "hôm qua", "area": "999999999", "kind": "x"})
    assert shown(page) == [row.pk]
    assert "Không có ngày này." in page.content.decode()


def test_pages_go_on_by_key_and_keep_the_filters(browse, cast, log):
    rows = [log(date=datetime.date(2026, 8, 1)) for _ in range(60)]
    client = browse(cast.clerk)
    first = client.get(LIST, {"kind": "home_visit"})
    assert shown(first) == [row.pk for row in reversed(rows[10:])]
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    assert "kind=home_visit" in following
    assert shown(client.get(following)) == [row.pk for row in reversed(rows[:10])]
    fragment = client.get(following, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "60 việc" in fragment


def test_the_list_asks_the_database_little(browse, cast, log, django_assert_max_num_queries):
    for _ in range(5):
        log(values={"vneid_assists": 2})
    client = browse(cast.clerk)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(LIST, {"q": "thon", "status": "submitted", "from": "2026-01-01"})


# -- The rows behind a number ------------------------------------------------------------------------------------------


def test_the_rows_behind_a_number_are_listed_with_their_sum(browse, cast, log, teams, place):
    log(values={"vneid_assists": 3})
    log(team=teams[1], values={"vneid_assists": 0})
    log(team=teams[1])  # nothing of that element: not one of the rows
    log(team=teams[2], values={"vneid_assists": 100})  # another commune
    log(values={"vneid_assists": 50}, date=datetime.date(2026, 9, 15))  # another period
    void = log(values={"vneid_assists": 1000})
    actions.void(activity=void, reason="Nhầm", by=cast.clerk)
    query = {
        "area": place.home.pk,
        "from": "2026-08-15",
        "to": "2026-09-14",
        "element": "vneid_assists",
        "counted": "1",
    }
    page = browse(cast.officer).get(LIST, query)
    assert len(shown(page)) == 2
    assert re.search(r'VNeID: <span class="num">3</span> lượt</strong>, cộng từ 2 dòng', page.content.decode())


@pytest.mark.parametrize(
    ("element", "total"), [("people_reached", "12"), ("activities_logged", "2"), ("teams_with_activity", "1")]
)
def test_figures_that_logs_give_without_a_value_have_rows_too(browse, cast, log, place, element, total):
    log(reached=5)
    log(reached=7)
    page = browse(cast.officer).get(LIST, {"area": place.home.pk, "element": element, "counted": "1"})
    assert f'<span class="num">{total}</span>' in page.content.decode()


def test_households_that_nobody_counted_are_no_rows(browse, cast, log):
    log(households=None)
    row = log(households=0)
    page = browse(cast.officer).get(LIST, {"element": "households_reached"})
    assert shown(page) == [row.pk]


def test_a_merged_commune_adds_up_under_the_boundaries_of_today(browse, cast, log, place):
    """A log of 2024 in a commune that merged into Yên Định counts for Yên Định today, not then."""
    old = Area.objects.filter(successions__successor=place.home, successions__agreed=True).first()
    activity = log()
    Activity.objects.filter(pk=activity.pk).update(date=datetime.date(2024, 5, 1), area=old)
    client = browse(cast.officer)
    assert shown(client.get(LIST, {"area": place.home.pk, "element": "people_reached"})) == []
    assert shown(client.get(LIST, {"area": old.pk, "element": "people_reached"})) == [activity.pk]
    page = client.get(LIST, {"area": place.home.pk, "element": "people_reached", "basis": "today"})
    assert shown(page) == [activity.pk]
    assert "theo địa giới hiện hành (quy đổi)" in page.content.decode()


def test_a_row_whose_share_nobody_knows_is_shown_but_not_added(browse, cast, log, place):
    ended = Area.objects.filter(
        level=Level.COMMUNE,
        valid__endswith=datetime.date(2025, 7, 1),
        ancestry__ancestor=place.province,
        ancestry__during__contains=datetime.date(2026, 9, 1),
    )
    split = ended.annotate(parts=Count("successions", distinct=True)).filter(parts__gt=1).first()
    candidate = split.successions.first().successor
    activity = log(reached=7)
    Activity.objects.filter(pk=activity.pk).update(date=datetime.date(2024, 5, 1), area=split)
    client = browse(cast.officer)
    query = {"element": "people_reached", "basis": "today"}
    page = client.get(LIST, query | {"area": candidate.pk}).content.decode()
    assert '<span class="num">0</span>' in page
    assert "Không so sánh được: 1 dòng" in page
    page = client.get(LIST, query | {"area": place.province.pk}).content.decode()
    assert '<span class="num">7</span>' in page


# -- One activity ------------------------------------------------------------------------------------------------------


def test_the_detail_tells_everything(browse, cast, log):
    activity = log(values={"vneid_assists": 1234}, households=2, note="Bà cụ <b>mừng</b>", topic="Cài VNeID")
    page = browse(cast.leader).get(url("activity", activity)).content.decode()
    for words in ("Đi từng ngõ, gõ từng nhà", "01/09/2026", "1.234 lượt", "Thôn 1, Xã Yên Định", "Trần Thị Bưởi"):
        assert words in page
    assert "Bà cụ &lt;b&gt;mừng&lt;/b&gt;" in page
    assert "Chờ duyệt" in page


@pytest.mark.parametrize("name", ["activity", "sent", "edit", "void", "give-back", "history"])
@pytest.mark.parametrize("role", ["other_clerk", "outsider", "viewer", "nobody"])
def test_what_a_user_may_not_see_is_not_found(browse, cast, log, name, role):
    assert browse(getattr(cast, role)).get(url(name, log())).status_code == 404


def test_a_leader_and_a_clerk_do_not_approve_or_return(browse, cast, log):
    activity = log()
    for user in (cast.leader, cast.clerk):
        client = browse(user)
        page = client.get(url("activity", activity)).content.decode()
        assert "Duyệt việc này" not in page
        assert "Sửa" in page
        assert client.get(url("give-back", activity)).status_code == 403
        assert client.post(reverse("activities:approve"), {"id": activity.pk}).status_code == 403
    activity.refresh_from_db()
    assert activity.status == Status.SUBMITTED


def test_an_edit_keeps_the_place_and_waits_for_approval_again(browse, cast, log):
    activity = log(values={"vneid_assists": 3})
    actions.approve(activities=[activity], by=cast.officer)
    client = browse(cast.leader)
    page = client.get(url("edit", activity)).content.decode()
    assert "Việc này đã duyệt. Sửa xong thì chờ duyệt lại." in page
    assert re.search(r'name="reached" value="5"', page)
    assert re.search(r'name="value_vneid_assists" value="3"', page)
    fields = {"date": "2026-09-02", "kind": "guidance", "audience": "youth", "reached": "6", "value_vneid_assists": "4"}
    answer = client.post(url("edit", activity), fields)
    assert answer.url == url("activity", activity)
    activity.refresh_from_db()
    assert (activity.date, activity.kind, activity.reached, activity.status) == (
        datetime.date(2026, 9, 2),
        "guidance",
        6,
        Status.SUBMITTED,
    )
    assert activity.values.get().value == 4


def test_an_edit_keeps_a_number_that_its_kind_does_not_usually_have(browse, cast, log):
    activity = log(kind="meeting", values={"qr_points_added": 2})
    client = browse(cast.clerk)
    assert re.search(
        r'data-kinds="[^"]*meeting[^"]*">\s*<div[^>]*><label for="id_value_qr_points_added"',
        client.get(url("edit", activity)).content.decode(),
    )
    fields = {
        "date": "2026-09-01",
        "kind": "meeting",
        "audience": "other",
        "reached": "6",
        "value_qr_points_added": "2",
    }
    assert client.post(url("edit", activity), fields).status_code == 302
    assert activity.values.get().value == 2


def test_an_edit_with_errors_keeps_what_was_typed(browse, cast, log):
    activity = log()
    fields = {"date": "2030-01-01", "kind": "guidance", "audience": "youth", "reached": "6", "note": "chữ đã gõ"}
    page = browse(cast.leader).post(url("edit", activity), fields).content.decode()
    assert "Ngày không được sau hôm nay." in page
    assert "chữ đã gõ" in page
    activity.refresh_from_db()
    assert activity.reached == 5


def test_voiding_names_the_consequence_and_needs_a_reason(browse, cast, log):
    activity = log(households=2, values={"vneid_assists": 3})
    client = browse(cast.clerk)
    page = client.get(url("void", activity)).content.decode()
    assert "5 lượt người, 2 hộ, 3 lượt (Lượt hỗ trợ kích hoạt VNeID) sẽ bị trừ khỏi số liệu ngày 01/09/2026" in page
    assert "Ghi lý do hủy." in client.post(url("void", activity), {"reason": " "}).content.decode()
    client.post(url("void", activity), {"reason": "Ghi trùng"})
    activity.refresh_from_db()
    assert (activity.status, activity.void_reason) == (Status.VOID, "Ghi trùng")
    page = client.get(url("activity", activity)).content.decode()
    assert "Đã hủy: “Ghi trùng”" in page
    assert "Hủy việc này" not in page
    assert client.get(url("edit", activity)).status_code == 302


def test_an_officer_returns_with_a_reason_and_the_leader_sends_again(browse, cast, log):
    activity = log()
    officer, leader = browse(cast.officer), browse(cast.leader)
    assert "Ghi lý do trả lại." in officer.post(url("give-back", activity), {}).content.decode()
    officer.post(url("give-back", activity), {"reason": "Xem lại số lượt"})
    page = leader.get(url("activity", activity)).content.decode()
    assert "Đã trả lại: “Xem lại số lượt”" in page
    leader.post(url("edit", activity), {"date": "2026-09-01", "kind": "meeting", "audience": "other", "reached": "0"})
    activity.refresh_from_db()
    assert activity.status == Status.SUBMITTED


def test_an_officer_approves_many_at_once(browse, cast, log, teams):
    rows = [log(), log(team=teams[1]), log(team=teams[2])]
    client = browse(cast.officer)
    assert "Duyệt các việc đã chọn" in client.get(LIST).content.decode()
    page = client.post(reverse("activities:approve"), {"id": [rows[0].pk, rows[1].pk]}, follow=True).content.decode()
    assert "Đã duyệt 2 việc." in page
    assert set(Activity.objects.filter(status=Status.APPROVED)) == set(rows[:2])


def test_all_that_wait_in_a_filtered_list_are_approved_after_a_page_that_counts_them(browse, cast, log, teams):
    inside = [log(reason="Ngày hội", reached=300), log(team=teams[1])]
    outside = log(kind="cashless")
    client = browse(cast.officer)
    address = reverse("activities:approve") + "?kind=home_visit"
    page = client.get(address).content.decode()
    assert "Duyệt 2 việc?" in page
    assert "2 việc của 2 tổ, 305 lượt người." in page
    assert "“Ngày hội”" in page
    assert not Activity.objects.filter(status=Status.APPROVED).exists()
    client.post(address, {"all": "1"})
    assert set(Activity.objects.filter(status=Status.APPROVED)) == set(inside)
    outside.refresh_from_db()
    assert outside.status == Status.SUBMITTED


def test_an_officer_of_another_province_approves_nothing_here(browse, cast, log):
    activity = log()
    browse(cast.outsider).post(reverse("activities:approve"), {"id": activity.pk})
    activity.refresh_from_db()
    assert activity.status == Status.SUBMITTED


def test_the_history_tells_who_changed_what(browse, cast, log):
    activity = log(values={"vneid_assists": 3})
    actions.void(activity=activity, reason="Nhầm", by=cast.leader)
    page = browse(cast.officer).get(url("history", activity)).content.decode()
    for words in ("Nguyễn Văn A", "Trần Thị Bưởi", "Đã hủy", "Nhầm", "Lượt hỗ trợ kích hoạt VNeID"):
        assert words in page


def test_an_empty_journal_says_what_to_do(browse, cast, team):
    page = browse(cast.leader).get(LIST).content.decode()
    assert "Chưa có việc nào được ghi." in page
    assert 'href="/activities/new/"' in page
