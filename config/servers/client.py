from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from config.servers.errors import ServerError
from config.servers.layout import Layout
from config.servers.postgresql import tail
from config.servers.process import started_at_tick

WAIT_SECONDS = 120.0
PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class ServersInUse:
    """A claim on the servers of a data folder; they run at least until it is released."""

    layout: Layout
    lock: IO[str]
    wait: bool = False

    def release(self) -> None:
        self.lock.close()

    def release_and_wait(self, patience_seconds: float = 30.0) -> None:
        """Release, and wait for the servers to end unless somebody else still uses them."""
        self.release()
        deadline = time.monotonic() + patience_seconds
        while keeper_state(self.layout) is not None and time.monotonic() < deadline:
            if _is_used(self.layout):
                return
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.wait:
            self.release_and_wait()
        else:
            self.release()


def use_servers(home: Path, *, durable: bool = True, wait: bool = False) -> ServersInUse:
    """Claim the servers of `home`, starting them when they are not running.

    The claim is a shared lock: it ends with `release()` or with this process, however that ends.
    With `wait`, leaving the `with` block waits for the servers' own end.

    Raises:
        ServerError: the servers did not start; the message holds the end of their log.
    """
    layout = Layout(home.resolve())
    layout.prepare()
    deadline = time.monotonic() + WAIT_SECONDS
    claim = ServersInUse(layout, _shared_lock(layout.users_lock, deadline), wait)
    try:
        _wait_until_ready(layout, deadline, durable)
    except BaseException:
        claim.release()
        raise
    return claim


def keeper_state(layout: Layout) -> dict[str, object] | None:
    """What the living keeper last wrote, or None when there is no living keeper."""
    try:
        state: dict[str, object] = json.loads(layout.state_file.read_text())
    except (OSError, ValueError):
        return None
    if state.get("state") == "failed":
        return state
    pid = state.get("pid")
    if not isinstance(pid, int) or started_at_tick(pid) != state.get("started"):
        return None
    return state


def _is_used(layout: Layout) -> bool:
    """Whether some other process holds the users' lock shared: the keeper would hold it alone."""
    with layout.users_lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _can_share(layout)
        return False


def _can_share(layout: Layout) -> bool:
    with layout.users_lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _shared_lock(path: Path, deadline: float) -> IO[str]:
    file = path.open("a")
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                raise ServerError(f"The servers are still stopping ({path}).") from None
            time.sleep(0.05)
        else:
            return file


def _wait_until_ready(layout: Layout, deadline: float, durable: bool) -> None:
    keeper: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        state = keeper_state(layout)
        if state is not None and state["state"] == "ready":
            return
        if keeper is not None and keeper.poll() not in (None, 0):
            error = (state or {}).get("error") or tail(layout.keeper_log)
            raise ServerError(f"The embedded servers did not start. {error}")
        alive = state is not None and state["state"] != "failed"
        if not alive and (keeper is None or keeper.poll() is not None):
            keeper = _start_keeper(layout, durable)
        time.sleep(0.05)
    raise ServerError(f"The embedded servers are not ready after {WAIT_SECONDS:.0f} s.")


def _start_keeper(layout: Layout, durable: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.servers.keeper", str(layout.home)]
    if not durable:
        command.append("--not-durable")
    environment = {k: v for k, v in os.environ.items() if k in _PASSED_ON}
    inherited = os.environ.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PROJECT), inherited)))
    with layout.keeper_log.open("ab") as log:
        # Its own session: Ctrl-C in a terminal reaches the users first, then the keeper follows.
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            env=environment, start_new_session=True,
        )  # fmt: skip


_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_RUNTIME_DIR", "TMPDIR")
