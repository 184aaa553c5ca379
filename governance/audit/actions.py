from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.audit import canonical
from governance.audit.closing import demand_open
from governance.audit.ids import new_id
from governance.audit.merkle import MAX_ENTRY_BYTES
from governance.audit.models import EntryText, OutboxEntry

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

NOBODY = UUID(int=0)
Fact = str | int | bool | None | list[str]


class Actor(Protocol):
    """Who is acting: an account, and the person answerable for its acts."""

    @property
    def account_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def token_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Salted:
    """A person's words with the salt of their digest: sha256(salt || UTF-8 text)."""

    value: str
    salt: bytes

    @property
    def digest(self) -> str:
        return canonical.salted_digest(self.salt, self.value)


def salted(text: str) -> Salted:
    return Salted(text, secrets.token_bytes(16))


@dataclass(frozen=True)
class CommandActor:
    """An operator at the machine's command line, who has no account."""

    account_id: UUID = NOBODY
    kind: str = "command"
    person_id: UUID = NOBODY
    token_id: UUID | None = None


COMMAND = CommandActor()
# The platform by itself, where nobody asked.
SYSTEM = CommandActor(kind="system")


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def record(
    action: str,
    *,
    by: Actor,
    object_type: str,
    object_id: object,
    unit_path: str,
    facts: Mapping[str, Fact] | None = None,
    texts: Mapping[str, str | Salted] | None = None,
    entry_id: UUID | None = None,
) -> UUID:
    """Write one entry of the log in the caller's transaction; returns the entry's id.

    `facts` are machine words, ids and digests and stand in the leaf; `texts` are people's words: the leaf holds
    a salted hash of each. Raises RuntimeError outside a transaction: no change without its entry, no entry
    without its change. Raises LogClosed while the log is refused.
    """
    demand_open()
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry must be written in the transaction of its change.")
    entry_id = entry_id or new_id()
    words = {
        field: text if isinstance(text, Salted) else salted(text)
        for field, text in (texts or {}).items()
    }
    rows = [
        EntryText(entry_id=entry_id, field=field, salt=text.salt, value=text.value)
        for field, text in words.items()
    ]
    body = {
        "v": 1,
        "id": str(entry_id),
        "at": instant(timezone.now()),
        "action": action,
        "actor": {
            "account": str(by.account_id),
            "kind": by.kind,
            "person": str(by.person_id),
            "token": str(by.token_id) if by.token_id else None,
        },
        "object": {"type": object_type, "id": str(object_id)},
        "unit": unit_path,
        "facts": dict(facts or {}),
        "texts": {field: text.digest for field, text in words.items()},
        "request": REQUEST_ID.get(),
    }
    data = canonical.dumps(body)
    if len(data) > MAX_ENTRY_BYTES:
        raise ValueError(f"An audit entry has at most {MAX_ENTRY_BYTES} bytes; facts are digests.")
    OutboxEntry.objects.create(entry_id=entry_id, body=data)
    EntryText.objects.bulk_create(rows)
    return entry_id
