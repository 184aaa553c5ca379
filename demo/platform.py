"""Muniment as a child process: `manage.py up --demo`, its lines kept in a file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from config.servers.process import die_with_parent
from config.start import PROJECT

START_SECONDS = 180.0
END_SECONDS = 90.0
TOKEN = re.compile(r"/first-run with the token (\S+)")


class PlatformError(Exception):
    """It did not start; the text holds the end of what it said."""


@dataclass
class Platform:
    home: Path
    site: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    token: str = ""
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def log(self) -> Path:
        return self.home / "platform.log"

    def read(self, output: IO[str]) -> None:
        with self.log.open("w", encoding="utf-8") as log:
            for line in output:
                log.write(line)
                log.flush()
                self.notice(line.rstrip())

    def notice(self, line: str) -> None:
        self.lines = [*self.lines[-39:], line]
        found = TOKEN.search(line)
        if found:
            self.token = found[1]
            self.ready.set()

    def wait_until_up(self, show: Callable[[str], None]) -> None:
        """Until the first page answers and the one-time token was printed. Raises PlatformError."""
        deadline = self.wait_until_answers(show)
        while not self.ready.wait(0.25):
            self.check_alive(deadline)

    def wait_until_answers(self, show: Callable[[str], None]) -> float:
        """Until the first page answers; what is left of the patience is the deadline. Raises PlatformError."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            self.check_alive(deadline)
            time.sleep(0.25)
        show(f"The first page is up: {self.site}")
        return deadline

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.site}/health", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def check_alive(self, deadline: float) -> None:
        if self.process.poll() is not None or time.monotonic() > deadline:
            said = "\n".join(self.lines[-15:])
            raise PlatformError(f"The platform did not start. It said last:\n{said}")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start_platform(home: Path, port: int) -> Platform:
    """Not in the terminal's process group: Ctrl-C reaches us, and we end it in order."""
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "manage.py"), "up", "--demo"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent(os.getpid(), signal.SIGINT),  # noqa: PLW1509 (two system calls)
    )
    platform = Platform(home, f"http://127.0.0.1:{port}", process)
    assert process.stdout is not None
    threading.Thread(target=platform.read, args=(process.stdout,), daemon=True).start()
    return platform
