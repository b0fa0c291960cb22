"""Training classes: rules, pages, lists."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import actions, trainings
from members.models import Attendance, Training

LIST = reverse("members:trainings")


def at(name, *args):
    return reverse(f"members:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def titles(response):
    return [training.title for training in response.context["page"].rows]


@pytest.fixture
def held(land, people):
    """A class of the province, held on 12 September 2024."""
    return trainings.plan(
        area=land.province,
        code="TH-1",
        title="Lớp kỹ năng số",
        date=date(2024, 9, 12),
        status=Training.Status.HELD,
        by=people.admin,
    )


def test_the_database_refuses_one_code_twice_in_an_area(held):
    with pytest.raises(IntegrityError, match="training_code_once_per_area"), transaction.atomic():
        Training.objects.create(area=held.area, code="TH-1", title="Lớp khác", date=date(2024, 1, 1))


def test_the_database_refuses_somebody_twice_in_a_class(held, teams):
    Attendance.objects.create(training=held, member=teams.duc, team=teams.d1)
    with pytest.raises(IntegrityError, match="attendance_once_per_class"), transaction.atomic():
        Attendance.objects.create(training=held, member=teams.duc, team=teams.d1)


def test_a_class_of_the_future_is_not_held(held, people):
    with pytest.raises(ValidationError, match="ngày không được sau hôm nay"):
        trainings.change(training=held, date=timezone.localdate() + timedelta(days=1), by=people.admin)


def test_a_class_with_a_list_stays_held(held, teams, people):
    trainings.attend(training=held, members=[teams.duc], by=people.admin)
    with pytest.raises(ValidationError, match="Lớp có 1 người trong danh sách"):
        trainings.change(training=held, status=Training.Status.CANCELLED, by=people.admin)


def test_people_are_listed_once_for_their_team_of_that_day(held, teams, people):
    duc = teams.d1.memberships.get(member=teams.duc)
    actions.leave(membership=duc, on=date(2024, 10, 1), by=people.admin)
    actions.join(team=teams.t1, member=teams.duc, joined=date(2024, 10, 1), by=people.admin)
    assert trainings.attend(training=held, members=[teams.duc, teams.hoa], by=people.admin) == 2
    assert trainings.attend(training=held, members=[teams.duc], by=people.admin) == 0
    assert held.attendances.get(member=teams.duc).team == teams.d1


def test_who_joined_later_is_listed_for_the_team_they_are_in(held, teams, people):
    late = actions.join(team=teams.n1, person={"name": "Đến sau"}, joined=date(2025, 1, 1), by=people.admin)
    trainings.attend(training=held, members=[late.member], by=people.admin)
    assert held.attendances.get().team == teams.n1


def test_no_list_before_the_class_is_held(land, teams, people):
    planned = trainings.plan(area=land.province, code="KH-1", title="Kế hoạch", date=date(2024, 1, 1), by=people.admin)
    with pytest.raises(ValidationError, match="chưa ghi là đã tổ chức"):
        trainings.attend(training=planned, members=[teams.duc], by=people.admin)


def test_a_class_is_seen_from_its_area_and_by_the_teams_that_attended(held, teams, people):
    def seen():
        return {name for name, user in people if Training.objects.visible_to(user).exists()}

    assert seen() == {"admin", "officer", "country_viewer"}
    trainings.attend(training=held, members=[teams.duc], by=people.admin)
    assert seen() == {"admin", "officer", "country_viewer", "district", "clerk", "leader"}


def test_the_list_searches_filters_and_pages(client, held, land, people):
    for number in range(1, 61):
        trainings.plan(
            area=land.nam,
            code=f"N-{number}",
            title=f"Lớp Nam {number}",
            date=date(2023, 1, 1) + timedelta(days=number),
            format=Training.Format.ONLINE,
            by=people.admin,
        )
    client.force_login(people.admin)
    first = client.get(LIST)
    assert titles(first)[:2] == ["Lớp kỹ năng số", "Lớp Nam 60"]
    second = client.get(first.context["page"].next)
    assert len(titles(second)) == 11
    assert titles(client.get(second.context["page"].previous)) == titles(first)
    assert titles(client.get(LIST, {"q": "ky nang so"})) == ["Lớp kỹ năng số"]
    assert titles(client.get(LIST, {"q": "th-1"})) == ["Lớp kỹ năng số"]
    assert titles(client.get(LIST, {"status": "held"})) == ["Lớp kỹ năng số"]
    assert titles(client.get(LIST, {"format": "in_person"})) == ["Lớp kỹ năng số"]
    assert titles(client.get(LIST, {"from": "01/09/2024", "to": "2024-09-12"})) == ["Lớp kỹ năng số"]
    assert len(titles(client.get(LIST, {"area": land.upper.pk}))) == 0
    assert client.get(LIST, {"area": land.nam.pk}).context["page"].total == 60
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST, {"q": "lop", "status": "planned"})
    assert len(queries) <= 10


def test_a_head_count_without_a_list_is_lượt_not_people(client, held, people):
    client.force_login(people.admin)
    trainings.change(training=held, head_count=1240, by=people.admin)
    body = client.get(at("training", held)).content.decode()
    assert "1.240" in body
    assert "Chỉ có tổng số: tính là lượt, không tính là người." in body


def test_a_list_that_differs_from_the_head_count_warns(client, held, teams, people):
    trainings.attend(training=held, members=[teams.duc, teams.hoa], by=people.admin)
    trainings.change(training=held, head_count=60, by=people.admin)
    client.force_login(people.admin)
    assert "Danh sách có 2 người, số lượt ghi 60." in client.get(at("training", held)).content.decode()
    trainings.change(training=held, head_count=2, by=people.admin)
    assert "số lượt ghi" not in client.get(at("training", held)).content.decode()


def test_a_clerk_sees_the_people_of_the_commune_alone(client, held, teams, people):
    other = actions.join(team=teams.n1, person={"name": "Người xã Nam"}, by=people.admin)
    trainings.attend(training=held, members=[teams.duc, other.member], by=people.admin)
    client.force_login(people.clerk)
    body = client.get(at("training", held)).content.decode()
    assert "Nguyễn Văn Đức" in body
    assert "Người xã Nam" not in body
    assert "Bạn xem được 1 trên 2 người" in body
    client.force_login(people.admin)
    body = client.get(at("training", held)).content.decode()
    assert "Người xã Nam" in body
    assert "Bạn xem được" not in body


def test_the_list_of_a_class_is_paged_by_name(client, held, teams, people):
    made = [
        actions.join(team=teams.t1, person={"name": f"Người {number}"}, by=people.admin).member
        for number in range(60, 0, -1)
    ]
    trainings.attend(training=held, members=made, by=people.admin)
    client.force_login(people.admin)
    client.get(at("training", held))
    with CaptureQueriesContext(connection) as queries:
        first = client.get(at("training", held))
    assert len(queries) <= 10
    rows = first.context["page"].rows
    assert [row.member.name for row in rows] == [f"Người {number}" for number in range(1, 51)]
    second = client.get(first.context["page"].next)
    assert [row.member.name for row in second.context["page"].rows] == [f"Người {number}" for number in range(51, 61)]


def test_people_are_found_ticked_and_taken_off(client, held, teams, people):
    client.force_login(people.admin)
    address = at("attendance_new", held)
    body = client.get(address, {"q": "thon 1 dong"}).content.decode()
    assert "Nguyễn Văn Đức" in body
    assert "Trần Thị Hoà" in body
    assert client.post(address, {"member": [teams.duc.pk, teams.hoa.pk]}).status_code == 302
    body = client.get(address, {"q": "duc"}).content.decode()
    assert "đã có trong danh sách" in body
    row = held.attendances.get(member=teams.duc)
    assert client.get(at("attendance_remove", row)).status_code == 405
    assert client.post(at("attendance_remove", row)).status_code == 302
    assert set(held.attendances.values_list("member", flat=True)) == {teams.hoa.pk}
    refused = client.post(address, {})
    assert refused.status_code == 422
    assert "Chọn ít nhất một người." in refused.content.decode()


def test_a_clerk_adds_a_class_of_the_commune(client, land, people):
    client.force_login(people.clerk)
    form = {
        "code": "DT-1",
        "title": "Lớp của xã",
        "status": "held",
        "date": "12/09/2024",
        "format": "in_person",
        "audience": "citizens",
        "head_count": "1.240",
        "note": "Đã gõ",
    }
    assert client.post(at("training_new"), form).status_code == 302
    made = Training.objects.get()
    assert (made.area, made.head_count, made.date) == (land.dong_tay, 1240, date(2024, 9, 12))
    again = client.post(at("training_new"), form)
    assert again.status_code == 422
    assert "Địa bàn này đã có lớp mang mã đó." in again.content.decode()
    assert "Đã gõ" in again.content.decode()
    assert client.post(at("training_edit", made), {**form, "title": "Đổi tên"}).status_code == 302
    assert "Đổi tên" in client.get(at("training_history", made)).content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"code": ""}, "Nhập mã lớp."),
        ({"date": ""}, "Nhập ngày tổ chức, hoặc ngày dự kiến."),
        ({"date": "12/09/2999"}, "ngày không được sau hôm nay"),
        ({"head_count": "nhiều"}, "Chỉ ghi chữ số, ví dụ 60."),
        ({"head_count": "-1"}, "Số không được dưới 0."),
    ],
)
def test_errors_of_the_form(client, people, land, typed, told):
    client.force_login(people.clerk)
    form = {
        "code": "DT-1",
        "title": "Lớp của xã",
        "status": "held",
        "date": "12/09/2024",
        "format": "in_person",
        "audience": "citizens",
    }
    response = client.post(at("training_new"), {**form, **typed})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Training.objects.exists()


def test_rights_on_classes(client, held, teams, people):
    trainings.attend(training=held, members=[teams.duc], by=people.admin)
    row = held.attendances.get()
    for user, status in ((people.nam_clerk, 404), (people.clerk, 403), (people.country_viewer, 403)):
        client.force_login(user)
        for address in (at("training_edit", held), at("attendance_new", held)):
            assert client.get(address).status_code == status
        assert client.post(at("attendance_remove", row)).status_code == status
    client.force_login(people.country_viewer)
    assert client.get(at("training_new")).status_code == 403
    assert held.attendances.count() == 1


def test_an_empty_list_says_what_to_do(client, people):
    client.force_login(people.clerk)
    assert "Chưa có lớp tập huấn nào." in client.get(LIST).content.decode()
