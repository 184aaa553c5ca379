from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

from config.servers.process import die_with_parent

BACK_OFF_SECONDS = (0.5, 1, 2, 5, 10, 30)
STEADY_SECONDS = 60.0

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Service:
    """A program to keep running, and how to ask it to end.

    `stop_order`: the lowest is asked first; equal ones are asked together.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    stop_order: int
    stop_signal: int = signal.SIGTERM
    patience_seconds: float = 15.0


@dataclass
class Running:
    """A service, its process, and what to do when it ends by itself."""

    service: Service
    say: Say
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    begun: float = 0.0
    due: float = field(default_factory=time.monotonic)
    reader: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Start what is due; notice an end and plan the next start."""
        if self.is_alive:
            return
        if self.process is not None:
            self._plan_restart()
        elif time.monotonic() >= self.due:
            self._start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.is_alive:
            self.process.send_signal(self.service.stop_signal)

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until the deadline (monotonic seconds), then kill the whole process group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(self.service.name, "does not end, killing it")
        self._kill_group()
        self.process.wait()
        self._finish_reading()
        self.process = None

    def _start(self) -> None:
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            self.service.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **self.service.environment},
            start_new_session=True,
            # Two system calls and no lock: safe beside the reader threads.
            preexec_fn=die_with_parent(os.getpid(), self.service.stop_signal),  # noqa: PLW1509
        )
        assert self.process.stdout is not None
        self.reader = threading.Thread(target=self._relay, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def _relay(self, output: IO[bytes]) -> None:
        for line in output:
            self.say(self.service.name, line.decode(errors="replace").rstrip())

    def _plan_restart(self) -> None:
        assert self.process is not None
        status = self.process.returncode
        self._kill_group()
        self._finish_reading()
        steady = time.monotonic() - self.begun > STEADY_SECONDS
        self.restarts = 0 if steady else self.restarts
        wait = BACK_OFF_SECONDS[min(self.restarts, len(BACK_OFF_SECONDS) - 1)]
        self.say(self.service.name, f"ended ({describe(status)}), starting it again in {wait:g} s")
        self.restarts += 1
        self.process, self.due = None, time.monotonic() + wait

    def _kill_group(self) -> None:
        """What a dead service left behind in its process group must not work on."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _finish_reading(self) -> None:
        if self.reader is not None:
            self.reader.join(2)


def describe(status: int) -> str:
    """`exit 3` or `SIGKILL`."""
    return f"exit {status}" if status >= 0 else signal.Signals(-status).name
