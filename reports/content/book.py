"""Signed statements of one AI system or unit at a log size, and the register of those that a report cites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from governance.assessment.naming import WITH_ID
from governance.evidence.models import Evidence
from reports.content.words import check_label

JSON = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Said:
    """One statement at its place in the log: its payload's sha256, type, predicate, subjects and their names."""

    index: int
    sha256: str
    type: str
    predicate: JSON
    subjects: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.predicate["id"])

    @property
    def kind(self) -> str:
        series = self.predicate.get("series") or {}
        return str(self.predicate.get("kind") or series.get("check") or "")

    @property
    def fields(self) -> JSON:
        found: JSON = self.predicate.get("fields") or {}
        return found

    @property
    def state(self) -> str:
        return str((self.predicate.get("record") or {}).get("state", ""))

    @property
    def record_id(self) -> str:
        return str((self.predicate.get("record") or {}).get("id", ""))

    @property
    def scope_type(self) -> str:
        return str(self.predicate["scope"]["type"])

    @property
    def scope_id(self) -> str:
        return str(self.predicate["scope"]["id"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.predicate["producedAt"])


def said_of(indexed: Mapping[str, Any]) -> Said:
    """From what `EvidenceQuerySet.indexed` gives."""
    statement = indexed["statement"]
    return Said(
        indexed["index"],
        indexed["digest"],
        str(statement["predicateType"]).split(":")[3],
        statement["predicate"],
        tuple(one["digest"]["sha256"] for one in statement["subject"]),
        {one["digest"]["sha256"]: one["name"] for one in statement["subject"]},
    )


class Book:
    """Statements in the log's order, with the look-ups that sections need."""

    def __init__(self, indexed: Iterable[Mapping[str, Any]]) -> None:
        self.rows: list[Mapping[str, Any]] = list(indexed)
        self.all = [said_of(one) for one in self.rows]

    def of_type(self, type_: str, scope_id: str | None = None) -> list[Said]:
        return [
            one
            for one in self.all
            if one.type == type_ and (scope_id is None or one.scope_id == scope_id)
        ]

    def records(self, kind: str, *, scope_id: str | None = None) -> list[Said]:
        """The newest revision of each record of a kind, in the order the records first appeared."""
        newest: dict[str, Said] = {}
        for one in self.of_type("record", scope_id):
            if one.kind == kind:
                newest[one.record_id] = one
        return list(newest.values())

    def revisions(self, record_id: str) -> list[Said]:
        return [one for one in self.of_type("record") if one.record_id == record_id]

    def record(self, kind: str, record_id: str) -> Said | None:
        found = [one for one in self.revisions(record_id) if one.kind == kind]
        return found[-1] if found else None


@dataclass
class Register:
    """What a report cites: statement ids in the order they were first cited, and the persons it names."""

    names: dict[str, str]
    cited: dict[str, None] = field(default_factory=dict)

    def cite(self, *statements: Said) -> list[str]:
        return self.cite_ids(one.id for one in statements)

    def cite_ids(self, ids: Iterable[str], most: int = 3) -> list[str]:
        """Short ids of at most `most` statements, which join the register; "+2" says how many more."""
        found = list(dict.fromkeys(ids))
        for one in found[:most]:
            self.cited.setdefault(one)
        more = [f"+{len(found) - most}"] if len(found) > most else []
        return [short_id(one) for one in found[:most]] + more

    def name(self, person: str | None) -> str:
        return self.names.get(person or "", "not named" if not person else "a person not on record")

    def named(self, sentence: str) -> str:
        """A sentence of the rules as people read it: they know persons by id only."""
        return WITH_ID.sub(lambda found: self.names.get(found[1], found[0]), sentence)

    def entries(self, size: int) -> list[JSON]:
        """Rows of the evidence register in the log's order; every cited id is in the log below `size`."""
        rows = Evidence.objects.filter(id__in=[UUID(one) for one in self.cited])
        found = [said_of(one) for one in rows.indexed(size)]
        return [entry(one) for one in sorted(found, key=lambda one: one.index)]


def entry(one: Said) -> JSON:
    what = one.kind or str(one.predicate.get("role") or "")
    if "series" in one.predicate:
        what = check_label(what)
    return {
        "id": one.id,
        "short": short_id(one.id),
        "type": one.type.replace("-", " "),
        "what": what.replace("-", " "),
        "at": one.at,
        "sha256": one.sha256,
        "index": one.index,
    }


def short_id(identity: str) -> str:
    """As every page prints it: EV- and the last eight digits of the id."""
    return f"EV-{identity.replace('-', '')[-8:]}"


def in_period(items: Sequence[Said], since: datetime | None) -> list[Said]:
    """What was said since the period began; all of it where the report looks at a point in time."""
    return [one for one in items if since is None or one.at >= since]


def newest_first(items: Iterable[Said]) -> Iterator[Said]:
    return iter(sorted(items, key=lambda one: -one.index))
