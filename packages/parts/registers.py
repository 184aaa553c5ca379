"""Records and acts as tables: populations, the samples drawn from them, and the registers of what people judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from packages.archive import Archive
from packages.case import Case
from reports.content.book import Book, Said, in_period
from reports.content.judgement import decision_on, exception_state

DRAWN = 25
# Things as they stand at the end; what happened as it happened in the period.
STANDING = {"systems": "system", "releases": "release", "deployments": "deployment"}
HAPPENED = {"evaluations": "evaluation-run", "alerts": "alert"}
ACTS = {"approvals": "approval", "gate-decisions": "gate-decision"}
REGISTERS = {
    "findings": "finding",
    "actions": "action",
    "exceptions": "exception",
    "documents": "document",
}
# States of an exception that its register calls by another name than the report does.
IN_REGISTER = {"asked": "requested", "revoked": "ended"}
HEAD = ("id", "index", "at", "record", "revision", "state", "author")
# Parts that every predicate has, and that the head of a row already says or a table cannot hold.
APART = frozenset(
    {"id", "scope", "producedAt", "collector", "supersedes", "record", "fields", "kind"}
)


def write(archive: Archive, case: Case) -> None:
    for name, found in populations(case).items():
        titles, rows = table(found, case)
        archive.add_table(f"populations/{name}.csv", titles, rows)
        archive.add_table(
            f"samples/{name}.csv", titles, drawn(rows, case.snapshot.root, f"{name}.csv")
        )
    for name, kind in REGISTERS.items():
        archive.add_table(f"{name}.csv", *table(case.book.records(kind), case))


def populations(case: Case) -> dict[str, Sequence[Said]]:
    book = case.book
    standing = {name: book.records(kind) for name, kind in STANDING.items()}
    happened = {name: in_period(book.records(kind), case.since) for name, kind in HAPPENED.items()}
    acts = {name: in_period(book.of_type(type_), case.since) for name, type_ in ACTS.items()}
    return {**standing, **happened, **acts}


def table(found: Sequence[Said], case: Case) -> tuple[Sequence[str], list[tuple[object, ...]]]:
    """Titles and rows; a column for each plain field that any of them has."""
    plain = [flat(one) for one in found]
    columns = sorted({name for one in plain for name in one})
    rows = [
        (*head(one, case), *(case.names.of(held.get(name)) for name in columns))
        for one, held in zip(found, plain, strict=True)
    ]
    return (*HEAD, *columns), rows


def head(one: Said, case: Case) -> tuple[object, ...]:
    revision = (one.predicate.get("record") or {}).get("revision")
    author = one.predicate.get("author") or one.predicate.get("person")
    return (
        one.id,
        one.index,
        one.at,
        one.record_id,
        revision,
        state_of(one, case.book, case.until),
        case.names.of(author),
    )


def state_of(one: Said, book: Book, at: datetime) -> object:
    """A record's state, or how an act went. Of an exception the newest decision on it says so, not its record."""
    if one.kind != "exception":
        return one.state or one.predicate.get("outcome") or one.predicate.get("verdict")
    decision = decision_on(one, book)
    expires = datetime.fromisoformat(one.fields["expires"])
    outcome = str(decision.predicate["outcome"]) if decision else ""
    state = exception_state(outcome, expires, at)
    if state == "in force":
        return f"in force until {(expires - timedelta(microseconds=1)).date()}"
    return IN_REGISTER.get(state, state)


def flat(one: Said) -> dict[str, object]:
    """The statement's own words that fit a cell: a record's fields, else what its predicate says."""
    held = one.fields or {k: v for k, v in one.predicate.items() if k not in APART}
    return dict(cells(held))


def cells(held: dict[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in held.items():
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            yield name, ", ".join(value)
        elif not isinstance(value, list | dict):
            yield name, value


def drawn(rows: Sequence[tuple[object, ...]], seed: str, name: str) -> Sequence[tuple[object, ...]]:
    """The first 25 by SHA-256 of seed, table and id: anybody draws the same."""

    def place(row: tuple[object, ...]) -> str:
        return hashlib.sha256(f"{seed}/{name}/{row[0]}".encode()).hexdigest()

    return sorted(rows, key=place)[:DRAWN]
