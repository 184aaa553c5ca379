from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.servers.account import ServerAccount

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int, death_signal: int) -> Callable[[], None]:
    """A preexec function: the kernel sends `death_signal` when the parent process ends."""

    def arrange() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
        # The parent may have ended before the line above ran.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


def spawn_server(
    command: list[str], account: ServerAccount, folder: Path, log: Path, death_signal: int
) -> subprocess.Popen[bytes]:
    """Start a server as `account` in its own process group, its output appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=server_environment(),
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid(), death_signal),  # noqa: PLW1509 (two system calls)
            **identity(account),
        )


def server_environment() -> dict[str, str]:
    """Nothing of ours leaks into the servers: no secret, no PG* variable, no locale."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def identity(account: ServerAccount) -> dict[str, Any]:
    """Popen's arguments that make a child run as the account."""
    if account.is_this_process:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def stop(process: subprocess.Popen[bytes], ask: int, patience_seconds: float) -> None:
    """Ask a child to end, and kill its group when it does not within the patience."""
    if process.poll() is not None:
        return
    process.send_signal(ask)
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def started_at_tick(pid: int) -> int | None:
    """The kernel's start time of a process in clock ticks: with the pid, a process's identity."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])
