"""Imports by the real worker of a running portal: an upload, two at once, and a worker that is killed."""

import contextlib
import os
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from imports.tests.conftest import WORKBOOKS

pytestmark = [pytest.mark.services]

PASSWORD = "mat-khau-thu-1"
TEAMS = WORKBOOKS / "thanh_hoa_to_cnscd_2024.xlsx"


class Browser:
    """Somebody signed in, without JavaScript."""

    def __init__(self, portal, email, role="province_admin", area="38"):
        self.url = portal.url
        made = portal.manage("createuser", email, "--role", role, "--area", area, "--password-stdin", given=PASSWORD)
        assert made.returncode == 0, made.stderr
        with portal.connect() as connection:
            connection.execute("UPDATE accounts_user SET notice_read_at = now() WHERE email = %s", [email])
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.post("/login/", {"username": email, "password": PASSWORD})

    def get(self, path):
        with self.opener.open(self.url + path) as answer:
            return answer.url, answer.read().decode()

    def post(self, path, fields, file=None):
        _, page = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        fields = {"csrfmiddlewaretoken": token, **fields}
        headers = {"Referer": self.url + path}
        if file is None:
            body = urllib.parse.urlencode(fields).encode()
        else:
            mark = "----cnscd"
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
            parts = [
                f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in fields.items()
            ]
            parts.append(
                f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n".encode()
            )
            body = b"".join(parts) + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        with self.opener.open(urllib.request.Request(self.url + path, body, headers)) as answer:
            return answer.url, answer.read().decode()

    def upload(self, kind, file, as_of="30/09/2024"):
        url, _ = self.post("/imports/", {"kind": kind, "as_of": as_of}, file)
        return int(re.search(r"/imports/(\d+)/", url)[1])


def batch(portal, pk):
    with portal.connect() as connection:
        row = connection.execute(
            "SELECT state, rows_done, rows_total, created, unchanged, refused FROM imports_batch WHERE id = %s", [pk]
        ).fetchone()
    return dict(zip(("state", "done", "total", "created", "unchanged", "refused"), row, strict=True))


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"Not within {seconds} s.")


def finished(portal, pk):
    found = batch(portal, pk)
    return found if found["state"] in ("done", "failed") else None


def worker_of_imports(portal):
    """The pid of the worker that takes the queue of imports, among the portal's own processes."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    processes = [line.split(None, 2) for line in listed.splitlines()[1:]]
    mine = {str(portal.process.pid)}
    for _ in range(5):
        mine |= {pid for pid, parent, _ in processes if parent in mine}
    workers = [int(pid) for pid, _, args in processes if pid in mine and "worker" in args and "imports" in args]
    assert workers, listed
    return workers


def test_uploads_two_at_once_and_a_worker_that_is_killed(running_portal):
    portal = running_portal
    someone = Browser(portal, "nhap@vidu.vn")

    # The worker is killed while it works; whoever takes the task again finds everything as it was before.
    pk = someone.upload("teams", TEAMS)
    wait_for(lambda: batch(portal, pk)["state"] in ("checking", "applying"))
    for pid in worker_of_imports(portal):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    told = wait_for(lambda: finished(portal, pk))
    assert told == {"state": "done", "done": 4351, "total": 4351, "created": 4351, "unchanged": 0, "refused": 0}

    # Two of one file at once: the second waits for the first and doubles nothing.
    other = Browser(portal, "nhap2@vidu.vn")
    members = WORKBOOKS / "thanh_hoa_thanh_vien_2024.xlsx"
    pks = [who.upload("members", members) for who in (someone, other)]
    results = [wait_for(lambda pk=pk: finished(portal, pk)) for pk in pks]
    assert sorted(result["created"] for result in results) == [0, 15995]
    assert sorted(result["unchanged"] for result in results) == [0, 15995]
    with portal.connect() as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("teams_team", "members_member", "members_membership")
        ]
    assert counts == [4351, 15995, 15995]
    _, page = someone.get(f"/imports/{pks[0]}/")
    assert "Dòng dữ liệu" in page
