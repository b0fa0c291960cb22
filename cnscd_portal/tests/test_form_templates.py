"""How forms are rendered: labels above, errors at the field and in one box."""

import gettext
import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory


class _Form(forms.Form):
    name = forms.CharField(
        label="Tên tổ", error_messages={"required": "Nhập tên tổ."}, help_text="Như trong quyết định."
    )
    day = forms.DateField(label="Ngày", required=False, error_messages={"invalid": "Nhập ngày như 20/09/2024."})
    kind = forms.ChoiceField(label="Loại", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    secret = forms.CharField(label="Mật khẩu", widget=forms.PasswordInput)


def test_errors_of_a_form_stand_in_one_box_that_links_to_the_fields():
    form = _Form({"name": "", "day": "31/02/2024", "kind": "a", "secret": "x"})
    page = str(form)
    assert "Có 2 chỗ cần sửa" in page
    assert '<a href="#id_name">Tên tổ: Nhập tên tổ.</a>' in page
    assert page.count("Nhập ngày như 20/09/2024.") == 2
    assert 'value="31/02/2024"' in page  # nothing typed is lost
    assert 'aria-describedby="id_name_helptext id_name_error"' in page


def test_a_radio_group_is_a_fieldset_and_its_error_leads_to_the_first_choice():
    page = str(_Form({"name": "Tổ 1", "secret": "x"}))
    assert "<fieldset" in page
    assert "<legend>Loại" in page
    assert 'href="#id_kind_0"' in page


def test_what_may_be_left_blank_says_so_unless_the_form_does_not_want_it():
    form = _Form()
    assert str(form).count("(có thể để trống)") == 1
    form.mark_optional = False
    assert "(có thể để trống)" not in str(form)


def test_a_password_field_has_a_button_to_show_it():
    assert "data-password-toggle" in str(_Form())


def test_a_date_is_shown_as_it_is_typed():
    assert 'value="08/09/2024"' in str(_Form(initial={"day": date(2024, 9, 8)}))


def test_the_title_of_a_page_with_errors_says_so():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    page = render_to_string("base.html", {"form": _Form({})}, request=request)
    assert "<title>Lỗi: " in page
    assert "<title>Lỗi: " not in render_to_string("base.html", {"form": _Form()}, request=request)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (forms.CharField(), "", "Ô này còn trống."),
        (forms.IntegerField(), "năm", "Nhập số nguyên, chỉ gồm chữ số."),
        (forms.IntegerField(min_value=1), "0", "Nhập từ 1 trở lên."),
        (forms.DateField(), "31/02/2024", "Nhập ngày như 20/09/2024."),
        (forms.EmailField(), "a@", "Nhập email như ten@tinh.gov.vn."),
        (forms.CharField(max_length=3), "abcd", "Viết gọn trong 3 chữ, đang có 4."),
        (forms.ChoiceField(choices=[("a", "A")]), "x", "Không có “x” trong danh sách. Chọn lại."),
    ],
)
def test_djangos_own_errors_say_what_to_do(field, typed, sentence):
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(typed)
    assert caught.value.messages == [sentence]


def test_the_compiled_sentences_are_those_of_the_source():
    catalogue = Path(settings.BASE_DIR, "cnscd_portal", "locale", "vi", "LC_MESSAGES", "django")
    compiled = gettext.GNUTranslations(catalogue.with_suffix(".mo").open("rb"))
    source = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', catalogue.with_suffix(".po").read_text(), flags=re.MULTILINE)
    assert len(source) > 25
    assert all(compiled.gettext(english) == vietnamese for english, vietnamese in source)
