"""What holds for every template, every vendored file, and the shell around each page."""

import gzip
import io
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Grant, User
from accounts.roles import Role
from areas.models import Area, Level
from cnscd_portal.context import Shell

TEMPLATES = sorted(
    file
    for folder in [settings.BASE_DIR / "templates", *settings.BASE_DIR.glob("*/templates")]
    for file in folder.rglob("*.html")
)
VENDOR = settings.BASE_DIR / "static" / "vendor"
SPRITE = VENDOR / "bootstrap-icons" / "icons.svg"


def _name(file: Path) -> str:
    return str(file.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("file", TEMPLATES, ids=_name)
def test_no_template_has_inline_script_or_style(file):
    text = re.sub(r"{% comment.*?endcomment %}|{#.*?#}|<!--.*?-->", "", file.read_text(), flags=re.DOTALL)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, f"inline script: {tag}"
    assert not re.search(r"<style\b", text), "a <style> element"
    assert not re.search(r"""\sstyle\s*=\s*["'{]""", text), "a style attribute"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), "an on… attribute"
    assert not re.search(r"""(hx-on|hx-vals\s*=\s*["']js:|javascript:)""", text), "script in an attribute"


@pytest.mark.parametrize("file", TEMPLATES, ids=_name)
def test_every_template_can_be_read_and_its_icons_are_in_the_sprite(file):
    text = file.read_text()
    engines["django"].from_string(text)
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))
    assert set(re.findall(r'{% icon "([^"]+)" %}', text)) <= known


@pytest.mark.parametrize("file", TEMPLATES, ids=_name)
def test_no_template_speaks_in_ways_the_wording_rules_forbid(file):
    text = re.sub(r"{%.*?%}|{{.*?}}|<!--.*?-->|<[^>]*>", " ", file.read_text(), flags=re.DOTALL).lower()
    for phrase in ("vui lòng", "rất tiếc", "không hợp lệ", "bắt buộc nhập", "xin lỗi"):
        assert phrase not in text


def test_every_vendored_folder_has_its_licence_and_a_line_in_the_notice():
    notice = (VENDOR / "NOTICE.md").read_text()
    folders = [folder for folder in VENDOR.iterdir() if folder.is_dir()]
    assert len(folders) == 5
    for folder in folders:
        assert (folder / "LICENSE").stat().st_size > 500
        assert f"`{folder.name}/`" in notice
    assert "Apache License" in (settings.BASE_DIR / "LICENSE").read_text()


def test_all_static_files_can_be_collected_with_hashed_names(tmp_path):
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": manifest}):
        call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
        page = render_to_string("errors/500.html", {"code": "7F3A"})
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert names["css/shell.css"] in page
    for used in ("vendor/bootstrap/bootstrap.min.css", "vendor/echarts/echarts-portal.min.js", "js/live.js"):
        assert (tmp_path / names[used]).is_file()


def test_the_log_page_stays_small():
    """First load of the log page within 100 KB: its styles and script, gzip, are a small part of that."""
    files = ["css/shell.css", "css/log.css", "js/portal.js"]
    sizes = {name: len(gzip.compress((settings.BASE_DIR / "static" / name).read_bytes())) for name in files}
    assert sizes["css/shell.css"] + sizes["css/log.css"] < 10_000
    assert sum(sizes.values()) < 20_000


# -- The menu ----------------------------------------------------------------------------------------------------


def _shell(user, at="/teams/7/", urlconf="cnscd_portal.tests.test_shell"):
    request = RequestFactory().get(at)
    request.user = user
    request.urlconf = urlconf
    return Shell(request)


def _empty(request):
    return HttpResponse("")


_PAGES = ["", "areas/", "activities/", "activities/new/", "teams/", "imports/", "logout/", "users/"]
urlpatterns = [
    *(path(page, _empty) for page in _PAGES),
]


@pytest.fixture
def someone(db):
    def make(role):
        area = Area.objects.on(timezone.localdate()).get(level=Level.PROVINCE, code="38")
        user = User.objects.create_user(name="Lê Thị B", email="b@example.vn")
        Grant.objects.create(user=user, role=role, area=area)
        return user

    return make


def test_nobody_sees_no_menu():
    shell = _shell(AnonymousUser())
    assert (shell.menu, shell.bottom_bar, shell.signed_in) == ([], [], False)


def test_the_menu_leaves_out_pages_that_are_not_there_and_rights_not_held(someone):
    leader = someone(Role.TEAM_LEADER)
    assert [link.item.label for link in _shell(leader).menu] == ["Tổng quan", "Nhật ký", "Tổ và thành viên"]
    assert [link.item.label for link in _shell(leader).bottom_bar] == ["Trang chủ", "Ghi việc", "Việc đã ghi"]
    assert _shell(leader).people_path == ""


def test_an_admin_has_imports_and_users_but_a_viewer_has_only_figures(someone):
    user = someone(Role.PROVINCE_ADMIN)
    assert "Nhập tệp" in [link.item.label for link in _shell(user).menu]
    assert _shell(user).people_path == "/users/"
    user.grants.update(role=Role.VIEWER)
    fresh = User.objects.get(pk=user.pk)
    assert [link.item.label for link in _shell(fresh).menu] == ["Tổng quan"]


def test_a_user_without_a_grant_sees_figures_pages_only_and_a_grant_that_ended_gives_nothing(someone):
    user = someone(Role.PROVINCE_ADMIN)
    user.grants.update(during="[2020-01-01,2021-01-01)")
    assert [link.item.label for link in _shell(User.objects.get(pk=user.pk)).menu] == ["Tổng quan"]


def test_the_section_of_the_page_is_marked(someone):
    user = someone(Role.PROVINCE_ADMIN)
    marked = {link.item.label for link in _shell(user, at="/members/5/").menu if link.is_current}
    assert marked == {"Tổ và thành viên"}
    bar = {link.item.label for link in _shell(user, at="/activities/new/").bottom_bar if link.is_current}
    assert bar == {"Ghi việc"}


def test_the_shell_asks_for_rights_at_most_once(someone, django_assert_max_num_queries):
    user = someone(Role.PROVINCE_ADMIN)
    shell = _shell(SimpleLazyObject(lambda: user))  # as the middleware gives it
    with django_assert_max_num_queries(1):
        assert shell.menu
        assert shell.bottom_bar
        assert shell.people_path


def test_the_first_link_of_a_page_skips_the_menu():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    page = render_to_string("base.html", {}, request=request)
    assert re.search(r"<a [^>]*>", page)[0] == '<a class="skip-link" href="#main">'
    assert 'id="main"' in page
