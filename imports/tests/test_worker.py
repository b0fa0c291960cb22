"""Imports by the real worker of a running portal: an upload, two at once, and a worker that is killed."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from imports.tests.conftest import write_xlsx

pytestmark = [pytest.mark.services]

PASSWORD = "mat-khau-thu-1"
TEAMS = 3000


class Browser:
    """Somebody signed in, without JavaScript."""

    def __init__(self, portal, email, role="province_admin", area="31"):
        self.url = portal.url
        made = portal.manage("createuser", email, "--role", role, "--area", area, "--password-stdin", given=PASSWORD)
        assert made.returncode == 0, made.stderr
        with portal.connect() as connection:
            connection.execute("UPDATE accounts_user SET notice_read_at = now() WHERE email = %s", [email])
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.post("/login/?next=/imports/", {"username": email, "password": PASSWORD})

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
    listed = subprocess.run(["ps", "-eww", "-o", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    processes = [line.split(None, 2) for line in listed.splitlines()[1:]]
    mine = {str(portal.process.pid)}
    for _ in range(5):
        mine |= {pid for pid, parent, _ in processes if parent in mine}
    workers = [int(pid) for pid, _, args in processes if pid in mine and "worker" in args and "imports" in args]
    assert workers, listed
    return workers


@pytest.fixture
def registers(running_portal, tmp_path):
    """Teams and members of Hải Phòng, invented for its real communes: other tests use other provinces."""
    with running_portal.connect() as connection:
        communes = connection.execute(
            """
            SELECT d.name, c.name FROM areas_area c
              JOIN areas_areaparent e ON e.child_id = c.id AND e.during @> DATE '2024-09-30'
              JOIN areas_area d ON d.id = e.parent_id
              JOIN areas_areaparent p ON p.child_id = d.id AND p.during @> DATE '2024-09-30'
              JOIN areas_area t ON t.id = p.parent_id AND t.code = '31'
             WHERE c.level = 3 AND c.valid @> DATE '2024-09-30' ORDER BY c.id
            """
        ).fetchall()
    villages = [(*communes[n % len(communes)], f"Thôn {n // len(communes) + 1}") for n in range(TEAMS)]
    head = ["STT", "Huyện", "Xã", "Thôn", "Tên tổ"]
    title = ["DANH SÁCH THÀNH PHỐ HẢI PHÒNG"]
    teams = [[n, *village, f"Tổ CNSCĐ {village[2]}"] for n, village in enumerate(villages, 1)]
    members = [
        [2 * n + leads, *villages[n], f"Tổ CNSCĐ {villages[n][2]}", "Lê Văn A" if leads else "Lê Thị B", 1980]
        for n in range(TEAMS)
        for leads in (0, 1)
    ]
    write_xlsx(tmp_path / "to.xlsx", {"DS": [title, head, *teams]})
    write_xlsx(tmp_path / "thanh vien.xlsx", {"DS": [title, [*head, "Họ tên", "Năm sinh"], *members]})
    return tmp_path / "to.xlsx", tmp_path / "thanh vien.xlsx"


def test_a_worker_that_is_killed_and_two_uploads_at_once(running_portal, registers):
    portal, (teams, members) = running_portal, registers
    someone, other = Browser(portal, "nhap@vidu.vn"), Browser(portal, "nhap2@vidu.vn")

    # The worker is killed while it works; whoever takes the task again finds everything as it was before.
    pk = someone.upload("teams", teams)
    wait_for(lambda: batch(portal, pk)["state"] in ("checking", "applying"))
    for pid in worker_of_imports(portal):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert batch(portal, pk)["state"] != "done"
    told = wait_for(lambda: finished(portal, pk))
    assert told == {"state": "done", "done": TEAMS, "total": TEAMS, "created": TEAMS, "unchanged": 0, "refused": 0}

    # The same file by two people at once, and by the command: one brings it in, nothing is doubled.
    pks = [who.upload("members", members) for who in (someone, other)]
    command = portal.manage("import_spreadsheet", "members", str(members), "--as-of", "2024-09-30", "--json")
    results = [wait_for(lambda pk=pk: finished(portal, pk)) for pk in pks] + [json.loads(command.stdout)]
    assert sorted(result["created"] for result in results) == [0, 0, 2 * TEAMS]
    assert sorted(result["unchanged"] for result in results) == [0, 2 * TEAMS, 2 * TEAMS]
    with portal.connect() as connection:
        doubled = connection.execute(
            "SELECT team_id, count(*) FROM members_membership GROUP BY 1 HAVING count(*) <> 2 AND team_id IN "
            "(SELECT team_id FROM teams_teamplace p JOIN areas_areaancestry a USING (area_id) JOIN areas_area t "
            "ON t.id = a.ancestor_id AND t.code = '31' AND t.level = 1)"
        ).fetchall()
    assert doubled == []
    _, page = someone.get(f"/imports/{pks[0]}/")
    assert "Dòng dữ liệu" in page
