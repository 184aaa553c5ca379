"""One instant of the log: a database snapshot, and the newest signed checkpoint in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from governance.audit import note
from governance.audit.models import Checkpoint, Leaf
from governance.audit.proofs import log_key
from governance.work.kinds import TryLater

LATER = 1.0


@dataclass(frozen=True)
class Snapshot:
    """The log's first `size` entries under a signed checkpoint; `at` is the instant results speak of."""

    size: int
    root: str
    origin: str
    keys: tuple[str, ...]
    signed_at: datetime
    at: datetime
    since: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "root": self.root,
            "origin": self.origin,
            "keys": list(self.keys),
            "signedAt": self.signed_at,
        }


@contextmanager
def frozen() -> Iterator[None]:
    """Everything read inside sees one state of the database, and writes nothing.

    Raises RuntimeError inside a transaction: its isolation cannot be changed any more.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A snapshot is its own transaction.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def take(entry_id: UUID, at: datetime, since: datetime | None) -> Snapshot:
    """The newest signed checkpoint that holds the entry. Raises TryLater until there is one."""
    asked = Leaf.objects.filter(entry_id=entry_id).values_list("index", flat=True).first()
    newest = Checkpoint.objects.order_by("-size", "-id").first()
    if asked is None or newest is None or newest.size <= asked:
        raise TryLater("Waiting for a signed checkpoint of the log.", LATER)
    parsed = note.Checkpoint.parse(newest.note.partition("\n\n")[0] + "\n")
    return Snapshot(
        size=newest.size,
        root=bytes(newest.root).hex(),
        origin=parsed.origin,
        keys=verifier_keys(newest.note),
        signed_at=newest.signed_at,
        at=at,
        since=since,
    )


def verifier_keys(signed: str) -> tuple[str, ...]:
    """The public key (vkey) of each signer of a note; a signer that is no key of the log by name and key id."""
    log = log_key(Path(settings.KEYS_DIR))
    vkeys = [one.vkey for one in log.reigns] if log else []
    known = {"+".join(vkey.split("+", 2)[:2]): vkey for vkey in vkeys}
    return tuple(known.get(signer, signer) for signer in signers(signed))


def signers(signed: str) -> Iterator[str]:
    """Names and key ids ("name+0a1b2c3d") of a note's signature lines (c2sp.org/signed-note)."""
    for line in signed.rpartition("\n\n")[2].splitlines():
        _, name, blob = line.split(" ")
        yield f"{name}+{base64.b64decode(blob)[:4].hex()}"
