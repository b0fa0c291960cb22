"""Teams, people and trainings in the admin site."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from members import actions, trainings
from members.models import Attendance, Member, Membership, PhoneReveal, Training
from teams.models import Team, TeamPlace

MODELS = (Team, TeamPlace, Member, Membership, Training, Attendance, PhoneReveal)


@pytest.fixture
def boss(db):
    return User.objects.create_superuser("boss@vidu.vn", password="một mật khẩu dài")


@pytest.fixture
def everything(teams, land, people):
    training = trainings.plan(
        area=land.nam, code="A", title="Lớp Ả", date=date(2024, 1, 1), status="held", by=people.admin
    )
    trainings.attend(training=training, members=[teams.duc], by=people.admin)
    actions.reveal_phone(member=teams.duc, purpose="call", by=people.clerk)
    return teams


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_form_opens_without_numbers_and_without_long_choices(client, boss, everything, model):
    client.force_login(boss)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    with CaptureQueriesContext(connection) as queries:
        body = client.get(reverse(f"{name}_changelist")).content.decode()
    assert len(queries) <= 12
    body += client.get(reverse(f"{name}_change", args=[model.objects.first().pk])).content.decode()
    assert "912345678" not in body
    assert "0912" not in body
    assert body.count("<option") < 80  # levels, roles, bodies: no place, team or person is offered in a drop-down


@pytest.mark.parametrize(
    ("model", "text", "found"),
    [(Team, "thon 1 tay", "Tổ công nghệ số cộng đồng thôn 1 Tây"), (Member, "nguyen duc", "Nguyễn Văn Đức")],
)
def test_search_without_accents(client, boss, everything, model, text, found):
    client.force_login(boss)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    rows = client.get(address, {"q": text}).context["cl"].result_list
    assert [row.name for row in rows] == [found]


def test_a_look_at_a_number_cannot_be_made_undone_or_changed(client, boss, everything):
    client.force_login(boss)
    pk = PhoneReveal.objects.get().pk
    assert client.get(reverse("admin:members_phonereveal_add")).status_code == 403
    assert client.post(reverse("admin:members_phonereveal_change", args=[pk]), {"purpose": "other"}).status_code == 403
    assert client.post(reverse("admin:members_phonereveal_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert PhoneReveal.objects.get().purpose == "call"
