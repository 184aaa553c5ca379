"""Which key counts at which place of the log and at which instant, from the log's entries alone.

Pure: who checks a copy of the log elsewhere gets the same answer. docs/reference/log.md is the text of it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.audit.note import verify_ed25519
from governance.evidence.consistency import parse_time

REGISTERED_ACTION, REVOKED_ACTION = "key.registered", "key.revoked"
INSTALLATION, PIPELINE = "installation", "pipeline"
# What a pipeline's key may sign, and with which assurance.
PIPELINE_TYPES = ("measurement", "drift")
PIPELINE_ASSURANCE = "computed-elsewhere"

COUNTS = ""
UNKNOWN, UNVOUCHED, TOO_EARLY, EXPIRED, REVOKED, NOT_ITS_KIND = (
    "unknown_key",
    "key_unvouched",
    "key_registered_later",
    "key_expired",
    "key_revoked",
    "key_wrong_purpose",
)


@dataclass(frozen=True)
class Revocation:
    """Its entry stands at `index` (None: not in the log yet); signatures from size `start` on are hit."""

    index: int | None
    start: int
    why: str


@dataclass(frozen=True)
class Key:
    """A registered key; `index` is that of its entry (None: not in the log yet)."""

    keyid: str
    public: str
    purpose: str
    account: str | None
    index: int | None
    expires: datetime | None
    revocations: tuple[Revocation, ...] = ()
    # Of the installation's keys each but the first is signed for by one before it.
    vouched: bool = True

    def revoked_from(self, size: int | None = None) -> int | None:
        """The smallest size it is revoked from, by the log's first `size` entries (None: by all that is known)."""
        starts = [
            one.start
            for one in self.revocations
            if size is None or (one.index is not None and one.index < size)
        ]
        return min(starts, default=None)

    def is_revoked_at(self, index: int, size: int | None = None) -> bool:
        start = self.revoked_from(size)
        return start is not None and start <= index

    def has_expired(self, at: datetime) -> bool:
        return self.expires is not None and at >= self.expires


@dataclass(frozen=True)
class Keyring:
    """Keys by id."""

    keys: Mapping[str, Key] = field(default_factory=dict)

    def fault(
        self, keyid: str, index: int, statement: Mapping[str, Any], size: int | None = None
    ) -> str:
        """Why this key's signature on the statement at this index does not count; empty where it does.

        With `size`, by what the log's first `size` entries say.
        """
        key, predicate = self.keys.get(keyid), statement["predicate"]
        if key is None:
            return UNKNOWN
        if not key.vouched:
            return UNVOUCHED
        if key.index is None or key.index >= index:
            return TOO_EARLY
        if key.has_expired(parse_time(predicate["producedAt"])):
            return EXPIRED
        if key.purpose == PIPELINE and not may_sign(statement):
            return NOT_ITS_KIND
        return REVOKED if key.is_revoked_at(index, size) else COUNTS


def may_sign(statement: Mapping[str, Any]) -> bool:
    """Whether a pipeline's key may sign a statement of this type and assurance."""
    types = [f"urn:muniment:predicate:{type_}:v1" for type_ in PIPELINE_TYPES]
    is_of_type = statement.get("predicateType") in types
    return is_of_type and statement["predicate"].get("assurance") == PIPELINE_ASSURANCE


def keyring_of(entries: Iterable[tuple[int, Mapping[str, Any]]]) -> Keyring:
    """The keys that these entries (index, parsed body) register and revoke; other actions are passed over."""
    keys: dict[str, Key] = {}
    for index, body in sorted(entries, key=lambda one: one[0]):
        facts = body.get("facts", {})
        keyid = str(facts.get("keyid", ""))
        if body.get("action") == REGISTERED_ACTION and keyid not in keys:
            expires = facts.get("expires")
            keys[keyid] = Key(
                keyid,
                facts["public"],
                facts["purpose"],
                facts.get("account"),
                index,
                parse_time(expires) if expires else None,
                vouched=facts["purpose"] != INSTALLATION or is_vouched(facts, index, keys),
            )
        elif body.get("action") == REVOKED_ACTION and keyid in keys:
            revocation = Revocation(index, int(facts["from"]), facts["why"])
            held = keys[keyid]
            keys[keyid] = Key(**{**held.__dict__, "revocations": (*held.revocations, revocation)})
    return Keyring(keys)


def vouching_text(keyid: str) -> bytes:
    """What a key of the installation signs for the one that takes its place."""
    return f"muniment key registration\n{keyid}\n".encode()


def is_vouched(facts: Mapping[str, Any], index: int, keys: Mapping[str, Key]) -> bool:
    """Whether a key of the installation that counts at this index signed for the registered one."""
    earlier = [one for one in keys.values() if one.purpose == INSTALLATION]
    if not earlier:
        return True
    said = facts.get("vouched")
    if not isinstance(said, list) or len(said) != 2:
        return False
    voucher = keys.get(str(said[0]))
    if voucher not in earlier or not voucher.vouched or voucher.is_revoked_at(index):
        return False
    try:
        signature = base64.b64decode(str(said[1]), validate=True)
    except ValueError:
        return False
    text = vouching_text(str(facts["keyid"]))
    return verify_ed25519(bytes.fromhex(voucher.public), signature, text)
