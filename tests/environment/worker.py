from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.servers.process import die_with_parent
from tests.environment.session import PROJECT

READY_SECONDS = 60.0


class Worker:
    """A real Celery worker process, its log in a file."""

    def __init__(self, queues: tuple[str, ...], concurrency: int, folder: Path) -> None:
        self.log = folder / f"worker-{'-'.join(queues)}-{time.monotonic_ns()}.log"
        command = [
            sys.executable, "-m", "celery", "--app", "config.celery", "worker",
            "--queues", ",".join(queues), "--concurrency", str(concurrency),
            "--hostname", f"test-{time.monotonic_ns()}@%h", "--loglevel", "INFO",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ]  # fmt: skip
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=os.environ.copy(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid(), signal.SIGKILL),  # noqa: PLW1509
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if " ready." in self.log.read_text(errors="replace"):
                return
            time.sleep(0.1)
        raise AssertionError(f"The worker is not ready:\n{self.log.read_text(errors='replace')}")

    def kill(self) -> None:
        """Kill the worker and its pool at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
