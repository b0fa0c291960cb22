"""The launcher of the embedded PostgreSQL and Redis, on real servers and real crashes."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from cnscd_portal.services.places import digest
from cnscd_portal.services.processes import alive
from cnscd_portal.tests.launching import AS_ROOT, USERS, Launching, copy_installation, make_reachable

pytestmark = pytest.mark.services


def wait_until(true, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_a_first_start_makes_both_servers_and_the_end_stops_them(launching):
    command = launching.up()
    assert command.sql("SELECT current_user, lower('ĐẶNG'), current_setting('fsync')") == [("portal", "đặng", "on")]
    for extension in ("unaccent", "pg_trgm", "btree_gist"):
        command.sql(f"CREATE EXTENSION {extension}")
    assert command.sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert command.redis.ping()
    assert command.redis.config_get("appendonly") == {"appendonly": "yes"}
    assert all(uid_of(pid) != 0 for pid in command.pids.values())
    assert command.sockets.stat().st_mode & 0o777 == 0o700
    command.leave()
    assert launching.servers() == set()
    assert not command.sockets.exists()


def test_a_restart_keeps_all_data(launching):
    first = launching.up()
    first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    first.redis.set("kept", "42")
    first.leave()
    second = launching.up()
    assert second.sql("SELECT answer FROM kept") == [(42,)]
    assert second.redis.get("kept") == "42"
    assert second.leave() == "", "a later start has nothing to tell"


def test_kill_9_of_both_servers_loses_nothing(launching):
    first = launching.up()
    first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    first.redis.set("kept", "42")
    for pid in first.pids.values():
        os.kill(pid, signal.SIGKILL)
    second = launching.up()
    assert second.sql("SELECT answer FROM kept") == [(42,)]
    assert second.redis.get("kept") == "42"
    assert set(second.pids.values()).isdisjoint(first.pids.values())
    first.leave()
    assert second.sql("SELECT 1") == [(1,)], "the second command still uses them"
    second.leave()
    assert launching.servers() == set()


def test_kill_9_of_the_parent_leaves_servers_that_the_next_command_uses_and_stops(launching):
    first = launching.up()
    first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    first.kill()
    assert first.sql("SELECT 1") == [(1,)]
    second = launching.up()
    assert second.pids == first.pids
    assert second.sql("SELECT answer FROM kept") == [(42,)]
    second.leave()
    assert launching.servers() == set()


def test_kill_9_of_parent_and_servers_together_loses_nothing(launching):
    first = launching.up()
    first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    first.kill()
    for pid in launching.servers():
        os.kill(pid, signal.SIGKILL)
    second = launching.up()
    assert second.sql("SELECT answer FROM kept") == [(42,)]
    second.leave()


def test_kill_9_in_the_middle_of_the_first_start_leaves_nothing_half_made(launching):
    process = launching.begin()
    wait_until(lambda: any(launching.data.glob("postgres.new-*/base")))
    process.kill()
    process.wait()
    command = launching.up()
    assert command.sql("SELECT 1") == [(1,)]
    assert not list(launching.data.glob("postgres.new-*"))
    command.leave()


def test_a_stale_pid_file_with_the_pid_of_another_process_is_not_a_running_server(launching):
    launching.up().leave()
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        pid_file = launching.data / "postgres" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{launching.data}/postgres\n1\n5432\n\n\n\nready\n")
        command = launching.up()
        assert command.sql("SELECT 1") == [(1,)]
        command.leave()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_stale_pid_file_with_the_pid_of_another_cluster_is_not_this_one_running(launching, open_folder):
    launching.up().leave()
    other = Launching(launching.user, launching.clone, launching.data.with_name("other"))
    try:
        theirs = other.up()
        theirs.sql("CREATE TABLE theirs AS SELECT 1")
        shutil.copy(other.data / "postgres" / "postmaster.pid", launching.data / "postgres" / "postmaster.pid")
        command = launching.up()
        assert command.pids["postgres"] != theirs.pids["postgres"]
        assert command.sql("SELECT to_regclass('theirs')") == [(None,)]
        command.leave()
        assert theirs.sql("SELECT count(*) FROM theirs") == [(1,)]
        theirs.leave()
    finally:
        other.clean()


def test_commands_at_the_same_time_share_one_pair_of_servers_and_the_last_stops_them(launching):
    begun = [launching.begin() for _ in range(3)]
    commands = [launching.up(process) for process in begun]
    assert len({tuple(command.pids.items()) for command in commands}) == 1
    for command in commands[:2]:
        command.leave()
        assert commands[2].sql("SELECT 1") == [(1,)]
        assert commands[2].redis.ping()
    commands[2].leave()
    assert launching.servers() == set()


def test_a_data_folder_that_is_deleted_under_its_servers_starts_anew(launching):
    first = launching.up()
    shutil.rmtree(launching.data)
    second = launching.up()
    second.sql("CREATE TABLE kept AS SELECT 1")
    assert not any(alive(pid) for pid in first.pids.values()), "they would take the sockets away when they end"
    second.leave()
    first.kill()
    third = launching.up()
    assert third.sql("SELECT count(*) FROM kept") == [(1,)]
    third.leave()


@pytest.mark.parametrize("name", ["Sở KH&CN, dữ liệu 'mới'", "x" * 120], ids=["spaces", "long"])
def test_any_path_will_do(launching, name):
    launching.data = make_reachable(launching.data.parent / name, launching.user) / name / "var"
    command = launching.up()
    command.sql("CREATE TABLE kept AS SELECT 1")
    command.redis.set("kept", "1")
    assert len(os.fsencode(command.sockets / ".s.PGSQL.5432.lock")) < 100
    command.leave()
    second = launching.up()
    assert second.sql("SELECT count(*) FROM kept") == [(1,)]
    assert second.redis.get("kept") == "1"
    second.leave()


def test_a_server_that_is_named_is_not_started(launching):
    process = launching.begin(DATABASE_URL="postgres://portal@//nonexistent/portal")
    command = launching.up(process)
    assert list(command.pids) == ["redis-server"]
    assert not (launching.data / "postgres").exists()
    command.leave()


def test_the_secret_key_is_made_once_and_closed_to_others(launching):
    launching.up().leave()
    key = (launching.data / "secret_key").read_text()
    launching.up().leave()
    assert len(key) >= 50
    assert (launching.data / "secret_key").read_text() == key
    assert (launching.data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_path_under_a_file_gives_one_sentence(launching):
    launching.data = make_reachable(launching.data.parent / "home", launching.user) / "file" / "var"
    launching.data.parent.touch()
    assert "Không ghi được vào thư mục" in launching.refused()


def test_a_limit_on_the_size_of_files_gives_one_sentence(launching):
    """What a quota does, where no small disk can be mounted: 1 MB is less than initdb's first WAL segment."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n"
    sentence = launching.refused(limited)
    assert "đã đầy" in sentence
    assert str(launching.data) in sentence


