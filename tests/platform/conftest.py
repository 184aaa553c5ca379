from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers import Layout, ServersInUse, use_servers
from config.servers.client import keeper_state
from tests.environment.session import PROJECT, open_folder
from tests.platform.processes import processes_naming, wait_until

HOLD = "import sys; from pathlib import Path; from config.servers import use_servers\n"
HOLD += "use_servers(Path(sys.argv[1]), durable=False); print('held', flush=True); sys.stdin.read()"


class Holder:
    """Another process that uses the servers of a data folder."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def keeper_pid(layout: Layout) -> int:
    state = keeper_state(layout)
    assert state is not None
    pid = state["pid"]
    assert isinstance(pid, int)
    return pid


def server_processes(layout: Layout) -> dict[int, str]:
    """Keeper, PostgreSQL and Valkey of a data folder."""
    return {**processes_naming(str(layout.home)), **processes_naming(str(layout.sockets))}


def nothing_runs(layout: Layout) -> bool:
    return wait_until(lambda: not server_processes(layout))


def use_quick(home: Path) -> ServersInUse:
    """Servers that need not survive a power cut; a killed process loses nothing all the same."""
    return use_servers(home, durable=False)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty data folder; its servers are gone and its files removed afterwards."""
    folder = open_folder() / "home"
    yield folder
    layout = Layout(folder)
    assert nothing_runs(layout), server_processes(layout)
    for left in (layout.data, layout.sockets, folder):
        shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Layout]:
    """Servers that run for a whole module of tests that only look."""
    folder = open_folder() / "home"
    with use_servers(folder) as claim:
        yield claim.layout
    assert nothing_runs(claim.layout)
    shutil.rmtree(claim.layout.sockets, ignore_errors=True)
