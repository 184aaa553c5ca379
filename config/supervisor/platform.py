"""The services of one machine, and what must be done before they start."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.start import PROJECT, database_role
from config.supervisor.service import Service

WORKERS = {"default": 2, "evaluation": 1, "reports": 1}
SOFT_SHUTDOWN_SECONDS = 40.0


class CannotStart(RuntimeError):
    """Something stands in the way; the message says what to do."""


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(PROJECT / "manage.py"), *arguments]


def run_step(*arguments: str) -> None:
    """Run a management command to its end as its own process, with its own database role.

    Raises:
        CannotStart: it failed; what it printed has been shown.
    """
    done = subprocess.run(manage(*arguments), env=role_environment(arguments[0]), check=False)
    if done.returncode != 0:
        raise CannotStart(f"manage.py {' '.join(arguments)} failed (see above).")


def role_environment(command: str) -> dict[str, str]:
    own = {"MUNIMENT_DB_ROLE": database_role(command), "MUNIMENT_HASHED_STATIC": "true"}
    return {**os.environ, **own}


def platform_services(host: str, port: int, commands: Iterable[str]) -> list[Service]:
    """Web, scheduler, workers and sequencer; those whose command is installed."""
    own = [
        _command_service("scheduler", "run_scheduler", stop_order=0),
        _command_service("sequencer", "run_sequencer", stop_order=3),
    ]
    installed = set(commands)
    return [
        _web(host, port),
        *(_worker(queue, size) for queue, size in WORKERS.items()),
        *(service for service in own if service.command[2] in installed),
    ]


def _command_service(name: str, command: str, stop_order: int) -> Service:
    environment = {"MUNIMENT_DB_ROLE": database_role(command)}
    return Service(name, manage(command), environment, stop_order)


def _web(host: str, port: int) -> Service:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application",
        "--config", str(PROJECT / "config" / "gunicorn.py"), "--bind", f"{host}:{port}",
    ]  # fmt: skip
    environment = {
        "MUNIMENT_DB_ROLE": "app",
        "MUNIMENT_HASHED_STATIC": "true",
        # A page that waits longer than this for the database is refused, not left hanging.
        "MUNIMENT_STATEMENT_SECONDS": "10",
        "MUNIMENT_BROKER_SECONDS": "1",
    }
    return Service("web", command, environment, stop_order=1, patience_seconds=25)


def _worker(queue: str, size: int) -> Service:
    command = [
        sys.executable, "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--queues", queue,
        "--concurrency", str(size), "--hostname", f"{queue}@%h", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    environment = {"MUNIMENT_DB_ROLE": "app", "DO_NOT_TRACK": "1"}
    # SIGQUIT is Celery's soft shutdown: running tasks get their time, then are put back.
    return Service(
        queue, command, environment, stop_order=2,
        stop_signal=signal.SIGQUIT, patience_seconds=SOFT_SHUTDOWN_SECONDS,
    )  # fmt: skip


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the data folder for this supervisor.

    Raises:
        CannotStart: another one holds it.
    """
    with (home / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"Muniment is already running on {home}. End it first, or choose another data "
                "folder with MUNIMENT_HOME."
            ) from None
        yield


def demand_free_port(host: str, port: int) -> None:
    """Raises CannotStart when something listens there, or the address is not ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} of {host} cannot be used ({error.strerror}). "
                "Choose another with MUNIMENT_PORT."
            ) from error


def wait_for_port(host: str, port: int, patience_seconds: float) -> bool:
    """Whether something listens there within the patience."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False
