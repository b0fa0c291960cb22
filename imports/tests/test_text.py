"""Ways of writing that mean the same."""

import unicodedata

import pytest

from imports.lines import Section, is_note, is_total, section_in, split_kind
from imports.teambook import place_in_name, team_key
from imports.text import plain_key, tidy, tone_key


@pytest.mark.parametrize(
    "other", ["HOÀ BÌNH", "Hòa  Bình", "hòa\u00a0bình", unicodedata.normalize("NFD", "Hòa Bình"), "Hòa-Bình"]
)
def test_tone_placement_case_blanks_and_unicode_forms_are_one(other):
    assert tone_key(other) == tone_key("Hoà Bình")


def test_tones_are_not_lost():
    assert tone_key("Yên Thọ") != tone_key("Yên Thổ")
    assert plain_key("Yên Thọ") == plain_key("YEN THO") == "yen tho"


def test_the_lookalike_of_the_letter_d():
    assert tidy("Ðen CNSCÐ") == "Đen CNSCĐ"
    assert tone_key("ÐEN") == tone_key("đen")


def test_leading_zeros_of_a_number_name():
    assert tone_key("Thôn 01") == tone_key("thôn 1")
    assert tone_key("Thôn 10") != tone_key("thôn 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TP. Thanh Hóa", ("thành phố", "Thanh Hóa")), ("TX Nghi Sơn", ("thị xã", "Nghi Sơn")),
        ("TT.Thới Bình", ("thị trấn", "Thới Bình")),
        ("P5", ("phường", "5")), ("P. 5", ("phường", "5")), ("H. Nga Sơn", ("huyện", "Nga Sơn")),
        ("XÃ MINH DIỆU", ("xã", "MINH DIỆU")),
        ("TDP 3", ("tổ dân phố", "3")), ("tổ dân phố 3", ("tổ dân phố", "3")), ("Xà Phìn", None),
        ("xa Yen Tho", ("xã", "Yen Tho")),
        ("Huyện: Hoà Bình", ("huyện", "Hoà Bình")), ("Phúc Hà", None),
    ],
)  # fmt: skip
def test_the_kind_before_a_name(text, expected):
    assert split_kind(text) == expected


def test_sections_open_places_and_end_narrower_ones():
    section = section_in("XÃ MINH DIỆU", Section(district="Huyện Hòa Bình"))
    assert section == Section(district="Huyện Hòa Bình", commune="XÃ MINH DIỆU")
    assert section_in("2. Thôn Đông", section).village == "Thôn Đông"
    assert section_in("II. CẤP XÃ, ẤP", section) == Section(district="Huyện Hòa Bình")
    assert section_in("B. Huyện Đông Hải", section) == Section(district="Huyện Đông Hải")
    assert section_in("Minh Diệu", section) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Tổng cộng", "whole"), ("TỔNG CỘNG", "whole"), ("Cộng", "part"), ("Tổng số: 76 tổ", "whole"),
        ("Tổng xã Minh Diệu", "part"),
        ("Cộng xã Minh Diệu", "part"), ("Tống Thị Hoa", ""), ("Cộng Hòa", ""), ("Tổ 5", ""), ("Thôn Cộng Hòa", ""),
    ],
)  # fmt: skip
def test_totals_are_told_from_names_that_look_like_them(line, kind):
    assert is_total(line) == kind


@pytest.mark.parametrize(
    "line", ["Ghi chú: số liệu tạm tính", "Thanh Hóa, ngày 5 tháng 9 năm 2024", "NGƯỜI LẬP BIỂU", "Nơi nhận:"]
)
def test_notes_and_signatures(line):
    assert is_note(line)


def test_names_of_teams_in_short_and_in_full_are_one():
    assert team_key("Tổ CNSCĐ TDP 1") == team_key("TỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG tổ dân phố 01")
    assert team_key("Tổ CNSCĐ thôn 1") != team_key("Tổ CNSCĐ thôn 2")


def test_the_place_at_the_end_of_a_teams_name():
    assert place_in_name("Tổ công nghệ số cộng đồng tổ dân phố 1") == (4, "tổ dân phố 1")
    assert place_in_name("Tổ CNSCĐ xã Minh Diệu") == (3, "xã Minh Diệu")
    assert place_in_name("Tổ CNSCĐ huyện Hoà Bình") == (2, "huyện Hoà Bình")
    assert place_in_name("Tổ CNSCĐ số 3") is None
