"""A piece of work in progress, as one row."""

from __future__ import annotations

from dataclasses import dataclass

from config.components.numbers import number
from config.components.values import read, text

STATES = {
    "queued": ("wait", "waiting"),
    "running": ("wait", "running"),
    "succeeded": ("good", "done"),
    "failed": ("bad", "failed"),
    "dead": ("bad", "given up"),
    "cancelled": ("none", "cancelled"),
}
ALIASES = {
    "pending": "queued",
    "waiting": "queued",
    "ready": "queued",
    "leased": "running",
    "started": "running",
    "claimed": "running",
    "done": "succeeded",
    "completed": "succeeded",
    "finished": "succeeded",
    "error": "failed",
    "canceled": "cancelled",
}


@dataclass(frozen=True)
class Progress:
    """What the row shows; total None means that the length is not known."""

    label: str
    tone: str
    words: str
    active: bool
    done: int
    total: int | None
    detail: str
    error: str
    result_url: str


def progress(job: object) -> Progress:
    """From an object or mapping with label, state, error, result_url and done, total, text.

    The last three may stand in a mapping called progress, as they do on a Job row.
    """
    name = text(job, "state").lower()
    name = ALIASES.get(name, name)
    tone, words = STATES.get(name, ("none", name or "unknown"))
    course = read(job, "progress") or job
    total = number(read(course, "total"))
    return Progress(
        label=text(job, "label") or text(job, "kind", "Job"),
        tone=tone,
        words=words,
        active=name in ("queued", "running"),
        done=int(number(read(course, "done")) or 0),
        total=int(total) if total else None,
        detail=text(course, "text") or text(course, "detail"),
        error=text(job, "error"),
        result_url=text(job, "result_url"),
    )
