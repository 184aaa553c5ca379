from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.environment.session import PROJECT
from tests.platform.processes import children_of, descendants_of, is_alive, wait_until

Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a supervisor over services of a kind; its output is in `output`."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(kind: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.platform.supervised", kind, str(tmp_path)],
                cwd=PROJECT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def pids(folder: Path, name: str) -> set[int]:
    return {int(path.suffix[1:]) for path in folder.glob(f"{name}.*")}


def wait_for_all(folder: Path) -> set[int]:
    assert wait_until(lambda: all(pids(folder, name) for name in "abc"))
    return set().union(*(pids(folder, name) for name in "abc"))


def output(folder: Path) -> str:
    return (folder / "output").read_text()


def test_killed_service_is_started_again(start: Start, tmp_path: Path) -> None:
    start("tickers")
    wait_for_all(tmp_path)
    (first,) = pids(tmp_path, "b")
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: len(pids(tmp_path, "b")) == 2)
    assert "b          | ended (SIGKILL), starting it again in 0.5 s" in output(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_everything_in_order(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    supervisor = start("tickers")
    services = wait_for_all(tmp_path)
    supervisor.send_signal(number)
    assert supervisor.wait(30) == 0
    assert (tmp_path / "ended").read_text().split() == ["a", "b", "c"]
    assert not [pid for pid in services if is_alive(pid)]


def test_killed_supervisor_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    supervisor = start("tickers")
    services = wait_for_all(tmp_path)
    supervisor.kill()
    assert wait_until(lambda: not [pid for pid in services if is_alive(pid)])


def test_service_that_does_not_end_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = start("stubborn")
    assert wait_until(lambda: "deaf" in output(tmp_path))
    services = children_of(supervisor.pid)
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert "does not end, killing it" in output(tmp_path)
    assert not [pid for pid in services if is_alive(pid)]


def test_what_a_dead_service_left_behind_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = start("parent")
    assert wait_until(lambda: len(descendants_of(supervisor.pid)) == 2)
    (parent,) = children_of(supervisor.pid)
    (orphan,) = children_of(parent)
    os.kill(parent, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(orphan))


def test_failing_service_is_tried_ever_more_slowly(start: Start, tmp_path: Path) -> None:
    start("failing")
    assert wait_until(lambda: "again in 2 s" in output(tmp_path))
    waits = [line.split()[-2] for line in output(tmp_path).splitlines() if "again in" in line]
    assert waits[:3] == ["0.5", "1", "2"]
    assert "ended (exit 3)" in output(tmp_path)


def test_each_line_names_its_service(start: Start, tmp_path: Path) -> None:
    start("tickers")
    wait_for_all(tmp_path)
    assert wait_until(lambda: "a          | hello from a" in output(tmp_path))


def test_child_dies_with_a_killed_parent() -> None:
    code = (
        "import os, signal, subprocess, sys, time\n"
        "from config.servers.process import die_with_parent\n"
        "child = subprocess.Popen(['sleep', '600'],"
        " preexec_fn=die_with_parent(os.getpid(), signal.SIGKILL))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    assert wait_until(lambda: not is_alive(child))
