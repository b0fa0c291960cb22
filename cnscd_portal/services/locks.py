"""File locks between the commands that share one data folder. The kernel lets go of them when a process dies."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A file descriptor on the lock file, made if missing. Not inherited by programs that are started."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Alone in the block, waiting for as long as another process is in it; `on_wait` is called before waiting."""
    fd = open_lock(path)
    try:
        if not try_exclusive(fd):
            on_wait()
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def try_exclusive(fd: int) -> bool:
    """Whether nobody else holds the lock, shared or not; if so it is now held alone."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(fd: int) -> None:
    fcntl.flock(fd, fcntl.LOCK_SH)
