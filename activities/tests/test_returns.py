"""/returns/: the form that is due, checks, sending, receipt, decisions."""

import datetime
import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from activities import receipts, returns
from activities.checks import Entry
from activities.models import DataElement, Return, ReturnValue, Status
from activities.periods import Calendar, Period, due_on, latest_ended
from areas.models import Area, Level

pytestmark = pytest.mark.django_db
LIST, NEW, MISSING = "/returns/", "/returns/new/", "/returns/missing/"
SEPTEMBER = Period.parse("2026-09")
GOOD = {"dossiers_received": 200, "dossiers_online": 120, "population_15": 5000, "payment_account_holders": 4100}


def url(name: str, report) -> str:
    return reverse(f"activities:{name}", args=[report.pk])


def entries(**values) -> dict[str, Entry]:
    return {code: Entry(Decimal(value)) for code, value in values.items()}


@pytest.fixture
def draft(place, cast):
    """A draft of Yên Định for a period, with figures."""

    def make(period=SEPTEMBER, area=None, estimate=False, **values):
        report = returns.start(area=area or place.home, period=period, estimate=estimate, by=cast.clerk)
        returns.save(report=report, entries=entries(**(values or GOOD)), note="", by=cast.clerk)
        return report

    return make


@pytest.fixture
def sent(draft, cast):
    def make(**kwargs):
        return returns.submit(report=draft(**kwargs), by=cast.clerk)

    return make


def typed(**values) -> dict[str, str]:
    return {f"value_{code}": value for code, value in values.items()}


# -- The form ----------------------------------------------------------------------------------------------------------


def test_a_clerk_opens_the_return_that_is_due_and_picks_nothing(browse, cast, place):
    period = latest_ended(timezone.localdate())
    page = browse(cast.clerk).get(NEW).content.decode()
    assert f"Báo cáo {period.label.lower()}, Xã Yên Định" in page
    assert f"Hạn {due_on(period):%d/%m/%Y}" in page
    for words in ("Chính quyền số", "Kinh tế số", "Xã hội số", "Khó khăn, kiến nghị", "Hồ sơ nộp trực tuyến"):
        assert words in page
    assert not Return.objects.exists()  # looking makes no row


def test_a_draft_keeps_what_is_typed_and_empty_is_not_zero(browse, cast, place):
    client = browse(cast.clerk)
    fields = typed(dossiers_received="1.234", dossiers_online="0", population_15="") | {
        "qualifier_dossiers_received": "over",
        "reason_dossiers_online": "Mất mạng",
        "note": "Thiếu kinh phí",
        "save": "1",
    }
    page = client.post(f"{NEW}?period=2026-09", fields, follow=True).content.decode()
    report = Return.objects.get()
    assert (report.status, report.area, report.note) == (Status.DRAFT, place.home, "Thiếu kinh phí")
    assert (report.due, report.period) == (datetime.date(2026, 9, 15), SEPTEMBER.dates)
    assert returns.entries_of(report) == {
        "dossiers_received": Entry(Decimal(1234), "over"),
        "dossiers_online": Entry(Decimal(0), "exact", "Mất mạng"),
    }
    assert "Đã lưu nháp lúc" in page
    assert 'name="value_dossiers_received" value="1.234"' in page
    assert 'name="value_dossiers_online" value="0"' in page
    assert not re.search(r'name="value_population_15" value', page)


def test_emptying_a_field_takes_its_value_away(browse, cast, draft):
    report = draft()
    browse(cast.clerk).post(url("return-edit", report), typed(dossiers_received="200") | {"save": "1"})
    assert set(returns.entries_of(report)) == {"dossiers_received"}


def test_opening_a_period_that_has_a_return_opens_that_one(browse, cast, draft, sent):
    report = draft()
    assert browse(cast.clerk).get(f"{NEW}?period=2026-09").url == url("return-edit", report)
    other = sent(period=Period.parse("2026-08"))
    assert browse(cast.clerk).get(f"{NEW}?period=2026-08").url == url("return", other)


