"""What a form needs to judge an element."""

from __future__ import annotations

from dataclasses import dataclass

from .instants import Clock
from .log import JSON, Log


@dataclass(frozen=True)
class Context:
    """One evaluation: the baseline entry, the target, the log and the clock."""

    entry: JSON
    target: JSON
    log: Log
    clock: Clock

    @property
    def requirement(self) -> str:
        return str(self.entry["id"])

    @property
    def fresh_days(self) -> int | None:
        days: int | None = self.entry["fresh_days"]
        return days
