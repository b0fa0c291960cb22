"""Fixtures of the team tests."""

import pytest

from teams.tests.cast import make_teams


@pytest.fixture
def teams(land, people):
    """Teams and members on `land`: see teams.tests.cast.Teams."""
    return make_teams(land, people.admin)
