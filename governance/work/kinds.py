"""Kinds of work: an upper app registers a name and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from governance.work.models import Queue

if TYPE_CHECKING:
    from governance.work.runner import Run

DAY_SECONDS = 86_400

Handler = Callable[["Run"], Mapping[str, Any] | None]


class WorkFailed(Exception):
    """Expected: the work cannot be done and doing it again would not help. The message is for people."""


class TryLater(Exception):
    """Not yet: something this work waits for is not there; costs no attempt."""

    def __init__(self, sentence: str, seconds: float = 1.0) -> None:
        super().__init__(sentence)
        self.seconds = seconds


@dataclass(frozen=True)
class Kind:
    name: str
    handler: Handler = field(repr=False)
    queue: str = Queue.DEFAULT
    max_attempts: int = 3
    lease_seconds: int = 120
    every_seconds: int | None = None
    title: str = ""


KINDS: dict[str, Kind] = {}


def register(
    name: str,
    *,
    queue: str = Queue.DEFAULT,
    max_attempts: int = 3,
    lease_seconds: int = 120,
    every_seconds: int | None = None,
    title: str = "",
) -> Callable[[Handler], Handler]:
    """Decorator: make `handler` the way work of this kind is done. Lease in seconds.

    With `every_seconds` the platform does it by itself, without a cause; `title` is what pages call it.
    """

    def add(handler: Handler) -> Handler:
        KINDS[name] = Kind(name, handler, queue, max_attempts, lease_seconds, every_seconds, title)
        return handler

    return add
