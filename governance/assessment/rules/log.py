"""Signed statements read once and laid out for the rules: by subject, by record, by requirement.

A leaf's place is its log index; its time stamps never decide what belongs to a log of size N.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypedDict, Union

from .canonical import digest as canonical_digest
from .instants import instant_or_none

JSON = dict[str, Any]
RecordKey = tuple[str, str]
_PREDICATE = re.compile(r"urn:muniment:predicate:([a-z-]+):v1")
_HEX = re.compile(r"[0-9a-f]{64}")
# Outcomes of approvals and verdicts that nobody revokes away with the key that signed them.
_AGAINST = ("revoked", "returned", "rejected", "not-met", "not-satisfied")


class _Placed(TypedDict):
    index: int
    statement: JSON
    digest: str


class Indexed(_Placed, total=False):
    """A statement at its place in the log: `digest` is the sha256 of its payload, 64 hex digits.

    `revoked`: by the log read, the key that signed it is revoked from here or before (docs:
    log.md). What it says for the subject is gone; what it says against it stays.
    """

    revoked: bool


class StatementError(ValueError):
    """A Muniment statement without the parts every predicate has. Such a log cannot be judged."""

    def __init__(self, index: object, sentence: str) -> None:
        super().__init__(f"The statement at log index {index} cannot be read: {sentence}")
        self.index = index
        self.sentence = sentence


@dataclass(frozen=True, eq=False)
class Leaf:
    """One statement: type ("record", "measurement", ...), its predicate, and what every rule asks
    of it."""

    index: int
    digest: str
    type: str
    predicate: JSON
    subjects: tuple[str, ...]
    id: str
    scope_type: str
    scope_id: str
    path: tuple[str, ...]
    produced: datetime
    revoked: bool = False

    @property
    def about(self) -> JSON:
        return mapping(self.predicate.get("about"))

    @property
    def record(self) -> JSON:
        return mapping(self.predicate.get("record"))

    @property
    def fields(self) -> JSON:
        return mapping(self.predicate.get("fields"))

    @property
    def kind(self) -> str:
        return text(self.predicate.get("kind"))

    @property
    def state(self) -> str:
        return text(self.record.get("state"))

    @property
    def author(self) -> str:
        return text(self.predicate.get("author"))

    @property
    def person(self) -> str:
        return text(self.predicate.get("person"))

    @property
    def role(self) -> str:
        return text(self.predicate.get("role"))

    @property
    def series(self) -> JSON:
        return mapping(self.predicate.get("series"))

    @cached_property
    def named(self) -> frozenset[str]:
        """Digests of other things a record is about: its subject, its content, further subjects."""
        held = (hex_digest(self.fields.get("subject")), hex_digest(self.fields.get("digest")))
        return frozenset(one for one in (*held, *self.subjects[1:]) if one)

    @cached_property
    def starts(self) -> datetime:
        """From when it speaks: a record from validFrom, a measurement from the end of what it
        observed."""
        if self.type == "record":
            return instant_or_none(self.predicate.get("validFrom")) or self.produced
        if self.type == "measurement":
            observed = mapping(self.predicate.get("observed"))
            return instant_or_none(observed.get("to")) or self.produced
        return self.produced

    @property
    def basis(self) -> str:
        return text(self.predicate.get("assurance")) or "statement"

    @property
    def is_disowned(self) -> bool:
        """An act that speaks for the subject, signed by a key that is revoked: it was not said."""
        if not self.revoked:
            return False
        said = self.predicate.get("outcome" if self.type == "approval" else "verdict")
        return said not in _AGAINST


class Log:
    """Statements below one log size, in index order, with the lookups the rules need."""

    def __init__(self, leaves: Sequence[Leaf], size: int | None) -> None:
        self.size = size
        self.measurements: defaultdict[str, list[Leaf]] = defaultdict(list)
        self.measured: defaultdict[str, list[Leaf]] = defaultdict(list)
        self.approvals: defaultdict[str, list[Leaf]] = defaultdict(list)
        self.acts: defaultdict[RecordKey, list[Leaf]] = defaultdict(list)
        self.replacements: defaultdict[str, list[Leaf]] = defaultdict(list)
        self.disowned = frozenset(leaf.id for leaf in leaves if leaf.revoked)
        self._records: dict[str, dict[str, list[Leaf]]] = {}
        self._fields: dict[int, str] = {}
        for leaf in leaves:
            self._place(leaf)

    def _place(self, leaf: Leaf) -> None:
        replaced = mapping(leaf.predicate.get("supersedes"))
        if replaced.get("id") and replaced.get("reasonDigest") and not leaf.revoked:
            self.replacements[text(replaced["id"])].append(leaf)
        if leaf.type == "record":
            self._records.setdefault(leaf.kind, {}).setdefault(
                text(leaf.record.get("id")), []
            ).append(leaf)
        if leaf.type == "measurement":
            self.measurements[hex_digest(leaf.series.get("target"))].append(leaf)
            for subject in set(leaf.subjects):
                self.measured[subject].append(leaf)
        if leaf.type == "approval" and not leaf.is_disowned:
            for subject in leaf.subjects:
                self.approvals[subject].append(leaf)
        if leaf.type in ("management-statement", "conclusion") and not leaf.is_disowned:
            self.acts[(leaf.type, text(leaf.about.get("requirement")))].append(leaf)

    def revisions(self, kind: str, record_id: str) -> list[Leaf]:
        """Every revision of one record, in index order."""
        return list(self._records.get(kind, {}).get(record_id, ()))

    def measurements_at(self, scope_type: str, scope_id: str) -> list[Leaf]:
        """Measurements made for one scope, in index order."""
        found = [leaf for leaves in self.measurements.values() for leaf in leaves]
        here = [
            leaf for leaf in found if (leaf.scope_type, leaf.scope_id) == (scope_type, scope_id)
        ]
        return sorted(here, key=lambda leaf: leaf.index)

    def records(self, kind: str) -> list[list[Leaf]]:
        """The revisions of each record of a kind, ordered by the record's first appearance."""
        return list(self._records.get(kind, {}).values())

    def fields_digest(self, leaf: Leaf) -> str:
        """Digest of a record's fields: revisions that differ only in state share it."""
        if leaf.index not in self._fields:
            self._fields[leaf.index] = canonical_digest(leaf.fields)
        return self._fields[leaf.index]


