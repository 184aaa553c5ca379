"""Which key signs the log at which size: a pure function of the first key and the log's entries."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.audit import note

ROTATED = "log.key_rotated"


@dataclass(frozen=True)
class Rotation:
    """A hand-over by the entry at `index`: checkpoints of size index + 1 or more are the new key's."""

    index: int
    old: str
    new: str


@dataclass(frozen=True)
class Reign:
    """A key and the least size that it signs."""

    vkey: str
    since: int

    @property
    def verifier(self) -> note.VerifierKey:
        return note.decode_vkey(self.vkey)


def rotation_text(origin: str, old: str, new: str) -> bytes:
    """What both keys sign when one follows the other."""
    return f"muniment log key rotation\n{origin}\n{old}\n{new}\n".encode()


def rotation_facts(origin: str, old: note.Signer, new: note.Signer) -> dict[str, Any]:
    """The facts of the entry, signed by both keys."""
    text = rotation_text(origin, old.vkey, new.vkey)
    signatures = [base64.b64encode(signer.sign(text)).decode() for signer in (old, new)]
    return {"old": old.vkey, "new": new.vkey, "signatures": signatures}


def reigns(
    origin: str, first: str, entries: Iterable[tuple[int, Mapping[str, Any]]]
) -> list[Reign]:
    """The log's keys in order. `entries` are (index, entry), in order; those of other kinds count for nothing.

    An entry whose old key is not the one that reigns, or whose signatures do not both hold, hands over nothing.
    """
    found = [Reign(first, 0)]
    for index, entry in entries:
        new = successor(origin, found[-1].vkey, entry)
        if new is not None:
            found.append(Reign(new, index + 1))
    return found


def successor(origin: str, present: str, entry: Mapping[str, Any]) -> str | None:
    """The key to which this entry hands over; None where it hands over nothing."""
    facts = entry.get("facts") or {}
    old, new, signatures = facts.get("old"), facts.get("new"), facts.get("signatures")
    if entry.get("action") != ROTATED or (entry.get("object") or {}).get("id") != origin:
        return None
    if old != present or not isinstance(new, str) or not isinstance(signatures, list):
        return None
    if len(signatures) != 2 or new == old:
        return None
    text = rotation_text(origin, old, new)
    return new if all(map(signed, (old, new), signatures, (origin,) * 2, (text,) * 2)) else None


def signed(vkey: str, signature: object, origin: str, text: bytes) -> bool:
    try:
        key = note.decode_vkey(vkey)
        raw = base64.b64decode(str(signature), validate=True)
    except (note.NoteError, binascii.Error, ValueError):
        return False
    return key.name == origin and note.verify_ed25519(key.public_key, raw, text)


def key_for(keys: Sequence[Reign], size: int) -> Reign:
    """The key that signs checkpoints of this size."""
    return [key for key in keys if key.since <= size][-1]
