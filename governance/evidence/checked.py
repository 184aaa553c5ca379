"""That a row says what was signed: its statement's bytes against its digest, and both against its entry in the log.

Whoever owns the database can change a column without breaking a signature. What is judged is held
against the log's entry, whose bytes the signed checkpoints vouch for.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple, NoReturn

from governance.audit import canonical
from governance.identity.errors import Conflict

RECORDED = "evidence.recorded"


class EvidenceChanged(Conflict):
    """A row of evidence that does not say what its entry in the log vouches for."""

    def __init__(self, index: int, what: str) -> None:
        super().__init__(
            "evidence_changed",
            f"Nothing can be judged: the statement at log index {index} was changed after it was signed ({what}). "
            "Restore the row from a backup; the log and its checkpoints tell which one is true.",
        )
        self.index = index


class Row(NamedTuple):
    """A row of evidence at its index in the log, beside the bytes of its entry."""

    place: int
    digest: str
    statement: dict[str, Any]
    keyid: str
    entry: bytes


def checked(row: Row) -> str:
    """The id of the key that signed the statement. Raises EvidenceChanged."""
    body = json.loads(row.entry)
    facts = body["facts"]
    if body["action"] != RECORDED or body["object"]["id"] != said_id(row.statement):
        changed(row, "its entry is about something else")
    if facts.get("payload") != row.digest:
        changed(row, "its digest is not the one in the log")
    if not hashes_to(row.statement, row.digest):
        changed(row, "its text does not have the digest that was signed")
    keyid = facts.get("keyid", row.keyid)
    if keyid != row.keyid:
        changed(row, "it names another key than the log")
    return str(keyid)


def said_id(statement: dict[str, Any]) -> object:
    predicate = statement.get("predicate")
    return predicate.get("id") if isinstance(predicate, dict) else None


def hashes_to(statement: dict[str, Any], digest: str) -> bool:
    """Whether the statement's canonical bytes have this digest."""
    # Canonical for all that statements hold, short of keys beyond the basic plane; and five times as fast.
    quick = json.dumps(statement, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if hashlib.sha256(quick.encode("utf-8", "surrogatepass")).hexdigest() == digest:
        return True
    try:
        return canonical.digest(statement) == digest
    except canonical.CanonicalError:
        return False


def changed(row: Row, what: str) -> NoReturn:
    raise EvidenceChanged(row.place, what)