def test_the_period_before_stands_beside(browse, cast, sent, draft):
    sent(period=Period.parse("2026-08"), dossiers_received=1180)
    page = browse(cast.clerk).get(url("return-edit", draft())).content.decode()
    assert '<td class="num" data-label="Kỳ trước">1.180</td>' in page


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("-1", "Nhập số từ 0 trở lên."),
        ("mười", "Viết số, ví dụ 1.234 hoặc 1.234,5."),
        ("12,5", "Số hồ sơ là số nguyên, ví dụ 1.234."),
        ("307,250", "307,250 là số đếm: có phải 307.250?"),
        ("1.23", "Viết số, ví dụ 1.234 hoặc 1.234,5."),
        ("9999999999999999", "Số quá lớn. Xem lại đơn vị tính."),
    ],
)
def test_a_number_that_cannot_be_read_is_told_and_nothing_is_lost(browse, cast, place, value, sentence):
    fields = typed(dossiers_received=value, dossiers_online="77") | {"save": "1"}
    page = browse(cast.clerk).post(f"{NEW}?period=2026-09", fields).content.decode()
    assert page.count(sentence) == 2
    assert "<title>Lỗi: " in page
    assert 'value="77"' in page
    assert not Return.objects.exists()


@pytest.mark.parametrize("period", ["2026-13", "abc", "2030-01"])
def test_a_period_that_is_none_or_has_not_begun_has_no_form(browse, cast, period):
    answer = browse(cast.clerk).get(f"{NEW}?period={period}")
    assert answer.status_code in (302, 404)
    assert not Return.objects.exists()


def test_a_period_outside_the_communes_life_is_refused(cast, place):
    old = Area.objects.filter(level=Level.COMMUNE, valid__endswith=datetime.date(2025, 7, 1)).first()
    with pytest.raises(ValidationError, match="không tồn tại trong tháng 9/2026"):
        returns.start(area=old, period=SEPTEMBER, by=cast.clerk)
    with pytest.raises(ValidationError, match="không tồn tại trong tháng 5/2025"):
        returns.start(area=place.home, period=Period.parse("2025-05"), by=cast.clerk)
    assert returns.start(area=place.home, period=Period.parse("2025-07"), by=cast.clerk).pk  # straddles the reform
    with pytest.raises(ValidationError, match="Báo cáo do xã"):
        returns.start(area=place.village, period=SEPTEMBER, by=cast.clerk)


def test_an_officer_finds_the_commune_first(browse, cast, place):
    client = browse(cast.officer)
    page = client.get(NEW, {"q": "yen dinh", "period": "2026-09"}).content.decode()
    assert re.search(rf'href="\?period=2026-09&amp;area={place.home.pk}"', page)
    assert f"area={place.other.pk}" not in page
    assert (
        "Báo cáo tháng 9/2026, Xã Yên Định"
        in client.get(NEW, {"area": place.home.pk, "period": "2026-09"}).content.decode()
    )


# -- Checks ------------------------------------------------------------------------------------------------------------


def test_a_part_larger_than_its_whole_cannot_be_sent(browse, cast, draft):
    report = draft(dossiers_result_due=100, dossiers_e_result=120)
    client = browse(cast.clerk)
    sentence = "Hồ sơ cấp kết quả điện tử: 120, nhiều hơn 100 (hồ sơ phải cấp kết quả). Sửa một trong hai."
    assert sentence in client.get(url("return-review", report)).content.decode()
    page = client.post(url("return-review", report)).content.decode()
    assert "Chưa gửi được, có 1 chỗ cần sửa" in page
    assert sentence in page
    report.refresh_from_db()
    assert report.status == Status.DRAFT


def test_a_whole_that_says_over_is_asked_about_instead_of_refused(cast, draft):
    report = draft()
    figures = {"traders": Entry(Decimal(100), "over"), "traders_with_qr": Entry(Decimal(120))}
    returns.save(report=report, entries=figures, note="", by=cast.clerk)
    with pytest.raises(ValidationError, match="Đúng thì ghi lý do"):
        returns.submit(report=report, by=cast.clerk)
    figures["traders_with_qr"] = Entry(Decimal(120), reason="Đếm cả chợ phiên")
    returns.save(report=report, entries=figures, note="", by=cast.clerk)
    assert returns.submit(report=report, by=cast.clerk).status == Status.SUBMITTED


