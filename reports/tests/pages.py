"""Reading pages in tests."""

import re
from html.parser import HTMLParser


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_data(self, data):
        self.parts.append(data)


def text_of(html):
    """What a page says, spaces made one."""
    parser = _Text()
    parser.feed(html)
    return re.sub(r"\s+", " ", " ".join(parser.parts)).strip()


def page(client, user, path):
    """The page as the user gets it."""
    client.force_login(user)
    return client.get(path)


def words(client, user, path):
    """What the page says to the user; the page must be there."""
    response = page(client, user, path)
    assert response.status_code == 200, response.status_code
    return text_of(response.content.decode())
