"""End a run that is past its deadline or no longer wanted, through RunOptions.terminate."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from inference.engine.cancelling import Cancel

_TICK_SECONDS = 0.01


@dataclass(eq=False, slots=True)
class Watched:
    """One run under watch. `ended` says why it was told to stop, or is None."""

    options: Any
    deadline: float | None
    cancel: Cancel | None
    ended: str | None = None

    def verdict(self, now: float) -> str | None:
        if self.deadline is not None and now >= self.deadline:
            return "deadline_exceeded"
        return "cancelled" if self.cancel is not None and self.cancel.is_set() else None


class Watchdog:
    """One daemon thread for all runs of a process; it sleeps while nothing is watched."""

    def __init__(self) -> None:
        self.start_afresh()

    def start_afresh(self) -> None:
        self._changed = threading.Condition()
        self._watched: set[Watched] = set()
        self._thread: threading.Thread | None = None

    def watch(self, watched: Watched) -> None:
        with self._changed:
            self._watched.add(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="run-watch", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, watched: Watched) -> None:
        with self._changed:
            self._watched.discard(watched)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._watched:
                    self._changed.wait()
                self._look()
            time.sleep(_TICK_SECONDS)

    def _look(self) -> None:
        now = time.monotonic()
        for watched in list(self._watched):
            watched.ended = watched.verdict(now)
            if watched.ended is not None:
                watched.options.terminate = True
                self._watched.discard(watched)


watchdog = Watchdog()
# A forked worker inherits the object but not its thread.
os.register_at_fork(after_in_child=watchdog.start_afresh)
