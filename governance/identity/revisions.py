"""No lost updates: who changes a record says which revision they read, and it must still be the newest.

The expectation is held while the verb runs, and asked where the next revision is stated: in its transaction, behind
the lock of the verb.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.http import HttpRequest

from governance.identity.errors import DomainError, InvalidInput

_READ: ContextVar[tuple[UUID, int] | None] = ContextVar("revision_read", default=None)


class RevisionMissing(DomainError):
    status = 428

    def __init__(self) -> None:
        super().__init__(
            "revision_missing",
            'Say which revision you change: read it, and send its ETag as If-Match, such as If-Match: "3".',
        )


class ChangedSince(DomainError):
    status = 412

    def __init__(self, read: int, newest: int) -> None:
        super().__init__(
            "changed_since",
            f"Somebody changed this meanwhile: you read revision {read}, the newest is {newest}. Nothing was saved. "
            "Read it again, then make your change.",
        )


@contextmanager
def having_read(record: UUID, revision: int | None) -> Iterator[None]:
    """The block changes this revision of the record and no other; None expects nothing."""
    held = _READ.set(None if revision is None else (record, revision))
    try:
        yield
    finally:
        _READ.reset(held)


def demand_read(record: UUID, newest: int) -> None:
    """Raises ChangedSince unless what was read is the newest revision. The verb's own next one may follow."""
    read = _READ.get()
    if read is None or read[0] != record:
        return
    if read[1] != newest:
        raise ChangedSince(read[1], newest)
    _READ.set((record, newest + 1))


def revision_named(request: HttpRequest) -> int:
    """The revision in If-Match. Raises RevisionMissing; InvalidInput for what is no revision."""
    text = request.headers.get("If-Match", "").strip()
    if not text:
        raise RevisionMissing
    digits = text.removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInput("if_match", "If-Match holds one revision as its ETag says it: a number.")
    return int(digits)