# Plain dicts of the shape of Indexed do as well.
Statements = Union[Log, Sequence[Indexed], Sequence[Mapping[str, Any]]]


def read_log(statements: Statements, log_size: int | None = None) -> Log:
    """Lay out `statements` (any order, repeats allowed); with `log_size`, only those of a lower
    index.

    A Log is returned as it is: read once, then evaluate many requirements. Foreign predicate types
    are left out. Raises StatementError for a Muniment statement without id, scope or producedAt.
    """
    if isinstance(statements, Log):
        if log_size is not None and log_size != statements.size:
            raise ValueError(
                "This log was read for another size; read it again with the log size you want."
            )
        return statements
    found: dict[tuple[int, str], Leaf] = {}
    for one in statements:
        if log_size is not None and one["index"] >= log_size:
            continue
        leaf = _read(one)
        if leaf is not None:
            found[(leaf.index, leaf.digest)] = leaf
    return Log([found[key] for key in sorted(found)], log_size)


def _read(one: Indexed | Mapping[str, Any]) -> Leaf | None:
    index, statement = one["index"], one["statement"]
    match = _PREDICATE.fullmatch(text(statement.get("predicateType")))
    if match is None:
        return None
    predicate = mapping(statement.get("predicate"))
    scope = mapping(predicate.get("scope"))
    produced = instant_or_none(predicate.get("producedAt"))
    if not text(predicate.get("id")):
        raise StatementError(index, "its predicate has no id.")
    if not (text(scope.get("type")) and text(scope.get("id"))):
        raise StatementError(index, "its scope has no type and id.")
    if produced is None:
        raise StatementError(index, "producedAt is no time such as 2026-11-03T10:04:00Z.")
    return Leaf(
        index=index,
        digest=one["digest"],
        type=match.group(1),
        predicate=predicate,
        subjects=tuple(_subject_digests(statement)),
        id=text(predicate["id"]),
        scope_type=text(scope["type"]),
        scope_id=text(scope["id"]),
        path=tuple(text(part) for part in sequence(scope.get("path"))),
        produced=produced,
        revoked=one.get("revoked") is True,
    )


def _subject_digests(statement: JSON) -> list[str]:
    digests = (
        mapping(mapping(one).get("digest")).get("sha256")
        for one in sequence(statement.get("subject"))
    )
    return [hex_digest(one) for one in digests if hex_digest(one)]


def mapping(value: object) -> JSON:
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def hex_digest(value: object) -> str:
    """The 64 hex digits of "sha256:<hex>", "<hex>" or {"digest": ...}; "" for anything else."""
    if isinstance(value, dict):
        value = value.get("digest")
    bare = text(value).removeprefix("sha256:")
    return bare if _HEX.fullmatch(bare) else ""


def identity(value: object) -> str:
    """The id in "<id>" or {"id": "<id>", ...}."""
    return text(value.get("id")) if isinstance(value, dict) else text(value)
