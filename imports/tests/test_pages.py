"""The pages of imports: upload, progress, result, refused rows, and who may see which batch."""

import datetime
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports import actions
from imports.models import Batch
from imports.tests.conftest import TEAM_HEAD, team_row, write_xlsx
from teams.models import Team

pytestmark = pytest.mark.django_db

DENIED = ("viewer", "country_viewer", "leader", "stranger")
ONE_BAD = [TEAM_HEAD, team_row(1), team_row(2, thon="Thôn 2", to="Tổ 2", ra_mat="31/02/2023")]


def upload(rows=ONE_BAD, name="Đông.xlsx"):
    out = io.BytesIO()
    write_xlsx(out, {"DS": rows})
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def send(client, people, django_capture_on_commit_callbacks, monkeypatch):
    """Uploads as somebody through the page; the worker's task runs when the request has been answered."""
    from imports import tasks

    monkeypatch.setattr(tasks.run_batch, "delay", lambda pk: tasks.run_batch(pk))

    def act(who="admin", files=None, run=True, **data):
        client.force_login(getattr(people, who))
        files = upload() if files is None else files
        data = {"kind": "teams", "as_of": "31/03/2024", "files": files} | data
        with django_capture_on_commit_callbacks(execute=run):
            return client.post(reverse("imports:list"), data)

    return act


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_an_upload_is_read_applied_and_told(send, client):
    response = send()
    batch = Batch.objects.get()
    assert response["Location"] == reverse("imports:batch", args=[batch.pk])
    assert (batch.state, batch.created, batch.refused, batch.province.name) == ("done", 1, 1, "Tỉnh Mẫu")
    assert (batch.filename, batch.created_by.name) == ("Đông.xlsx", "Quản trị Mẫu")
    page = text(client.get(response["Location"]))
    assert "Đã ghi 1 dòng, 1 dòng chưa nhận." in page
    for said in ("Dòng 3", "Ngày ra mắt", "“31/02/2023”", "Không có ngày này. Sửa thành ngày đúng.", "Tải tệp để sửa"):
        assert said in page
    assert Team.objects.count() == 1


def test_what_a_user_uploads_gives_what_the_command_gives(send, land, tmp_path):
    send()
    path = tmp_path / "a.xlsx"
    write_xlsx(path, {"DS": ONE_BAD})
    result = actions.import_file(kind="teams", path=path, as_of=datetime.date(2024, 3, 31), province="00")
    told = result.as_dict()
    stored = Batch.objects.order_by("pk").first().result
    same = told.keys() - {"created", "unchanged"}
    assert {key: stored[key] for key in same} == {key: told[key] for key in same}
    assert (result.created, result.unchanged) == (0, stored["created"])


def test_while_it_waits_the_page_asks_again_each_second_and_also_without_javascript(send, client):
    response = send(run=False)
    page = text(client.get(response["Location"]))
    assert 'hx-trigger="load delay:1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "Đang chờ máy chủ đọc tệp." in page
    Batch.objects.update(state="checking", rows_done=3100, rows_total=5000)
    fragment = client.get(response["Location"] + "?said=1", headers={"HX-Request": "true"})
    said = text(fragment)
    assert "<html" not in said
    assert "3.100/5.000 dòng" in said
    assert 'data-announce="Đang kiểm tra: 3.100/5.000 dòng"' in said
    assert "data-announce" not in text(client.get(response["Location"] + "?said=2", headers={"HX-Request": "true"}))


def test_a_batch_behind_others_says_so(send, client):
    send(run=False)
    response = send(run=False)
    assert "Đang chờ, còn 1 tệp phía trước." in text(client.get(response["Location"]))


def test_several_files_are_several_batches(send, client):
    response = send(files=[upload(), upload([TEAM_HEAD, team_row(1, xa="Xã Tây")], "Tây.xlsx")])
    assert response["Location"] == reverse("imports:list")
    assert [batch.filename for batch in Batch.objects.order_by("pk")] == ["Đông.xlsx", "Tây.xlsx"]
    page = text(client.get(response["Location"]))
    assert "Đã nhận 2 tệp" in page
    assert "Đông.xlsx" in page


