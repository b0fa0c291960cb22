"""Home: what waits for each role today, and how their area stands."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import Grant
from activities.models import Activity, Return
from activities.periods import due_on, latest_ended
from areas.models import Area, Level
from imports.models import Batch
from members.models import Training
from reports import rollup
from reports.tests.pages import page, text_of, words

BUDGET = 8


def test_an_officer_sees_what_waits_with_counts_and_where_it_leads(client, scene, people):
    html = page(client, people.officer, "/").content.decode()
    said = text_of(html)
    assert "Duyệt 1 báo cáo của xã" in said
    assert "Duyệt 1 việc các tổ gửi" in said
    period = latest_ended(timezone.localdate())
    assert f"Nhắc 2 xã chưa nộp báo cáo {period.label.lower()}" in said  # Đông Tây and Nam
    assert f"hạn {due_on(period):%d/%m}" in said
    assert "Nhắc 5 tổ chưa ghi việc 30 ngày qua" in said
    assert 'href="/returns/?status=submitted"' in html
    assert 'href="/activities/?status=submitted"' in html
    assert f'href="/returns/missing/?period={period.token}"' in html


def test_the_title_counts_the_rows(client, scene, people):
    assert words(client, people.officer, "/").startswith("(4) Việc hôm nay")


def test_an_officer_sees_four_key_figures_and_the_areas_that_need_a_look(client, scene, people):
    html = page(client, people.officer, "/").content.decode()
    said = text_of(html)
    assert "Số tổ đang hoạt động 5 tổ" in said
    assert "Bình quân 1,20 người/tổ" in said
    attention = said[said.index("Địa bàn cần chú ý") :]
    assert "Huyện Thượng" in attention
    assert "còn 1 thôn chưa có tổ" in attention  # t2
    assert "các tổ chưa ghi việc nào" in attention
    assert f'href="/areas/{scene.land.province.pk}/"' in html


def test_a_clerk_is_asked_for_the_one_return_that_is_due(client, scene, people):
    html = page(client, people.clerk, "/").content.decode()
    period = latest_ended(timezone.localdate())
    assert f"Nộp báo cáo {period.label.lower()}" in html
    assert f'href="/returns/new/?period={period.token}"' in html
    assert "Duyệt" not in text_of(html)  # a clerk approves nothing
    assert "Nhắc 3 tổ chưa ghi việc" in html
    assert 'href="/imports/"' in html


def test_a_return_that_was_sent_waits_no_more(client, scene, people):
    period = latest_ended(timezone.localdate())
    Return.objects.create(area=scene.land.dong_tay, period=period.dates, status="submitted", due=due_on(period))
    assert "Nộp báo cáo" not in words(client, people.clerk, "/")


def test_a_leader_gets_one_large_button_the_months_counts_and_the_next_class(client, scene, people):
    today = timezone.localdate()
    Activity.objects.create(
        team=scene.teams["d1"], area=scene.land.d1, date=today.replace(day=1), kind="guidance", reached=84
    )
    Activity.objects.create(
        team=scene.teams["d2"], area=scene.land.d2, date=today.replace(day=1), kind="guidance", reached=100
    )
    Training.objects.create(
        code="L2",
        title="Lớp sắp tới",
        area=scene.land.province,
        date=today + datetime.timedelta(days=3),
        status="planned",
    )
    html = page(client, people.leader, "/").content.decode()
    assert 'class="btn btn-primary btn-large" href="/activities/new/"' in html
    assert "Tháng này: 1 việc, 84 lượt người." in text_of(html)
    assert "Lớp sắp tới, trực tiếp: còn 3 ngày" in html


def test_own_files_that_are_under_way_or_refused_rows_wait(client, scene, people):
    common = {"kind": "teams", "sha256": "0" * 64, "size": 1, "as_of": "2024-09-30"}
    Batch.objects.create(filename="do.xlsx", created_by=people.admin, state=Batch.State.APPLYING, **common)
    Batch.objects.create(filename="xong.xlsx", created_by=people.admin, state=Batch.State.DONE, refused=14, **common)
    Batch.objects.create(filename="nguoi-khac.xlsx", created_by=people.officer, state=Batch.State.APPLYING, **common)
    said = words(client, people.admin, "/")
    assert "Theo dõi do.xlsx đang ghi" in said
    assert "Sửa 14 dòng chưa nhận của xong.xlsx" in said
    assert "nguoi-khac.xlsx" not in said


def test_a_viewer_has_nothing_to_do_and_sees_figures(client, scene, people):
    said = words(client, people.viewer, "/")
    assert "Hôm nay không có việc chờ" in said
    assert "Số tổ đang hoạt động 5 tổ" in said
    assert "Ghi việc" not in said


def test_one_without_a_grant_is_told_whom_to_ask(client, people):
    assert "Bạn chưa được giao địa bàn nào" in words(client, people.stranger, "/")


def test_an_officer_of_a_district_that_ended_still_has_a_home(client, scene, people):
    district = Area.objects.get(level=Level.DISTRICT, name="Huyện Yên Định")
    Grant.objects.filter(user=people.district).update(area=district)
    rollup.fold_all()
    assert "Huyện Yên Định" in words(client, people.district, "/")


@pytest.mark.parametrize(
    "who",
    [
        "admin",
        "officer",
        "district",
        "clerk",
        "nam_clerk",
        "leader",
        "viewer",
        "country_viewer",
        "outsider",
        "stranger",
    ],
)
def test_home_takes_at_most_eight_queries(client, scene, people, django_assert_max_num_queries, who):
    client.force_login(getattr(people, who))
    with django_assert_max_num_queries(BUDGET):
        assert client.get("/").status_code == 200


# --- finding an area --------------------------------------------------------------------------------------------------


def test_an_area_is_found_without_accents_and_told_apart_by_what_it_is_in(client, scene, people):
    said = words(client, people.officer, "/areas/?q=xa+nam")
    assert "Xã Nam , Huyện Hạ, Tỉnh Mẫu" in said
    said = words(client, people.country_viewer, "/areas/?q=yen+tho")
    assert "Xã Yên Thọ (cũ) , Huyện Yên Định (cũ), Tỉnh Thanh Hóa" in said
    assert "Xã Yên Thọ (cũ) , Huyện Như Thanh (cũ), Tỉnh Thanh Hóa" in said


def test_areas_of_today_come_before_ended_ones(client, scene, people):
    said = words(client, people.officer, "/areas/?q=dong")
    assert said.index("Xã Đông Tây ,") < said.index("Xã Đông (cũ)")


def test_only_areas_of_the_readers_scope_are_found(client, scene, people):
    assert "Không thấy địa bàn nào tên “Nam”" in words(client, people.clerk, "/areas/?q=Nam")
    assert "Không thấy địa bàn nào" in words(client, people.stranger, "/areas/?q=ha+noi")


def test_without_a_name_the_reader_comes_to_the_own_dashboard(client, scene, people):
    response = page(client, people.officer, "/areas/")
    assert response["Location"] == f"/areas/{scene.land.province.pk}/"
    assert "Bạn chưa được giao địa bàn nào" in words(client, people.stranger, "/areas/")


def test_htmx_gets_the_found_areas_alone(client, scene, people):
    client.force_login(people.officer)
    html = client.get("/areas/?q=nam", headers={"HX-Request": "true"}).content.decode()
    assert "Xã Nam" in html
    assert "<html" not in html
