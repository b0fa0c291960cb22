"""/sites/: list, one site, form, and the rules of the database."""

import datetime
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities.models import Site

pytestmark = pytest.mark.django_db
LIST, NEW = "/sites/", "/sites/new/"
FIELDS = {"kind": "qr_site", "name": "Nhà văn hóa thôn 1", "since": "01/09/2026"}


@pytest.fixture
def site(place, team):
    def make(**changes):
        facts = {
            "kind": "qr_site",
            "name": "Nhà văn hóa thôn 1",
            "area": place.village,
            "team": team,
            "since": datetime.date(2026, 9, 1),
        }
        return Site.objects.create(**(facts | changes))

    return make


def shown(page) -> list[int]:
    return [int(pk) for pk in re.findall(r'<a href="/sites/(\d+)/">', page.content.decode())]


def url(name: str, site: Site) -> str:
    return reverse(f"activities:{name}", args=[site.pk])


def test_a_clerk_chooses_the_place_and_registers_a_site(browse, cast, place, team):
    client = browse(cast.clerk)
    page = client.get(NEW, {"q": "thon 1"}).content.decode()
    assert f"area={place.village.pk}" in page
    fields = FIELDS | {
        "team": team.pk,
        "latitude": "19,8067",
        "longitude": "105.7852",
        "link": "thanhhoa.gov.vn/qr",
    }
    answer = client.post(f"{NEW}?area={place.village.pk}", fields)
    site = Site.objects.get()
    assert answer.url == url("site", site)
    assert (site.area, site.team, site.latitude, site.longitude) == (place.village, team, 19.8067, 105.7852)
    page = client.get(answer.url).content.decode()
    for words in ("Điểm gắn mã QR", "19,806700; 105,785200", "https://thanhhoa.gov.vn/qr", "Đang hoạt động"):
        assert words in page
    assert cast.clerk.pk == site.events.get().pgh_context.metadata["user"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Nhập tên."),
        ({"kind": ""}, "Chọn loại."),
        ({"since": ""}, "Nhập ngày bắt đầu."),
        ({"since": "01/01/2030"}, "Ngày không được sau hôm nay."),
        ({"until": "01/08/2026"}, "Ngày thôi không được trước ngày bắt đầu."),
        ({"latitude": "51,5", "longitude": "105"}, "Vĩ độ của Việt Nam từ 6 đến 24."),
        ({"latitude": "20", "longitude": "5"}, "Kinh độ của Việt Nam từ 101 đến 118."),
        ({"latitude": "20"}, "Nhập cả vĩ độ và kinh độ, hoặc để trống cả hai."),
        ({"latitude": "bắc", "longitude": "105"}, "Viết độ thập phân, ví dụ 19,8067."),
        ({"link": "không phải"}, "Viết liên kết đủ, ví dụ https://thanhhoa.gov.vn."),
        ({"link": "javascript:alert(1)"}, "Viết liên kết đủ, ví dụ https://thanhhoa.gov.vn."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_lost(browse, cast, place, changes, sentence):
    page = browse(cast.clerk).post(f"{NEW}?area={place.village.pk}", FIELDS | {"note": "đã gõ"} | changes)
    assert sentence in page.content.decode()
    assert "đã gõ" in page.content.decode()
    assert not Site.objects.exists()


def test_a_team_of_another_place_is_not_offered_or_taken(browse, cast, place, teams):
    client = browse(cast.clerk)
    address = f"{NEW}?area={place.village.pk}"
    assert f'value="{teams[1].pk}"' not in client.get(address).content.decode()
    assert "Chọn tổ đứng ở nơi này." in client.post(address, FIELDS | {"team": teams[1].pk}).content.decode()


def test_a_site_ends_on_a_day(browse, cast, site):
    one = site()
    client = browse(cast.clerk)
    client.post(url("site-edit", one), FIELDS | {"until": "15/10/2026"})
    one.refresh_from_db()
    assert one.until == datetime.date(2026, 10, 15)
    assert "Thôi từ 15/10/2026" in client.get(LIST).content.decode()
    assert list(Site.objects.standing_on(datetime.date(2026, 10, 14))) == [one]
    assert not Site.objects.standing_on(datetime.date(2026, 10, 15)).exists()
    assert not Site.objects.standing_on(datetime.date(2026, 8, 31)).exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [2, 1, 0]),
        ({"q": "cho thong minh"}, [2]),
        ({"q": "hac thanh"}, [1]),
        ({"kind": "wifi_point"}, [1]),
        ({"standing": "yes"}, [1, 0]),
        ({"standing": "no"}, [2]),
        ({"q": "không có"}, []),
    ],
)
def test_the_list_is_in_vietnamese_order_and_filters_find_without_accents(browse, cast, site, place, query, found):
    rows = [
        site(name="Đình làng"),
        site(name="Dân vận", kind="wifi_point", area=place.elsewhere, team=None),
        site(name="Chợ thông minh", kind="cashless_market", until=datetime.date(2026, 10, 1)),
    ]
    assert shown(browse(cast.officer).get(LIST, query)) == [rows[place].pk for place in found]