@pytest.mark.parametrize(
    ("code", "old", "new", "asked"),
    [
        ("products_online", 14, 12, "Kỳ trước 14, kỳ này 12. Lý do giảm?"),
        ("products_online", 14, 15, ""),
        ("population", 5000, 4900, ""),
        ("population", 5000, 3000, "Kỳ trước 5.000, kỳ này 3.000. Đúng thì ghi lý do."),
        ("dossiers_received", 100, 301, "Kỳ trước 100, kỳ này 301. Đúng thì ghi lý do."),
        ("dossiers_received", 100, 300, ""),
        ("dossiers_received", 100, 33, "Kỳ trước 100, kỳ này 33. Đúng thì ghi lý do."),
        ("dossiers_received", 2, 9, ""),
    ],
)
def test_a_jump_wants_a_reason(cast, sent, draft, code, old, new, asked):
    sent(period=Period.parse("2026-08"), **{code: old})
    report = draft(**{code: new})
    if not asked:
        assert returns.submit(report=report, by=cast.clerk).status == Status.SUBMITTED
        return
    with pytest.raises(ValidationError) as error:
        returns.submit(report=report, by=cast.clerk)
    assert error.value.messages == [asked]
    returns.save(report=report, entries={code: Entry(Decimal(new), reason="Rà soát lại")}, note="", by=cast.clerk)
    assert returns.submit(report=report, by=cast.clerk).status == Status.SUBMITTED


def test_figures_all_the_same_as_before_are_told(browse, cast, sent, draft):
    same = GOOD | {"households": 1000}
    sent(period=Period.parse("2026-08"), **same)
    page = browse(cast.clerk).get(url("return-review", draft(**same))).content.decode()
    assert "5/5 ô giống hệt kỳ trước. Xem lại trước khi gửi." in page


def test_an_empty_return_is_not_sent(cast, place):
    report = returns.start(area=place.home, period=SEPTEMBER, by=cast.clerk)
    with pytest.raises(ValidationError, match="Chưa có số nào"):
        returns.submit(report=report, by=cast.clerk)


# -- Sending -----------------------------------------------------------------------------------------------------------


def test_sending_gives_a_receipt_with_number_time_and_code(browse, cast, draft):
    report = draft()
    client = browse(cast.clerk)
    answer = client.post(url("return-review", report))
    assert answer.url == url("return-receipt", report)
    page = client.get(answer.url).content.decode()
    report.refresh_from_db()
    assert report.status == Status.SUBMITTED
    assert "2026-09-15469-01" in page
    assert report.fingerprint[:16] in page
    assert len(report.fingerprint) == 64
    late = (timezone.localdate() - report.due).days
    assert f"nộp trễ {late} ngày" in page
    assert "Số liệu đã khác lúc gửi" not in page


def test_a_receipt_tells_when_a_figure_was_changed_behind_it(browse, cast, sent):
    report = sent()
    ReturnValue.objects.filter(report=report, element__code="dossiers_received").update(value=999)
    assert "Số liệu đã khác lúc gửi" in browse(cast.clerk).get(url("return-receipt", report)).content.decode()


def test_a_draft_has_no_receipt(browse, cast, draft):
    assert browse(cast.clerk).get(url("return-receipt", draft())).status_code == 404


def test_what_is_sent_cannot_be_edited_or_sent_again(browse, cast, sent):
    report = sent()
    assert browse(cast.clerk).get(url("return-edit", report)).url == url("return", report)
    with pytest.raises(ValidationError, match="Báo cáo đã gửi, không sửa được"):
        returns.save(report=report, entries=entries(dossiers_received=1), note="", by=cast.clerk)
    with pytest.raises(ValidationError, match="Báo cáo này đã gửi"):
        returns.submit(report=report, by=cast.clerk)


def test_an_element_that_returns_do_not_give_is_refused(cast, draft):
    with pytest.raises(ValidationError, match="Không có chỉ tiêu “vneid_assists” trong báo cáo"):
        draft(vneid_assists=1)


def test_two_flow_returns_of_overlapping_periods_are_refused_in_words(cast, draft):
    draft(dossiers_received=100, population=5000)
    quarter = returns.start(area=draft().area, period=Period.parse("2026-Q3"), by=cast.clerk)
    returns.save(report=quarter, entries=entries(population=5000), note="", by=cast.clerk)  # a stock may
    with pytest.raises(ValidationError, match="chồng lên kỳ này"):
        returns.save(report=quarter, entries=entries(dossiers_received=300), note="", by=cast.clerk)
    assert set(returns.entries_of(quarter)) == {"population"}