ORDINARY = USERS[-1]


@pytest.mark.parametrize("launching", [ORDINARY], indirect=True)
def test_a_folder_that_the_user_may_not_write_gives_one_sentence(launching):
    launching.data.parent.chmod(0o555)
    sentence = launching.refused()
    assert "Không ghi được vào thư mục" in sentence
    assert str(launching.data) in sentence


# Only root can mount a small disk and owns /root; the cases are told apart here, none is skipped.
if AS_ROOT:

    @pytest.fixture
    def small_disk(launching):
        """A disk of 150 MB for the data folder; a new cluster takes 60."""
        disk = launching.data.parent / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150m,mode=755", "tmpfs", disk], check=True)
        make_reachable(disk, launching.user)
        launching.data = disk / "var"
        yield disk
        launching.clean()
        launching.started.clear()
        subprocess.run(["umount", disk], check=True)

    def fill(disk: Path, leave: int = 0) -> Path:
        """Fills the disk but for `leave` bytes."""
        ballast = disk / "ballast"
        free = shutil.disk_usage(disk).free - leave
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free)
        return ballast

    @pytest.mark.parametrize("left", [0, 2**20, 30 * 2**20], ids=["nothing", "1 MB", "30 MB"])
    def test_a_full_disk_at_the_first_start_gives_one_sentence_and_room_mends_it(launching, small_disk, left):
        ballast = fill(small_disk, leave=left)
        assert "đã đầy" in launching.refused()
        ballast.unlink()
        launching.up().leave()

    def test_a_full_disk_at_a_later_start_gives_one_sentence_and_loses_nothing(launching, small_disk):
        first = launching.up()
        first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
        first.leave()
        ballast = fill(small_disk)
        assert "đã đầy" in launching.refused()
        assert launching.servers() == set()
        ballast.unlink()
        second = launching.up()
        assert second.sql("SELECT answer FROM kept") == [(42,)]
        second.leave()

    @pytest.mark.parametrize("launching", ["root"], indirect=True)
    def test_root_with_a_clone_under_root_has_programs_and_data_where_the_servers_reach_them(launching):
        home = Path(tempfile.mkdtemp(prefix="cnscd test ", dir="/root"))
        launching.clone = copy_installation(home / "clone")
        launching.data = home / "var"
        elsewhere = [Path(f"/var/lib/cnscd-portal-{digest(place)}") for place in (home / "var", launching.clone)]
        try:
            first = launching.up()
            first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
            first.redis.set("kept", "42")
            assert Path(first.said["data"]) == elsewhere[0]
            program = Path(f"/proc/{first.pids['postgres']}/exe").readlink()
            assert program.is_relative_to(elsewhere[1])
            assert str(elsewhere[0]) in first.leave(), "the terminal is told where the data are"
            second = launching.up()
            assert second.sql("SELECT answer FROM kept") == [(42,)]
            assert second.redis.get("kept") == "42"
            second.leave()
        finally:
            launching.data = elsewhere[0]
            launching.clean()
            for folder in (home, *elsewhere):
                shutil.rmtree(folder)

    @pytest.mark.parametrize("launching", ["daemon"], indirect=True)
    def test_root_goes_on_with_the_data_of_an_ordinary_user_and_gives_it_back(launching):
        first = launching.up()
        first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
        first.leave()
        by_root = Launching("root", launching.clone, launching.data)
        second = by_root.up()
        assert second.sql("SELECT answer FROM kept") == [(42,)]
        second.leave()
        by_root.clean()
        third = launching.up()
        assert third.sql("SELECT answer FROM kept") == [(42,)]
        third.leave()