def test_a_file_seen_before_is_told(send, client):
    send()
    response = send()
    page = text(client.get(response["Location"]))
    assert "Không có gì mới để ghi" in page
    assert re.search(r"Tệp này đã nhập ngày \d\d/\d\d/\d{4}", page)
    assert Team.objects.count() == 1


def test_a_file_that_cannot_be_used_is_told_in_a_sentence(send, client):
    response = send(files=SimpleUploadedFile("a.xlsx", b"<html></html>"))
    batch = Batch.objects.get()
    assert (batch.state, batch.error) == ("failed", "Đây không phải tệp bảng tính. Cổng nhận xlsx, xls, ods, csv.")
    assert batch.error in text(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": ""}, "Chọn loại danh sách."),
        ({"as_of": "32/13/2024"}, "Ghi ngày/tháng/năm, ví dụ 30/09/2024."),
        ({"as_of": ""}, "Nhập ngày của số liệu."),
        ({"files": ""}, "Chọn tệp."),
        ({"files": SimpleUploadedFile("a.docx", b"x")}, "“a.docx” không phải tệp bảng tính."),
        ({"files": SimpleUploadedFile("a.xlsx", b"")}, "Tệp trống."),
        ({"files": SimpleUploadedFile("a.xlsx", bytes(20 * 1024 * 1024 + 1))}, "lớn hơn 20 MB"),
    ],
    ids=["kind", "day", "no day", "no file", "docx", "empty", "large"],
)
def test_mistakes_in_the_form_are_told_and_nothing_typed_is_lost(send, data, sentence):
    response = send(**data)
    assert response.status_code == 422
    page = text(response)
    assert sentence in page
    assert "chỗ cần sửa" in page
    if "as_of" not in data:
        assert 'value="31/03/2024"' in page
    assert not Batch.objects.exists()