def test_sites_of_an_area_and_of_a_team(browse, cast, site, place, team):
    mine, far = site(), site(area=place.elsewhere, team=None)
    client = browse(cast.officer)
    assert shown(client.get(LIST, {"area": place.home.pk})) == [mine.pk]
    assert shown(client.get(LIST, {"team": team.pk})) == [mine.pk]
    assert set(shown(client.get(LIST, {"area": place.province.pk}))) == {mine.pk, far.pk}


def test_each_role_sees_its_own(browse, cast, site, place):
    mine, far = site(), site(area=place.elsewhere, team=None)
    assert shown(browse(cast.leader).get(LIST)) == [mine.pk]
    assert shown(browse(cast.clerk).get(LIST)) == [mine.pk]
    assert shown(browse(cast.other_clerk).get(LIST)) == [far.pk]
    for user in (cast.viewer, cast.outsider, cast.nobody):
        client = browse(user)
        assert shown(client.get(LIST)) == []
        for name in ("site", "site-edit", "site-history"):
            assert client.get(url(name, mine)).status_code == 404


def test_a_leader_reads_and_does_not_write(browse, cast, site, place):
    client = browse(cast.leader)
    one = site()
    page = client.get(url("site", one)).content.decode()
    assert "Sửa</a>" not in page
    assert client.get(url("site-edit", one)).status_code == 403
    assert client.get(NEW).status_code == 403
    assert browse(cast.clerk).get(f"{NEW}?area={place.elsewhere.pk}").status_code in (403, 404)


def test_the_history_tells_who_changed_what(browse, cast, site):
    one = site()
    client = browse(cast.clerk)
    client.post(url("site-edit", one), FIELDS | {"name": "Nhà văn hóa mới"})
    page = client.get(url("site-history", one)).content.decode()
    assert "Nhà văn hóa mới" in page
    assert "Trần Thị Bưởi" in page


def test_the_list_asks_the_database_little(browse, cast, site, django_assert_max_num_queries):
    for _ in range(5):
        site()
    client = browse(cast.clerk)
    client.get(LIST)
    with django_assert_max_num_queries(9):
        client.get(LIST, {"q": "nha"})


def test_an_empty_list_says_what_to_do(browse, cast):
    page = browse(cast.clerk).get(LIST).content.decode()
    assert "Chưa có điểm hay mô hình nào." in page
    assert f'href="{NEW}"' in page


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"until": datetime.date(2026, 8, 31)}, "site_until_after_since"),
        ({"latitude": 51.5}, "site_latitude_in_viet_nam"),
        ({"longitude": 5.0}, "site_longitude_in_viet_nam"),
    ],
)
def test_the_database_refuses(site, fields, constraint):
    one = site()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Site.objects.filter(pk=one.pk).update(**fields)