def test_an_estimate_stands_beside_the_final_return(cast, draft):
    estimate, final = draft(estimate=True), draft()
    assert estimate.pk != final.pk
    estimate = returns.submit(report=estimate, by=cast.clerk)
    assert receipts.number_of(estimate) == "2026-09-15469-01U"


# -- Decisions ---------------------------------------------------------------------------------------------------------


def test_an_officer_approves_and_returns_with_a_reason(browse, cast, sent):
    report = sent()
    officer, clerk = browse(cast.officer), browse(cast.clerk)
    officer.post(reverse("activities:return-approve"), {"id": report.pk})
    report.refresh_from_db()
    assert report.status == Status.APPROVED
    assert "Ghi lý do trả lại." in officer.post(url("return-give-back", report), {}).content.decode()
    assert "Hạn mới không được trước hôm nay." in (
        officer.post(url("return-give-back", report), {"reason": "x", "due": "01/01/2026"}).content.decode()
    )
    due = timezone.localdate() + datetime.timedelta(days=3)
    officer.post(url("return-give-back", report), {"reason": "Xem lại ô 4", "due": f"{due:%d/%m/%Y}"})
    report.refresh_from_db()
    assert (report.status, report.due) == (Status.RETURNED, due)
    page = clerk.get(url("return", report)).content.decode()
    assert "Trả lại: “Xem lại ô 4”" in page
    assert clerk.get(url("return-receipt", report)).status_code == 404
    clerk.post(url("return-edit", report), typed(dossiers_received="210") | {"review": "1"})
    clerk.post(url("return-review", report))
    report.refresh_from_db()
    assert (report.status, report.submissions, report.decision_reason) == (Status.SUBMITTED, 2, "")
    assert "2026-09-15469-02" in clerk.get(url("return-receipt", report)).content.decode()
    assert "đúng hạn" in clerk.get(url("return-receipt", report)).content.decode()


def test_a_clerk_does_not_decide(browse, cast, sent):
    report = sent()
    client = browse(cast.clerk)
    assert client.post(reverse("activities:return-approve"), {"id": report.pk}).status_code == 403
    assert client.get(url("return-give-back", report)).status_code == 403
    page = client.get(url("return", report)).content.decode()
    assert "Duyệt báo cáo" not in page


def test_an_officer_reads_but_a_foreign_one_decides_nothing(browse, cast, sent):
    report = sent()
    browse(cast.outsider).post(reverse("activities:return-approve"), {"id": report.pk})
    report.refresh_from_db()
    assert report.status == Status.SUBMITTED


@pytest.mark.parametrize("name", ["return", "return-edit", "return-review", "return-receipt", "return-give-back"])
@pytest.mark.parametrize("role", ["other_clerk", "outsider", "viewer", "leader", "nobody"])
def test_what_a_user_may_not_see_is_not_found(browse, cast, sent, name, role):
    assert browse(getattr(cast, role)).get(url(name, sent())).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "leader", "nobody"])
def test_who_may_not_enter_returns_is_refused(browse, cast, role):
    assert browse(getattr(cast, role)).get(NEW).status_code == 403


def test_a_clerk_enters_no_return_of_another_commune(browse, cast, place):
    answer = browse(cast.clerk).post(
        f"{NEW}?area={place.other.pk}&period=2026-09", typed(population="1") | {"save": "1"}
    )
    assert answer.status_code == 404
    assert not Return.objects.exists()


# -- Lists -------------------------------------------------------------------------------------------------------------


def shown(page) -> list[int]:
    return [int(pk) for pk in re.findall(r'<a href="/returns/(\d+)/">', page.content.decode())]


def test_the_clerks_list_starts_with_what_is_due(browse, cast, sent):
    report = sent(period=Period.parse("2026-08"))
    page = browse(cast.clerk).get(LIST)
    assert shown(page) == [report.pk]
    period = latest_ended(timezone.localdate())
    assert f"Nhập báo cáo {period.label.lower()}" in page.content.decode()


