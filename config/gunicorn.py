"""Gunicorn's settings; `manage.py up` gives the address."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from config.servers.process import die_with_parent

worker_class = "gthread"
workers = int(os.environ.get("MUNIMENT_WEB_PROCESSES", "2"))
threads = int(os.environ.get("MUNIMENT_WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 5
# Memory, not a disk: a slow disk must not look like a stuck worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
loglevel = "warning"
limit_request_line = 8190


def post_fork(_server: Any, _worker: Any) -> None:
    """A killed web process must not leave its workers behind."""
    die_with_parent(os.getppid(), signal.SIGTERM)()
