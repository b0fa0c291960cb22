"""What goes wrong with the embedded services, in one sentence that a person at the terminal can act on."""

import errno
import shutil
from pathlib import Path

EXIT_CODE = 69  # EX_UNAVAILABLE of sysexits.h: no command of the portal uses it for a result of its own

FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("No space left on device", "Disk quota exceeded", "File too large")
CLOSED_WORDS = ("Permission denied", "Read-only file system")
LEAST_FREE = 8 * 1024 * 1024  # bytes; PostgreSQL writes a few kB at a start, but a WAL segment takes 16 MB


class ServicesError(Exception):
    """The services cannot be had. The text is one Vietnamese sentence or two: what is wrong, where, what to do."""


def full(folder: Path) -> ServicesError:
    return ServicesError(
        f"Ổ đĩa chứa {folder} đã đầy. Hãy giải phóng ít nhất 300 MB, hoặc đặt PORTAL_DATA tới một ổ đĩa khác."
    )


def closed(folder: Path) -> ServicesError:
    return ServicesError(
        f"Không ghi được vào thư mục {folder}. Hãy cấp quyền ghi cho thư mục này, hoặc đặt PORTAL_DATA tới một thư mục "
        "khác."
    )


def from_os(error: OSError, folder: Path) -> ServicesError:
    """A failed system call on `folder`, told as a sentence."""
    if error.errno in FULL_ERRNOS:
        return full(folder)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
        return closed(folder)
    return ServicesError(f"Không dùng được thư mục {folder}: {error.strerror or error}.")


def from_output(program: str, output: str, folder: Path, log: Path) -> ServicesError:
    """What a server or initdb said before it gave up. A full disk may have kept it from saying anything."""
    if any(word in output for word in FULL_WORDS):
        return full(folder)
    if any(word in output for word in CLOSED_WORDS):
        return closed(folder)
    try:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            return full(folder)
    except OSError:
        return closed(folder)
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "không có lời nào")
    return ServicesError(f"{program} không khởi động được: {last} (xem {log}).")
