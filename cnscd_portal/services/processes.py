"""Which processes serve a data folder, read from /proc.

A pid in a file proves nothing: after a crash it may belong to anybody. A process whose working directory is the folder
does serve it.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def serving(folder: Path, name: str | None = None) -> set[int]:
    """Living processes, called `name` if one is given, that work in `folder`, or did before somebody deleted it."""
    try:
        here = folder.stat()
    except OSError:
        here = None
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if name is not None and (entry / "comm").read_text().strip() != name:
                continue
            deleted = str((entry / "cwd").readlink()) == f"{folder} (deleted)"
            if deleted or (here and os.path.samestat(here, (entry / "cwd").stat())):
                found.add(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or of another user
    return found


def is_deleted(pid: int) -> bool:
    """Whether the folder that the process works in has been deleted under it."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink().name.endswith(" (deleted)")
    except OSError:
        return False


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def end(pid: int, *steps: tuple[signal.Signals, float], child: subprocess.Popen | None = None) -> bool:
    """Sends each signal in turn and gives the process its seconds to end. False if it is still there after all."""
    for sent, seconds in steps:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if child is not None:
                child.poll()
            if not alive(pid):
                return True
            time.sleep(0.01)
    return not alive(pid)
