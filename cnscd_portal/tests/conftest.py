"""Fixtures of the launcher's tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnscd_portal.tests.launching import USERS, Launching, copy_installation, make_reachable


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, which pytest's own temporary folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="cnscd-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def clone(open_folder) -> Path:
    return copy_installation(open_folder / "clone")


@pytest.fixture(params=USERS)
def launching(request, clone, open_folder) -> Iterator[Launching]:
    """Commands of each kind of user on a data folder that does not exist yet."""
    home = make_reachable(Path(tempfile.mkdtemp(prefix="home-", dir=open_folder)), request.param)
    home.chmod(0o755)
    commands = Launching(request.param, clone, home / "var")
    yield commands
    commands.clean()
