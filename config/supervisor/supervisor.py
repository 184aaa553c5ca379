from __future__ import annotations

import itertools
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from config.supervisor.service import Running, Service

TICK_SECONDS = 0.2
NAME_WIDTH = 10
IMPATIENT = 2


@dataclass
class Supervisor:
    """Keeps services running until a signal, then ends them in order.

    A second signal ends them at once.
    """

    services: list[Service]
    on_first_tick: Callable[[], None] = lambda: None
    running: list[Running] = field(default_factory=list, init=False)
    signals: int = field(default=0, init=False)
    _mouth: threading.Lock = field(default_factory=threading.Lock, init=False)

    def run(self) -> int:
        """Blocks. Returns the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self.running = [Running(service, self.say) for service in self.services]
        try:
            self._tend_until_signalled()
        finally:
            self._end_all()
        return 0

    def say(self, name: str, text: str) -> None:
        """One line to standard output, with the service's name in front."""
        with self._mouth:
            try:
                sys.stdout.write(f"{name:<{NAME_WIDTH}} | {text}\n")
                sys.stdout.flush()
            except (BrokenPipeError, ValueError):
                # Nobody reads any more: work goes on, unheard.
                return

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _tend_until_signalled(self) -> None:
        for entry in self.running:
            entry.tend()
        threading.Thread(target=self.on_first_tick, daemon=True).start()
        while not self.signals:
            for entry in self.running:
                entry.tend()
            time.sleep(TICK_SECONDS)

    def _end_all(self) -> None:
        self.say("muniment", "ending")
        by_order = sorted(self.running, key=lambda entry: entry.service.stop_order)
        for _, group in itertools.groupby(by_order, key=lambda entry: entry.service.stop_order):
            self._end_together(list(group))
        self.say("muniment", "ended")

    def _end_together(self, entries: list[Running]) -> None:
        for entry in entries:
            entry.ask_to_end()
        deadline = time.monotonic() + max(entry.service.patience_seconds for entry in entries)
        while any(entry.is_alive for entry in entries) and time.monotonic() < deadline:
            if self.signals >= IMPATIENT:
                deadline = time.monotonic()
            time.sleep(TICK_SECONDS / 4)
        for entry in entries:
            entry.wait_or_kill(deadline)
