"""The process that owns the embedded servers: `python -m config.servers.keeper HOME`.

It lives as long as some process holds the users' lock shared. The kernel gives a lock back
when its holder ends, however it ends: a killed user leaves no server behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.servers.errors import ServerError
from config.servers.layout import Layout
from config.servers.postgresql import PostgreSQL
from config.servers.process import started_at_tick
from config.servers.valkey import Valkey

TICK_SECONDS = 0.25
RESTART_SECONDS = (0.5, 1, 2, 5, 10)
STEADY_SECONDS = 60.0
LOG_BYTES = 10_000_000


@dataclass
class Watch:
    """A server with the record of its restarts."""

    server: PostgreSQL | Valkey
    failures: int = 0
    begun: float = field(default_factory=time.monotonic)
    due: float = 0.0

    def ended(self) -> bool:
        process = self.server.process
        return process is None or process.poll() is not None

    def tend(self) -> None:
        """Start the server again when it has ended and its waiting time is over."""
        if not self.ended():
            return
        now = time.monotonic()
        if not self.due:
            self._plan(now)
        if now >= self.due:
            self._restart()

    def _plan(self, now: float) -> None:
        steady = now - self.begun > STEADY_SECONDS
        self.failures = 0 if steady else self.failures
        self.due = now + RESTART_SECONDS[min(self.failures, len(RESTART_SECONDS) - 1)]
        self.failures += 1
        report(f"{type(self.server).__name__} has ended, starting it again")

    def _restart(self) -> None:
        self.due, self.begun = 0.0, time.monotonic()
        try:
            self.server.start()
        except ServerError as error:
            report(str(error))


def report(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")
    sys.stderr.flush()


def write_state(layout: Layout, **state: object) -> None:
    draft = layout.state_file.with_suffix(".new")
    pid = os.getpid()
    draft.write_text(json.dumps({"pid": pid, "started": started_at_tick(pid), **state}))
    draft.rename(layout.state_file)


def take_lock(path: Path, patience_seconds: float = 0.0) -> IO[str] | None:
    """The file with an exclusive lock, or None when somebody else has it."""
    file = path.open("w")
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.05)
        else:
            return file


def keep(layout: Layout, *, durable: bool) -> int:
    """Run the servers until nobody uses them or a signal asks to end.

    Returns the exit status: 0 after an orderly end, 1 when the servers did not start.
    """
    lock = take_lock(layout.keeper_lock)
    if lock is None:
        return 0
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: asked.append(received))
    servers: list[PostgreSQL | Valkey] = [PostgreSQL(layout, durable), Valkey(layout)]
    try:
        write_state(layout, state="starting")
        layout.prepare()
        _trim_logs(servers)
        for server in servers:
            server.start()
        write_state(layout, state="ready")
        _tend_until_unused(layout, [Watch(server) for server in servers], asked)
        write_state(layout, state="stopping")
    except (ServerError, OSError) as error:
        report(str(error))
        write_state(layout, state="failed", error=str(error))
        return 1
    finally:
        for server in reversed(servers):
            server.stop()
    shutil.rmtree(layout.sockets, ignore_errors=True)
    layout.state_file.unlink(missing_ok=True)
    return 0


def _tend_until_unused(layout: Layout, watches: list[Watch], asked: list[int]) -> None:
    while not asked:
        for watch in watches:
            watch.tend()
        # Kept until this process ends, so that a new user waits for the stop to finish.
        unused = take_lock(layout.users_lock)
        if unused is not None:
            _KEPT.append(unused)
            return
        time.sleep(TICK_SECONDS)


_KEPT: list[IO[str]] = []


def _trim_logs(servers: list[PostgreSQL | Valkey]) -> None:
    for server in servers:
        if server.log.exists() and server.log.stat().st_size > LOG_BYTES:
            server.log.replace(server.log.with_suffix(".log.1"))


def main() -> int:
    home = Path(sys.argv[1])
    durable = "--not-durable" not in sys.argv[2:]
    return keep(Layout(home), durable=durable)


if __name__ == "__main__":
    sys.exit(main())