def test_the_refused_rows_come_back_as_a_workbook(send, client):
    send()
    batch = Batch.objects.get()
    response = client.get(reverse("imports:refused_workbook", args=[batch.pk]))
    assert "attachment" in response["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue()))["DS"]
    assert sheet["J2"].value.startswith("Dòng 3. Ngày ra mắt:")
    page = text(client.get(reverse("imports:refused", args=[batch.pk])))
    assert "Chưa nhận: 1 dòng" in page
    assert "Tải tệp 1 dòng" in page


def test_refused_rows_are_grouped_by_reason_the_largest_first(send, client):
    rows = [TEAM_HEAD, team_row(1, ra_mat="x"), *(team_row(n, xa=f"Xã {n}") for n in (2, 3))]
    rows += [team_row(n, xa="Xã Bắc", thon=f"Thôn {n}") for n in range(4, 8)]
    send(files=upload(rows))
    page = client.get(reverse("imports:refused", args=[Batch.objects.get().pk]))
    assert [told["row"] for told in page.context["page"].object_list][:4] == [5, 6, 7, 8]


def test_the_uploaded_file_can_be_had_again(send, client):
    send()
    response = client.get(reverse("imports:file", args=[Batch.objects.get().pk]))
    assert response.getvalue()[:2] == b"PK"
    assert "attachment" in response["Content-Disposition"]


def test_a_file_that_is_gone_leaves_its_result(send, client):
    send()
    batch = Batch.objects.get()
    batch.file.storage.delete(batch.file.name)
    for name in ("file", "refused_workbook"):
        response = client.get(reverse(f"imports:{name}", args=[batch.pk]), follow=True)
        assert "Tệp gốc của lô này không còn" in text(response)


@pytest.mark.parametrize("who", DENIED)
def test_who_may_not_import_sees_no_form_and_no_batch(send, client, people, who):
    send()
    client.force_login(getattr(people, who))
    assert client.get(reverse("imports:list")).status_code == 403
    assert client.get(reverse("imports:batch", args=[Batch.objects.get().pk])).status_code == 404
    assert send(who).status_code == 403


@pytest.mark.parametrize("who", ["clerk", "nam_clerk", "district", "outsider"])
def test_batches_of_others_are_not_found(send, client, people, who):
    send()
    client.force_login(getattr(people, who))
    for name in ("batch", "refused", "refused_workbook", "file"):
        assert client.get(reverse(f"imports:{name}", args=[Batch.objects.get().pk])).status_code == 404
    assert "Đông.xlsx" not in text(client.get(reverse("imports:list")))


def test_the_officers_of_the_province_see_what_its_communes_brought(send, client, people):
    rows = [TEAM_HEAD, team_row(1, huyen="Huyện Hạ", xa="Xã Nam")]
    response = send("nam_clerk", files=upload(rows, "Nam.xlsx"))
    assert Batch.objects.get().created == 1
    client.force_login(people.officer)
    assert client.get(response["Location"]).status_code == 200
    assert "Nam.xlsx" in text(client.get(reverse("imports:list")))


@pytest.mark.parametrize(
    ("who", "taken"),
    [("admin", 3), ("officer", 3), ("clerk", 2), ("nam_clerk", 1), ("district", 2), ("outsider", 0)],
)
def test_rows_outside_ones_area_are_refused(send, who, taken):
    """The clerk of Đông Tây, and the district above it, bring in what became of Đông and Tây."""
    rows = [
        TEAM_HEAD,
        team_row(1),
        team_row(2, xa="Xã Tây", thon="Bản Mới", to="Tổ bản Mới"),
        team_row(3, huyen="Huyện Hạ", xa="Xã Nam"),
    ]
    send(who, files=upload([["TỈNH MẪU"], *rows]))
    batch = Batch.objects.get()
    assert (batch.created, batch.refused) == (taken, 3 - taken)
    assert {told["code"] for told in batch.result["refusals"]} <= {"out_of_scope"}
    assert Team.objects.count() == taken


def test_the_result_of_a_large_batch_stays_a_small_page(send, client, django_assert_max_num_queries):
    rows = [TEAM_HEAD, *(team_row(n, xa=f"Xã {n}") for n in range(1, 400))]
    response = send(files=upload(rows))
    with django_assert_max_num_queries(10):
        page = client.get(response["Location"])
    assert len(page.content) < 60_000
    assert "Xem hết, còn 379 chỗ" in text(page)
    refused = client.get(reverse("imports:refused", args=[Batch.objects.get().pk]) + "?page=2")
    assert len(refused.context["page"].object_list) == 100


def test_the_list_asks_the_database_little_however_long_it_is(send, client, people, django_assert_max_num_queries):
    for _ in range(3):
        send()
    with django_assert_max_num_queries(10):
        client.get(reverse("imports:list"))


def test_a_batch_that_runs_twice_is_applied_once(send):
    send(run=False)
    pk = Batch.objects.get().pk
    actions.run_batch(pk)
    first = Batch.objects.get()
    actions.run_batch(pk)
    assert Batch.objects.get().finished_at == first.finished_at
    assert Team.objects.count() == 1


def test_a_fault_of_ours_is_told_and_nothing_is_written(send, monkeypatch):
    from imports.kinds.teams import TeamResource

    send(run=False)

    def breaks(self, job):
        raise RuntimeError("fault")

    monkeypatch.setattr(TeamResource, "apply", breaks)
    with pytest.raises(RuntimeError):
        actions.run_batch(Batch.objects.get().pk)
    batch = Batch.objects.get()
    assert (batch.state, Team.objects.count()) == ("failed", 0)
    assert "chưa ghi gì" in batch.error


def test_the_admin_site_lists_batches_and_aliases(client, send, django_user_model):
    send()
    client.force_login(django_user_model.objects.create_superuser("boss@vidu.vn"))
    assert "Đông.xlsx" in text(client.get(reverse("admin:imports_batch_changelist")))
    assert client.get(reverse("admin:imports_placealias_changelist")).status_code == 200
