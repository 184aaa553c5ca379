from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.servers import Layout, ServerError
from config.servers.client import keeper_state
from tests.platform.conftest import Holder, keeper_pid, nothing_runs, server_processes, use_quick
from tests.platform.processes import children_of, is_alive, wait_until


def write_row(layout: Layout) -> None:
    with psycopg.connect(layout.database_url("owner")) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('kept')")


def rows(layout: Layout) -> list[tuple[str, ...]]:
    with psycopg.connect(layout.database_url("owner")) as connection:
        return connection.execute("SELECT word FROM kept").fetchall()


def answers(layout: Layout) -> bool:
    try:
        rows(layout)
    except psycopg.OperationalError:
        return False
    return True


def child_named(pid: int, word: str) -> int:
    found = [
        child for child in children_of(pid) if word in Path(f"/proc/{child}/cmdline").read_text()
    ]
    assert len(found) == 1
    return found[0]


def test_second_user_finds_the_running_servers(home: Path) -> None:
    with use_quick(home) as first:
        keeper = keeper_pid(first.layout)
        with use_quick(home):
            assert keeper_pid(first.layout) == keeper
        assert is_alive(keeper)


def test_two_first_users_at_once_share_one_set_of_servers(home: Path) -> None:
    code = "import sys; from pathlib import Path; from config.servers import use_servers; "
    code += "print(use_servers(Path(sys.argv[1]), durable=False).layout.state_file.read_text())"
    command = [sys.executable, "-c", code, str(home)]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    answers = {racer.communicate(timeout=60)[0] for racer in racers}
    assert len(answers) == 1
    assert b"ready" in answers.pop()


def test_servers_end_when_the_last_user_has_gone(home: Path) -> None:
    with use_quick(home) as claim:
        assert server_processes(claim.layout)
    assert nothing_runs(claim.layout)
    assert keeper_state(claim.layout) is None


def test_killed_user_leaves_no_server_behind(home: Path) -> None:
    holder = Holder(home)
    layout = Layout(home)
    assert server_processes(layout)
    holder.kill()
    assert nothing_runs(layout)


def test_killed_keeper_takes_its_servers_along_and_data_survives(home: Path) -> None:
    with use_quick(home) as claim:
        write_row(claim.layout)
        os.kill(keeper_pid(claim.layout), signal.SIGKILL)
        assert nothing_runs(claim.layout)
    with use_quick(home) as claim:
        assert rows(claim.layout) == [("kept",)]


def test_killed_postgresql_is_started_again_with_what_was_committed(home: Path) -> None:
    with use_quick(home) as claim:
        write_row(claim.layout)
        server = child_named(keeper_pid(claim.layout), "postgres")
        os.kill(server, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(server))
        assert wait_until(lambda: answers(claim.layout))
        assert rows(claim.layout) == [("kept",)]


def test_killed_valkey_is_started_again_with_its_queue(home: Path) -> None:
    with use_quick(home) as claim:
        client = redis.Redis(unix_socket_path=str(claim.layout.valkey_socket))
        client.rpush("queue", "job")
        # The append-only file is synced every second.
        assert wait_until(lambda: b"job" in b"".join(
            path.read_bytes() for path in claim.layout.data.glob("valkey/appendonlydir/*.incr.aof")
        ))  # fmt: skip
        server = child_named(keeper_pid(claim.layout), "valkey")
        os.kill(server, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(server))
        assert wait_until(claim.layout.valkey_socket.exists)
        assert wait_until(lambda: queue_length(client) == 1)
        client.close()


def queue_length(client: redis.Redis) -> int:
    try:
        return int(client.llen("queue"))
    except redis.ConnectionError:
        return -1


def test_interrupted_first_start_is_begun_anew(home: Path) -> None:
    layout = Layout(home)
    layout.prepare()
    half_made = layout.data / "postgresql.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    with use_quick(home) as claim:
        write_row(claim.layout)
        assert rows(claim.layout) == [("kept",)]


def test_start_that_fails_says_why(home: Path) -> None:
    layout = Layout(home)
    layout.prepare()
    (layout.data / "postgresql").mkdir()
    with pytest.raises(ServerError, match="did not start"):
        use_quick(home)
    assert nothing_runs(layout)
