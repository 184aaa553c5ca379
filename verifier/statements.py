"""Evidence: each signed statement, its place in the log, and the key that vouched for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import canonical, dsse
from .archive import Archive
from .entries import Entry
from .faults import Changed, Findings
from .keys import KeyHistory, objection, type_of
from .signatures import Check

FILE = "evidence/envelopes.ndjson"


@dataclass(frozen=True)
class Statement:
    """A statement at its log index; `unit` is the path of the unit that its entry names."""

    index: int
    value: dict[str, Any]
    sha256: str
    unit: str
    type: str
    keyid: str
    is_revoked: bool

    @property
    def id(self) -> str:
        """The predicate's id."""
        return str(self.value["predicate"]["id"])

    @property
    def predicate(self) -> dict[str, Any]:
        """What is stated."""
        found: dict[str, Any] = self.value["predicate"]
        return found

    @property
    def kind(self) -> str:
        """The kind of a record, empty for what is none."""
        return str(self.predicate.get("kind") or "") if self.type == "record" else ""

    @property
    def subjects(self) -> list[str]:
        """SHA-256 of what it is about."""
        return [one["digest"]["sha256"] for one in self.value["subject"]]


def read_statements(
    archive: Archive, recorded: Sequence[Entry], keys: KeyHistory, verify: Check, findings: Findings
) -> list[Statement]:
    """Check every envelope against its entry; the statements in the log's order."""
    waiting = {entry.facts.get("payload"): entry for entry in recorded}
    if len(waiting) != len(recorded):
        findings.wrong("Two entries record the same statement.", "log/entries.tsv")
    public, found, number = keys.public, [], 0
    with findings.caught(FILE):
        for number, line in enumerate(archive.lines(FILE), 1):
            with findings.caught(f"{FILE} line {number}"):
                found.append(_statement(line, waiting, keys, public, verify))
    for entry in waiting.values():
        findings.wrong(
            "The entry records a statement that is not in the package.", FILE, entry.index
        )
    if [one.index for one in found] != sorted(one.index for one in found):
        findings.wrong("The statements do not stand in the order of the log.", FILE)
    revoked = sum(one.is_revoked for one in found)
    findings.count(len(found), "statements are signed by a key that counted, and have their entry")
    if revoked:
        findings.note(
            f"{revoked} statements are signed by a key that is revoked from before them: "
            "they lose their passes and keep their failures."
        )
    return found


def _statement(
    line: bytes,
    waiting: dict[Any, Entry],
    keys: KeyHistory,
    public: dict[str, bytes],
    verify: Check,
) -> Statement:
    opened = dsse.open_envelope(line, public, verify)
    sha256 = hashlib.sha256(opened.payload).hexdigest()
    entry = waiting.pop(sha256, None)
    if entry is None:
        raise Changed(f"No entry of the log records the statement with the payload {sha256[:16]}.")
    try:
        statement = canonical.loads(opened.payload)
        check_form(statement)
        _check_entry(statement, entry)
        keyid, is_revoked = _vouching(opened.keyids, keys, entry.index, statement)
    except Changed as fault:
        raise Changed(fault.sentence, fault.file, entry.index) from None
    return Statement(
        entry.index, statement, sha256, entry.unit, type_of(statement), keyid, is_revoked
    )


def _vouching(
    keyids: Sequence[str], keys: KeyHistory, index: int, statement: Any
) -> tuple[str, bool]:
    """The key that makes the statement count, and whether it is revoked from here or before."""
    if not keyids:
        raise Changed("No key that the log knows has signed this statement.")
    held = [keys.statements[one] for one in keyids]
    objections = [objection(key, index, statement) for key in held]
    counting = [key for key, sentence in zip(held, objections) if not sentence]
    if not counting:
        raise Changed(objections[0])
    standing = [key for key in counting if not key.is_revoked_at(index)]
    return (standing or counting)[0].keyid, not standing


def check_form(statement: Any) -> None:
    """Raise Changed unless this is an in-toto statement with the parts that every predicate has."""
    try:
        predicate, subjects = statement["predicate"], statement["subject"]
        scope = predicate["scope"]
        texts = [
            statement["_type"],
            predicate["id"],
            predicate["producedAt"],
            predicate["assurance"],
        ]
        texts += [scope["type"], scope["id"], *scope["path"]]
        texts += [one["digest"]["sha256"] for one in subjects]
    except (KeyError, TypeError, AttributeError):
        raise Changed("The statement lacks parts that every statement has.") from None
    if not all(isinstance(one, str) for one in texts) or not subjects or not scope["path"]:
        raise Changed("A part of the statement is of the wrong kind.")
    if texts[0] != "https://in-toto.io/Statement/v1":
        raise Changed("The payload is no in-toto statement, version 1.")
    type_of(statement)
    if statement["predicateType"].endswith(":record:v1"):
        _check_record(statement)


def _check_record(statement: Any) -> None:
    predicate = statement["predicate"]
    parts = {name: predicate.get(name) for name in ("kind", "record", "fields")}
    if canonical.digest(parts) != statement["subject"][0]["digest"]["sha256"]:
        raise Changed("The first subject is not the digest of the record.")


def _check_entry(statement: Any, entry: Entry) -> None:
    predicate = statement["predicate"]
    scope = predicate["scope"]
    if entry.object_id != predicate["id"] or entry.object_type != type_of(statement):
        raise Changed("The statement is another one than its entry names.")
    if entry.facts.get("scope") != scope["id"]:
        raise Changed("The statement is of another scope than its entry names.")
    unit = entry.unit.strip("/").split("/")
    if scope["path"][: len(unit)] != unit:
        raise Changed("The statement's path does not lead through the unit that its entry names.")
