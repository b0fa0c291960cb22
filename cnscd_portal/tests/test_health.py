"""The running portal answers for itself: health, real static files, a page in a browser."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect


def test_the_running_portal_is_well(running_portal):
    with urllib.request.urlopen(f"{running_portal.url}/healthz") as answer:
        assert answer.status == 200
        assert json.load(answer)["missing"] == []


@pytest.mark.browser
def test_a_browser_reaches_the_sign_in_page_without_an_error(running_portal, page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{running_portal.url}/login/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert errors == []
