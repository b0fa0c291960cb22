"""Workers are killed in mid-work, and somebody edits the database by hand: nothing is lost and nothing doubled.

Where a worker is killed is no matter of luck: the test holds a row that the work needs, so the work waits within its
transaction; the worker is killed there; the row is let go.
"""

import os
import signal
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from reports.demo import PROVINCE
from reports.tests.portal import ADMIN, counted, journal_row, today, until, upload, villages, write_journal

ROLLED_UP, READ = "15382", "15148"  # xã Biện Thượng, xã Cẩm Tú: no other test writes there
ROWS = 40


class Hand:
    """Somebody with psql: logs of one village, written and changed past the portal."""

    def __init__(self, database, village):
        self.database = database
        self.village = village

    def write(self, reached: int) -> int:
        return self.database.execute(
            """
            INSERT INTO activities_activity (uuid, date, kind, topic, audience, reached, note, status, reason,
                                             decision_reason, void_reason, entered_at, area_id, team_id)
            VALUES (%s, %s, 'guidance', '', 'citizens', %s, '', 'submitted', '', '', '', now(), %s, %s) RETURNING id
            """,
            [uuid.uuid4(), today(), reached, self.village.area, self.village.team],
        ).fetchone()[0]

    def change(self, activity: int, reached: int) -> None:
        self.database.execute("UPDATE activities_activity SET reached = %s WHERE id = %s", [reached, activity])

    def void(self, activity: int) -> None:
        self.database.execute(
            "UPDATE activities_activity SET status = 'void', void_reason = 'Thử' WHERE id = %s", [activity]
        )


@pytest.fixture
def database(demo_portal):
    with demo_portal.portal.connect() as connection:
        yield connection


@pytest.fixture
def reached(demo_portal, database):
    """How many people the figures have for the commune and for the province above it."""
    areas = demo_portal.area(3, ROLLED_UP), demo_portal.area(1, PROVINCE)

    def now() -> tuple[int, ...]:
        return tuple(counted(database, area, "people_reached") for area in areas)

    return now


@contextmanager
def held(portal, statement: str, parameters: list):
    """Rows locked until the block ends."""
    with portal.connect() as connection, connection.transaction():
        assert connection.execute(statement, parameters).fetchone() is not None
        yield


def waiting(database) -> bool:
    """Whether somebody waits for a row that another holds."""
    return database.execute(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
        "AND wait_event IN ('transactionid', 'tuple'))"
    ).fetchone()[0]


def worker(portal, queue: str) -> int | None:
    """The pid of the portal's own worker of the queue."""
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == portal.process.pid and b"worker" in words and f"{queue}@%h".encode() in words:
            return int(process.name)
    return None


def kill(portal, queue: str) -> int:
    pid = worker(portal, queue)
    assert pid, f"No worker of {queue} among the children of {portal.process.pid}"
    os.kill(pid, signal.SIGKILL)
    return pid


def comes_back(portal, queue: str, after: int) -> None:
    until(lambda: worker(portal, queue) not in (None, after), what=f"the supervisor starts {queue} again")


def test_what_is_written_by_hand_reaches_the_figures(demo_portal, database, reached):
    village = villages(demo_portal, ROLLED_UP)[0]
    hand, before = Hand(database, village), reached()
    activity = hand.write(13)
    until(lambda: reached() == (before[0] + 13, before[1] + 13))
    hand.change(activity, 20)
    until(lambda: reached() == (before[0] + 20, before[1] + 20))
    hand.void(activity)
    until(lambda: reached() == before)


def test_a_worker_killed_in_a_roll_up_loses_and_doubles_nothing(demo_portal, database, reached):
    portal, province = demo_portal.portal, demo_portal.area(1, PROVINCE)
    hand, before = Hand(database, villages(demo_portal, ROLLED_UP)[1]), reached()
    activity = hand.write(7)
    until(lambda: reached() == (before[0] + 7, before[1] + 7))

    # The cell of the province is the last that this log needs: marks are claimed by then, and leaves written.
    newest = """
        SELECT 1 FROM reports_cell c JOIN activities_dataelement e ON e.id = c.element_id
        WHERE c.area_id = %s AND e.code = 'people_reached' AND c.half > %s - 31 FOR UPDATE OF c
    """
    with held(portal, newest, [province, today()]):
        hand.change(activity, 11)
        until(lambda: waiting(database), what="the roll-up waits for the cell")
        killed = kill(portal, "default")
        second = hand.write(100)  # while no worker is there
        comes_back(portal, "default", after=killed)
        assert reached() == (before[0] + 7, before[1] + 7)
    until(lambda: reached() == (before[0] + 111, before[1] + 111))

    hand.void(activity)
    hand.void(second)
    until(lambda: reached() == before)
    assert demo_portal.differences() == []


@pytest.mark.browser
def test_a_worker_killed_in_an_import_writes_all_of_it_once(demo_portal, people_at_portal, database, tmp_path):
    portal, commune = demo_portal.portal, demo_portal.area(3, READ)
    places = villages(demo_portal, READ)
    file = write_journal(
        tmp_path / "nhat ky.xlsx", [journal_row(n, places[n % len(places)], today()) for n in range(ROWS)]
    )
    before = counted(database, commune, "people_reached"), logged(database, commune)

    # The last rows that a journal needs are those of its teams: its logs are written by then, not yet committed.
    with people_at_portal.at(ADMIN, "/imports/") as page:
        with held(portal, "SELECT 1 FROM teams_team WHERE id = %s FOR UPDATE", [places[-1].team]):
            batch = upload(page, file)
            until(lambda: waiting(database), what="the import waits for the team")
            killed = kill(portal, "imports")
            comes_back(portal, "imports", after=killed)
            assert logged(database, commune) == before[1]
        until(lambda: state(database, batch) == "done", seconds=90, what="the batch is taken up again")
        page.locator("#progress", has_text=f"Đã ghi {ROWS} dòng.").wait_for()

    until(lambda: counted(database, commune, "people_reached") == before[0] + ROWS * 10)
    assert logged(database, commune) == before[1] + ROWS
    counts = database.execute(
        "SELECT rows_total, created, updated, unchanged, refused FROM imports_batch WHERE id = %s", [batch]
    ).fetchone()
    assert counts == (ROWS, ROWS, 0, 0, 0)
    assert demo_portal.differences() == []


def state(database, batch: int) -> str:
    return database.execute("SELECT state FROM imports_batch WHERE id = %s", [batch]).fetchone()[0]


def logged(database, commune: int) -> int:
    """How many logs of the commune there are."""
    return database.execute(
        "SELECT count(*) FROM activities_activity a WHERE a.area_id IN "
        "(SELECT area_id FROM areas_areaancestry WHERE ancestor_id = %s AND during @> a.date)",
        [commune],
    ).fetchone()[0]
