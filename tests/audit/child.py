"""The sequencer's loop as a process that starts at once: forked from a server that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

from governance.audit.logkey import SignerHome
from governance.audit.management.commands.run_sequencer import keep

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.audit.child"])


def keep_log(folder: str, url: str) -> None:
    keep(Event(), SignerHome(Path(folder)), 0.01, {"conninfo": url})


def start(folder: Path, url: str) -> BaseProcess:
    process = FORKS.Process(target=keep_log, args=(str(folder), url), daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """As kill -9 does."""
    assert process.pid is not None
    os.kill(process.pid, 9)
    process.join()