def test_an_officer_sees_who_has_sent_and_who_has_not(browse, cast, sent, draft, place):
    sent()
    draft(area=place.other)
    client = browse(cast.officer)
    page = client.get(LIST, {"period": "2026-09"}).content.decode()
    assert "Báo cáo tháng 9/2026, 166 xã: 1 đã nộp (1 trễ), " in page
    assert "165 chưa nộp" in page
    missing = client.get(MISSING, {"period": "2026-09", "after": ""}).content.decode()
    assert "(165) xã chưa nộp báo cáo tháng 9/2026" in missing
    assert "Xã Yên Định" not in missing


def test_a_commune_that_has_ended_is_told_as_such_in_the_list_and_on_its_return(browse, cast, sent, place):
    old = Area.objects.filter(successions__successor=place.home, successions__agreed=True).first()
    report = sent(period=Period.parse("2025-05"), area=old)
    client = browse(cast.officer)
    assert f"{old.name} (cũ)" in client.get(LIST).content.decode()
    assert f"{old.name} (cũ)" in client.get(url("return", report)).content.decode()


def test_a_return_may_be_late_by_the_hour_in_viet_nam(browse, cast, sent):
    report = sent()
    # 23:30 on the last day in Viet Nam is still that day; the server's clock in UTC is not asked.
    last = datetime.datetime(2026, 9, 15, 16, 30, tzinfo=datetime.UTC)
    Return.objects.filter(pk=report.pk).update(submitted_at=last)
    page = browse(cast.officer).get(LIST, {"period": "2026-09"}).content.decode()
    assert "1 đã nộp, " in page
    Return.objects.filter(pk=report.pk).update(submitted_at=last + datetime.timedelta(hours=1))
    page = browse(cast.officer).get(LIST, {"period": "2026-09"}).content.decode()
    assert "1 đã nộp (1 trễ), " in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "yen dinh"}, [1, 0]),
        ({"q": "hac thanh"}, [2]),
        ({"period": "2026-08"}, [0]),
        ({"status": "approved"}, [2]),
        ({"status": "returned"}, []),
        ({"period": "2026-08", "q": "hac thanh"}, []),
    ],
)
def test_filters(browse, cast, sent, place, query, found):
    rows = [
        sent(period=Period.parse("2026-08")),
        sent(period=Period.parse("2026-09")),
        sent(period=Period.parse("2026-07"), area=place.other),
    ]
    returns.approve(reports=[rows[2]], by=cast.officer)
    assert shown(browse(cast.officer).get(LIST, query)) == [rows[place].pk for place in found]


def test_the_list_asks_the_database_little(browse, cast, sent, django_assert_max_num_queries):
    for month in (6, 7, 8):
        sent(period=Period.parse(f"2026-{month:02d}"))
    client = browse(cast.officer)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(LIST, {"q": "dinh"})


def test_the_form_asks_the_database_little(browse, cast, sent, draft, django_assert_max_num_queries):
    sent(period=Period.parse("2026-08"))
    report, client = draft(), browse(cast.clerk)
    client.get(url("return-edit", report))
    with django_assert_max_num_queries(10):
        client.get(url("return-edit", report))


def test_the_history_tells_who_changed_what(browse, cast, sent):
    report = sent()
    page = browse(cast.officer).get(url("return-history", report)).content.decode()
    assert "Trần Thị Bưởi" in page
    assert "Hồ sơ tiếp nhận" in page


# -- The rows behind a number ------------------------------------------------------------------------------------------


def facts(client, element, **query):
    """Ids of the rows and the printed sum."""
    page = client.get(LIST, {"element": element, "counted": "1"} | query)
    total = re.search(r'<strong>[^<]+<span class="num">([^<]+)</span>', page.content.decode())
    return set(shown(page)), total[1]


def test_a_flow_is_made_of_the_returns_of_its_period(browse, cast, sent, draft, place):
    july, august = (
        sent(period=Period.parse("2026-07"), dossiers_received=100),
        sent(period=Period.parse("2026-08"), dossiers_received=150),
    )
    draft(period=Period.parse("2026-09"), dossiers_received=200)  # not counted
    sent(period=Period.parse("2026-08"), area=place.other, dossiers_received=1000)
    client = browse(cast.officer)
    span = {"from": "2026-06-15", "to": "2026-09-14", "area": place.home.pk}
    assert facts(client, "dossiers_received", **span) == ({july.pk, august.pk}, "250")
    assert facts(client, "dossiers_received", **span | {"to": "2026-07-14"}) == ({july.pk}, "100")
    assert facts(client, "dossiers_received", **span | {"calendar": "civil"}) == (set(), "0")
    assert facts(client, "dossiers_received", **span | {"area": place.province.pk})[1] == "1.250"


