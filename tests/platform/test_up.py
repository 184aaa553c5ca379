from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.servers import Layout
from tests.environment.session import PROJECT, open_folder
from tests.platform.conftest import nothing_runs
from tests.platform.processes import children_of, descendants_of, is_alive, wait_until

START_SECONDS = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Platform:
    """A real `manage.py up` on an empty data folder."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.log = home.parent / "up.log"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own = {"MUNIMENT_HOME": str(self.home), "MUNIMENT_PORT": str(self.port)}
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "up"],
                env={**kept, **own},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self, text: str) -> bool:
        return text in self.log.read_text(errors="replace")

    def ready(self) -> bool:
        return self.process.poll() is not None or self.said("ready at http")

    def service(self, words: str) -> set[int]:
        """The supervisor's children with these words on their command line."""
        return {pid for pid in children_of(self.process.pid) if words in command_line(pid)}


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    home = open_folder() / "home"
    running = Platform(home)
    assert wait_until(running.ready, START_SECONDS)
    assert running.process.poll() is None, running.log.read_text()
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
    layout = Layout(home)
    assert nothing_runs(layout)
    for folder in (layout.data, layout.sockets):
        shutil.rmtree(folder, ignore_errors=True)


def test_web_answers_with_a_strict_policy(platform: Platform) -> None:
    answer = httpx.get(f"http://127.0.0.1:{platform.port}/", follow_redirects=True)
    assert answer.status_code < 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_static_files_have_hashed_names_and_keep_for_ever(platform: Platform) -> None:
    manifest = (platform.home / "static" / "staticfiles.json").read_text()
    assert "fonts/source-sans/SourceSansPro-Regular.otf" in manifest
    hashed = next((platform.home / "static" / "fonts" / "source-sans").glob("*-Regular.*.otf"))
    answer = httpx.get(f"http://127.0.0.1:{platform.port}/static/fonts/source-sans/{hashed.name}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_second_supervisor_on_the_same_data_is_refused(platform: Platform) -> None:
    environment = {**os.environ, "MUNIMENT_HOME": str(platform.home)}
    for name in ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_SEQUENCER_URL", "REDIS_URL"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "up"],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "already running" in done.stderr


@pytest.mark.parametrize("words", ["gunicorn", "--queues default", "run_sequencer"])
def test_killed_process_comes_back(platform: Platform, words: str) -> None:
    (first,) = platform.service(words)
    left_behind = descendants_of(first)
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: bool(platform.service(words) - {first}), 60)
    assert wait_until(lambda: not [pid for pid in left_behind if is_alive(pid)])


def test_one_interrupt_ends_everything(platform: Platform) -> None:
    everything = descendants_of(platform.process.pid)
    assert len(everything) > 10
    platform.process.send_signal(signal.SIGINT)
    assert platform.process.wait(90) == 0
    assert not [pid for pid in everything if is_alive(pid)]
    assert nothing_runs(Layout(platform.home))
