"""Kind `returns`: the figures of communes by period."""

import datetime

import pytest

from activities.models import Return, ReturnValue
from imports.kinds.returns import ReturnResource
from imports.tests.test_teams import counts, only

pytestmark = pytest.mark.django_db

HEAD = ["STT", "Huyện", "Xã", "Kỳ báo cáo", "Chính quyền số", "", "Kinh tế số", "Xã hội số"]
HEAD_2 = [
    "", "", "", "", "Hồ sơ phải cấp kết quả", "Hồ sơ cấp kết quả điện tử", "Sản phẩm đưa lên sàn TMĐT, MXH (lũy kế)",
    "Chữ ký số cá nhân đã cấp trong kỳ",
]  # fmt: skip
MERGED = ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"]


def row(number=1, **cells):
    said = {"huyen": "Huyện Thượng", "xa": "Xã Đông", "ky": "Tháng 2/2024", "phai": 100, "dt": 95, "sp": 4, "ck": 7}
    return [number, *(said | cells).values()]


@pytest.fixture
def send(land, bring_in):
    return lambda *rows, **options: bring_in("returns", [HEAD, HEAD_2, *rows], merged=MERGED, **options)


def values_of(report):
    return dict(report.values.values_list("element__code", "value"))


def test_a_return_is_a_commune_and_a_statutory_period(send, land):
    assert counts(send(row(1), row(2, xa="Xã Tây"))) == (2, 0, 0, 0)
    report = Return.objects.get(area=land.dong)
    assert (report.calendar, report.kind, report.status, report.estimate) == ("statutory", "month", "approved", False)
    assert (report.period.lower, report.period.upper) == (datetime.date(2024, 1, 15), datetime.date(2024, 2, 15))
    # The file does not say when it was sent, so nobody can say whether it was on time.
    assert (report.due, report.submitted_at) == (datetime.date(2024, 2, 15), None)
    assert values_of(report) == {
        "dossiers_result_due": 100, "dossiers_e_result": 95, "products_online": 4, "personal_signatures": 7,
    }  # fmt: skip


def test_the_same_file_again_changes_nothing(send):
    rows = [row(1), row(2, ky="Tháng 3/2024")]
    send(*rows)
    assert counts(send(*rows)) == (0, 0, 2, 0)


def test_a_blank_cell_is_no_value_and_0_is_one(send, land):
    send(row(1, sp="", ck=0))
    assert values_of(Return.objects.get()) == {
        "dossiers_result_due": 100, "dossiers_e_result": 95, "personal_signatures": 0,
    }  # fmt: skip


def test_a_later_file_changes_values_and_a_blank_changes_none(send):
    send(row(1))
    assert counts(send(row(1, dt=96, ck=""))) == (0, 1, 0, 0)
    assert values_of(Return.objects.get()) == {
        "dossiers_result_due": 100, "dossiers_e_result": 96, "products_online": 4, "personal_signatures": 7,
    }  # fmt: skip


def test_the_qualifier_of_the_reporter_is_kept(send):
    send(row(1, ck="hơn 307.250"))
    value = ReturnValue.objects.get(element__code="personal_signatures")
    assert (value.value, value.qualifier) == (307250, "over")


def test_quarters_are_quarters(send):
    send(row(1, ky="Quý I/2024"))
    report = Return.objects.get()
    assert (report.kind, report.period.lower, report.period.upper) == (
        "quarter", datetime.date(2023, 12, 15), datetime.date(2024, 3, 15),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"ky": ""}, "Kỳ báo cáo", "missing"),
        ({"ky": "Tháng 13/2024"}, "Kỳ báo cáo", "not_a_period"),
        ({"ky": "Tháng 2"}, "Kỳ báo cáo", "year_missing"),
        ({"ky": "Tháng 12/2098"}, "Kỳ báo cáo", "period_in_future"),
        ({"xa": "Xã Bắc"}, "Xã", "place_unknown"),
        ({"dt": 101}, "Hồ sơ cấp kết quả điện tử", "part_over_whole"),
        ({"ck": 307.25}, "Chữ ký số cá nhân đã cấp trong kỳ", "thousands"),
        ({"phai": "", "dt": "", "sp": "", "ck": ""}, "Kỳ báo cáo", "no_values"),
    ],
)
def test_what_is_refused(send, cells, column, code):
    good = [row(n, xa="Xã Tây", ky=f"Tháng {n}/2023") for n in range(2, 10)]
    result = send(row(1, **cells), *good)
    assert counts(result) == (8, 0, 0, 1)
    assert (only(result)["row"], only(result)["column"], only(result)["code"]) == (3, column, code)


def test_a_period_after_the_communes_end_is_refused_with_what_followed(send, land):
    result = send(row(1, ky="Tháng 9/2024"), as_of=datetime.date(2024, 9, 30))
    assert (only(result)["code"], only(result)["suggestions"]) == ("outside_life", ["Xã Đông Tây"])
    assert counts(send(row(1, ky="Tháng 5/2024"), as_of=datetime.date(2024, 9, 30))) == (1, 0, 0, 0)


def test_flows_of_periods_that_overlap_are_refused_not_added(send):
    send(row(1))
    result = send(row(1, ky="Quý I/2024"))
    assert only(result)["code"] == "period_overlaps"
    assert Return.objects.count() == 1


def test_a_commune_has_one_row_a_period(send):
    result = send(row(1), row(2), row(3, ck=8))
    assert counts(result) == (1, 0, 1, 1)
    assert only(result)["code"] == "duplicate"


def test_what_a_clerk_brings_waits_for_approval_and_changes_nothing_approved(send, land, people):
    send(row(1, xa="Xã Nam", huyen="Huyện Hạ"), by=people.nam_clerk)
    report = Return.objects.get()
    assert (report.status, report.entered_by) == ("submitted", people.nam_clerk)
    assert counts(send(row(1, xa="Xã Nam", huyen="Huyện Hạ"), by=people.admin)) == (0, 1, 0, 0)
    report.refresh_from_db()
    assert report.status == "approved"
    result = send(row(1, xa="Xã Nam", huyen="Huyện Hạ", ck=9), by=people.nam_clerk)
    assert only(result)["code"] == "already_approved"
    assert counts(send(row(1, xa="Xã Nam", huyen="Huyện Hạ"), by=people.nam_clerk)) == (0, 0, 1, 0)


def test_no_heading_names_two_elements():
    seen = {}
    for name, column in ReturnResource().fields.items():
        for key in column.headings:
            assert seen.setdefault(key, name) == name