def test_a_final_return_takes_the_place_of_its_estimate(browse, cast, sent, place):
    sent(estimate=True, dossiers_received=90)
    final = sent(dossiers_received=100)
    span = {"from": "2026-08-15", "to": "2026-09-14", "area": place.home.pk}
    assert facts(browse(cast.officer), "dossiers_received", **span) == ({final.pk}, "100")


def test_a_running_total_is_the_last_one_of_each_commune(browse, cast, sent, place):
    sent(period=Period.parse("2026-07"), qr_sites=10)
    august = sent(period=Period.parse("2026-08"), qr_sites=12)
    other = sent(period=Period.parse("2026-07"), area=place.other, qr_sites=5)
    client = browse(cast.officer)
    query = {"area": place.province.pk, "from": "2026-08-15"}
    assert facts(client, "qr_sites", to="2026-09-14", **query) == ({august.pk, other.pk}, "17")
    assert facts(client, "qr_sites", to="2026-07-20", **query)[1] == "15"


def test_the_total_of_a_merged_commune_ends_with_its_successors_first(browse, cast, sent, place):
    old = Area.objects.filter(successions__successor=place.home, successions__agreed=True).first()
    before = sent(period=Period.parse("2025-05"), area=old, qr_sites=7)
    client = browse(cast.officer)
    query = {"basis": "today", "area": place.home.pk, "from": "2025-01-01"}
    assert facts(client, "qr_sites", to="2025-12-14", **query) == ({before.pk}, "7")
    after = sent(period=Period.parse("2025-09"), qr_sites=20)
    assert facts(client, "qr_sites", to="2025-12-14", **query) == ({after.pk}, "20")
    assert facts(client, "qr_sites", to="2025-07-14", **query) == ({before.pk}, "7")


# -- Rules that the database itself keeps ------------------------------------------------------------------------------


def test_the_database_takes_one_return_for_a_period(draft):
    report = draft()
    with pytest.raises(IntegrityError, match="return_once_per_period"), transaction.atomic():
        Return.objects.create(area=report.area, period=SEPTEMBER.dates, due=report.due)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "returned"}, "return_returned_needs_reason"),
        ({"status": "lost"}, "return_status_known"),
        ({"period": DateRange(None, datetime.date(2026, 9, 15))}, "return_period_closed"),
        ({"period": DateRange(datetime.date(2026, 9, 15), None)}, "return_period_closed"),
    ],
)
def test_the_database_refuses(draft, fields, constraint):
    report = draft()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Return.objects.filter(pk=report.pk).update(**fields)


def test_the_database_refuses_two_flows_of_one_element_over_the_same_days(draft, cast):
    first = draft(dossiers_received=100)
    second = returns.start(area=first.area, period=Period.parse("2026-Q3"), by=cast.clerk)
    civil = returns.start(area=first.area, period=Period.parse("2026-09", Calendar.CIVIL), by=cast.clerk)
    element = DataElement.objects.get(code="dossiers_received")
    for report in (second, civil):
        with pytest.raises(IntegrityError, match="return_flow_periods_apart"), transaction.atomic():
            ReturnValue.objects.create(report=report, element=element, value=1)
    stock = DataElement.objects.get(code="population")
    for report in (first, second):
        assert ReturnValue.objects.create(report=report, element=stock, value=1).pk


def test_the_database_refuses_a_negative_value_and_an_element_twice(draft):
    report = draft()
    with pytest.raises(IntegrityError, match="return_value_not_negative"), transaction.atomic():
        ReturnValue.objects.filter(report=report).update(value=-1)
    element = DataElement.objects.get(code="population_15")
    with pytest.raises(IntegrityError, match="return_value_once"), transaction.atomic():
        ReturnValue.objects.create(report=report, element=element, value=1)
