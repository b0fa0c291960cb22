"""Paging by key and searching, on the areas of the country."""

import base64
import json

import pytest
from django.test import RequestFactory

from areas.models import Area, Level
from cnscd_portal import listing

ORDER = ("sort_key", "id")


def page(address, queryset, order=ORDER, **options):
    return listing.page(RequestFactory().get(address), queryset, order=order, **options)


def follow(address, queryset, order=ORDER, **options):
    """Every page from the first on, in one list."""
    rows, seen = [], 0
    while address:
        found = page(address, queryset, order=order, **options)
        rows += found.rows
        address, seen = found.next, seen + 1
        assert seen < 50
    return rows


@pytest.fixture
def provinces(country):
    return Area.objects.filter(level=Level.PROVINCE)


@pytest.mark.parametrize("order", [ORDER, ("-sort_key", "-id"), ("-level", "sort_key", "-id"), ("kind", "-id")])
def test_the_pages_together_are_the_list(provinces, order):
    assert follow("/", provinces, order, per_page=7) == list(provinces.order_by(*order))


def test_back_and_forth(provinces):
    first = page("/?level=1", provinces, per_page=40)
    second = page(first.next, provinces, per_page=40)
    third = page(second.next, provinces, per_page=40)
    assert page(third.previous, provinces, per_page=40).rows == second.rows
    assert page(second.previous, provinces, per_page=40).rows == first.rows
    assert (first.previous, third.next) == ("", "")
    assert page(second.previous, provinces, per_page=40).previous == ""
    assert "level=1" in second.next
    assert (first.total, third.total) == (86, 86)


def test_a_page_that_has_become_empty_leads_back_to_the_first(provinces):
    last = page("/?q=a", provinces, per_page=40)
    found = page(last.next, provinces.none())
    assert (found.rows, found.previous, found.next) == ([], "/?q=a", "")


@pytest.mark.parametrize(
    "key",
    [
        [],
        ["a"],
        ["a", None],
        [None, 1],
        "a",
        7,
        {"a": 1},
        ["a", "x"],
        ["a", 1e400],
        ["a", [1]],
        ["\x00", 1],
        ["\ud800", 1],
    ],
    ids=repr,
)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_cursor_that_cannot_be_read_gives_the_first_page(provinces, key, direction):
    packed = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    assert page(f"/?{direction}={packed}", provinces).rows == page("/", provinces).rows


@pytest.mark.parametrize("packed", ["", "x", "===", "%00", "W" * 4000, base64.b64encode(b"[" * 3000).decode()])
def test_a_cursor_that_was_cut_gives_the_first_page(provinces, packed):
    assert page(f"/?after={packed}", provinces).rows == page("/", provinces).rows


def test_a_key_larger_than_any_id_is_past_the_end(provinces):
    packed = base64.urlsafe_b64encode(json.dumps(["zzzz", 10**30]).encode()).decode()
    assert page(f"/?after={packed}", provinces).rows == []


@pytest.mark.parametrize("text", ["thanh hoa", "HOA thanh", "Thanh Hóa", "thanh  hoá"])
def test_search_finds_words_in_any_order_and_writing(provinces, text):
    assert {area.name for area in listing.search(provinces, text)} == {"Tỉnh Thanh Hóa"}


@pytest.mark.parametrize("text", [None, "", "  "])
def test_blank_text_filters_nothing(provinces, text):
    assert listing.search(provinces, text).count() == 86


@pytest.mark.parametrize("text", ["%", "_", "\\", "thanh%hoa"])
def test_signs_of_patterns_are_letters_like_others(provinces, text):
    assert not listing.search(provinces, text).exists()


def test_filters_are_kept_changed_and_taken_away():
    request = RequestFactory().get("/teams/?q=a&level=4&state=&after=x")
    assert listing.keep_filters(request) == "/teams/?q=a&level=4"
    assert listing.keep_filters(request, level=None) == "/teams/?q=a"
    assert listing.keep_filters(request, q="b c") == "/teams/?level=4&q=b+c"
