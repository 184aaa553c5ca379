"""Which key counted when, read from the log's own entries and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import dsse
from .entries import Entry
from .faults import Changed, Findings
from .note import Checkpoint, Key, check_signatures, number, plain_base64, read_checkpoint, read_key
from .signatures import Check
from .times import microseconds

REGISTERED, REVOKED = "key.registered", "key.revoked"
ROTATED, REFUSED = "log.key_rotated", "log.refused"
INSTALLATION, PIPELINE = "installation", "pipeline"
WHY = ("retired", "lost", "compromised")
PIPELINES_MAY = ("measurement", "drift")
FILE = "log/entries.tsv"
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass
class StatementKey:
    """A key for statements, registered at index `since`."""

    keyid: str
    public: bytes
    purpose: str
    account: str | None
    person: str | None
    since: int
    expires: str | None
    # Of the installation's keys each but the first is signed for by one before it, or accepted by who checks.
    vouched: bool = True
    # (size from which, why), as the log's entries say; the smallest size counts.
    revocations: list[tuple[int, str]] = field(default_factory=list)

    def is_revoked_at(self, index: int) -> bool:
        """Whether what it signed at this index has lost its passes."""
        return any(size <= index for size, _ in self.revocations)


def rotation_text(origin: str, old: str, new: str) -> str:
    """What both keys sign when one hands the log over to the other."""
    return f"muniment log key rotation\n{origin}\n{old}\n{new}\n"


def vouching_text(keyid: str) -> bytes:
    """What a key of the installation signs for the one that takes its place."""
    return f"muniment key registration\n{keyid}\n".encode()


class LogKeys:
    """The keys that sign checkpoints: the first, and each that a rotation handed over to."""

    def __init__(self, first: Key, origin: str) -> None:
        if first.name != origin:
            raise Changed(f"The log's key has the name {first.name!r}, not that of the log.")
        self.origin = origin
        self.chain: list[tuple[int, Key]] = [(0, first)]

    @property
    def newest(self) -> Key:
        """The key that signs today."""
        return self.chain[-1][1]

    def rotate(self, entry: Entry, verify: Check) -> None:
        """Take the key of a `log.key_rotated` entry. Raises Changed unless both keys signed."""
        old, new, signatures = (entry.facts.get(part) for part in ("old", "new", "signatures"))
        if old != self.newest.vkey or not isinstance(new, str):
            raise Changed("The rotation does not start from the key that signed until then.")
        key = read_key(new)
        if key.name != self.origin or key.vkey != new or entry.object_id != self.origin:
            raise Changed("The rotation is not one of this log.")
        if not isinstance(signatures, list) or len(signatures) != 2:
            raise Changed("A rotation is signed by the old key and by the new one.")
        text = rotation_text(self.origin, old, new).encode()
        for holder, signature in zip((self.newest, key), signatures):
            if not verify(holder.public, plain_base64(signature) or b"", text):
                raise Changed("A signature of the rotation does not fit.")
        self.chain.append((entry.index + 1, key))

    def key_for(self, size: int) -> Key:
        """The key that signs checkpoints of this size."""
        return [key for since, key in self.chain if since <= size][-1]

    def read(self, note: str, verify: Check) -> Checkpoint:
        """Read a checkpoint of this log. Raises Changed unless the key of its size signed it."""
        checkpoint = read_checkpoint(note)
        if checkpoint.origin != self.origin:
            raise Changed(f"This is a checkpoint of {checkpoint.origin!r}, another log.")
        signed = check_signatures(note, [key for _, key in self.chain], verify)
        if self.key_for(checkpoint.size) not in signed:
            raise Changed(
                f"The log's key for the size {checkpoint.size} has not signed this checkpoint."
            )
        return checkpoint


@dataclass
class KeyHistory:
    """The log's keys and the statements' keys."""

    log: LogKeys
    statements: dict[str, StatementKey]

    @property
    def public(self) -> dict[str, bytes]:
        """Public keys by key id."""
        return {key.keyid: key.public for key in self.statements.values()}


def read_keys(
    vkey: str,
    origin: str,
    entries: Sequence[Entry],
    verify: Check,
    findings: Findings,
    accepted: Sequence[str] = (),
) -> KeyHistory:
    """The history from entries about keys, in the log's order. Raises Changed for a bad first key.

    An entry that changes no key is passed over with a note: whoever can write to the database can write one.
    `accepted`: ids of the installation's keys that count though no key before them signed for them.
    """
    history = KeyHistory(LogKeys(read_key(vkey), origin), {})
    for entry in entries:
        with findings.passed_over(f"Entry {entry.index} changes no key"):
            _apply(history, entry, verify, findings, accepted)
    findings.count(
        len(history.log.chain) + len(history.statements), "keys of the log and of statements"
    )
    return history


def _apply(
    history: KeyHistory,
    entry: Entry,
    verify: Check,
    findings: Findings,
    accepted: Sequence[str],
) -> None:
    if entry.action == ROTATED:
        history.log.rotate(entry, verify)
    elif entry.action == REGISTERED:
        _register(history.statements, entry, verify, findings, accepted)
    elif entry.action == REVOKED:
        _revoke(history.statements, entry, findings)
    elif entry.action == REFUSED:
        findings.note(
            f"Entry {entry.index}: the log's signer found another log than it had signed "
            f"({_said(entry, 'signed')} entries); ask what was found out."
        )


def _register(
    keys: dict[str, StatementKey],
    entry: Entry,
    verify: Check,
    findings: Findings,
    accepted: Sequence[str],
) -> None:
    key = read_registration(entry)
    if key.keyid in keys:
        raise Changed(f"The key {key.keyid[:19]} is registered a second time.")
    if key.purpose == INSTALLATION and not _is_vouched(key, entry, keys, verify):
        key.vouched = key.keyid in accepted
        said = "accepted by --accept" if key.vouched else "ask why before you give --accept with it"
        findings.note(
            f"Entry {entry.index}: no earlier key of the installation signed for {key.keyid}; {said}."
        )
    keys[key.keyid] = key


def _is_vouched(
    key: StatementKey, entry: Entry, keys: dict[str, StatementKey], verify: Check
) -> bool:
    """Whether it is the first, or a key of the installation that counts at this index signed for it."""
    if not any(one.purpose == INSTALLATION for one in keys.values()):
        return True
    said = entry.facts.get("vouched")
    if not isinstance(said, list) or len(said) != 2 or not isinstance(said[0], str):
        return False
    voucher = keys.get(said[0])
    if voucher is None or voucher.purpose != INSTALLATION or not voucher.vouched:
        return False
    if voucher.is_revoked_at(entry.index):
        return False
    return verify(voucher.public, plain_base64(said[1]) or b"", vouching_text(key.keyid))


def read_registration(entry: Entry) -> StatementKey:
    """The key of a `key.registered` entry. Raises Changed when its facts do not fit each other."""
    facts = entry.facts
    public, purpose, expires = facts.get("public"), facts.get("purpose"), facts.get("expires")
    if not isinstance(public, str) or not _HEX.fullmatch(public):
        raise Changed("The public key of a registration has 64 hex digits.")
    raw = bytes.fromhex(public)
    if facts.get("keyid") != dsse.keyid(raw):
        raise Changed("The key id of a registration is not the digest of its public key.")
    if purpose not in {INSTALLATION, PIPELINE}:
        raise Changed("A key is registered for the installation or for a pipeline.")
    if expires is not None and microseconds(expires) is None:
        raise Changed("The registration's expiry is no instant.")
    account, person = facts.get("account"), facts.get("person")
    return StatementKey(dsse.keyid(raw), raw, purpose, account, person, entry.index, expires)


def _revoke(keys: dict[str, StatementKey], entry: Entry, findings: Findings) -> None:
    key, size = keys.get(_said(entry, "keyid")), number(entry.facts.get("from"))
    why = _said(entry, "why")
    if key is None:
        raise Changed("A key is revoked that was not registered.")
    if why not in WHY:
        raise Changed("A key is revoked because it was retired, lost or compromised.")
    key.revocations.append((size, why))
    findings.note(f"Entry {entry.index}: key {key.keyid[:19]} is revoked from size {size}: {why}.")


def objection(key: StatementKey, index: int, statement: Any) -> str:
    """Why a statement at this index may not be signed by this key; empty when it may.

    A revoked key is no objection: see `StatementKey.is_revoked_at`.
    """
    predicate = statement["predicate"]
    name = f"key {key.keyid[:19]}"
    if not key.vouched:
        return f"The {name} was registered at index {key.since} without the signature of the key before it."
    if key.since >= index:
        return f"The {name} was registered at index {key.since}, after the statement."
    if key.expires is not None:
        produced, end = microseconds(predicate.get("producedAt")), microseconds(key.expires)
        if produced is None or end is None or produced >= end:
            return f"The {name} had expired on {key.expires}."
    if key.purpose == INSTALLATION:
        return ""
    kind = type_of(statement)
    if kind not in PIPELINES_MAY or predicate.get("assurance") != "computed-elsewhere":
        return f"The {name} is a pipeline's and may not sign this {kind}."
    return ""


def type_of(statement: Any) -> str:
    """`measurement` of urn:muniment:predicate:measurement:v1. Raises Changed for another form."""
    uri = statement.get("predicateType")
    match = re.fullmatch(
        r"urn:muniment:predicate:([a-z-]+):v[0-9]+", uri if isinstance(uri, str) else ""
    )
    if match is None:
        raise Changed("The statement is of no type known here.")
    return match.group(1)


def _said(entry: Entry, part: str) -> str:
    value = entry.facts.get(part)
    return value if isinstance(value, str) else ""
