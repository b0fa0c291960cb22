"""What the tests of figures and their pages share."""

import pytest

from reports.tests.scene import make_scene


@pytest.fixture
def scene(land):
    """Teams, people, a class, logs and returns on `land`, counted: see reports.tests.scene.Scene."""
    return make_scene(land)
