"""Who decided what: approvals and gate decisions, with the words that were kept beside the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from governance.audit.models import EntryText
from governance.evidence.models import Evidence
from reports.content.book import Book, Register, Said, in_period, newest_first

JSON = dict[str, Any]
MOST = 40


def approvals(book: Book, register: Register, since: datetime | None) -> JSON:
    """Decisions of people in the period, newest first."""
    found = list(newest_first(in_period(book.of_type("approval"), since)))
    words = reasons_of(found[:MOST])
    return {
        "rows": [approval(one, book, register, words) for one in found[:MOST]],
        "more": max(len(found) - MOST, 0),
    }


def approval(one: Said, book: Book, register: Register, words: dict[str, str]) -> JSON:
    said = one.predicate
    return {
        "about": about_words(one, book),
        "purpose": str(said["purpose"]).replace("-", " "),
        "outcome": str(said["outcome"]).replace("-", " "),
        "role": said["role"],
        "by": register.name(said["person"]),
        "barred": len(said["barred"]),
        "conditions": [held["text"] for held in said["conditions"]],
        "reason": words.get(
            one.id, "The words are no longer kept; their digest is in the statement."
        ),
        "at": one.at,
        "evidence": register.cite(one),
    }


def about_words(one: Said, book: Book) -> str:
    """What was decided on: the record, or the release with its number."""
    kind = str(one.predicate["subjectKind"]).replace("-", " ")
    for held in book.of_type("record"):
        if not set(held.subjects) & set(one.subjects):
            continue
        if held.kind == "release":
            return f"release {held.fields['number']}"
        title = held.fields.get("title") or held.fields.get("requirement")
        return f"{kind}: {title}" if title else kind
    return kind


def reasons_of(found: Iterable[Said]) -> dict[str, str]:
    """The reason given with each statement, by statement id; erased words are missing."""
    rows = Evidence.objects.filter(id__in=[UUID(one.id) for one in found])
    entries = {row.entry_id: str(row.id) for row in rows.only("id", "entry_id")}
    texts = EntryText.objects.filter(entry_id__in=entries, field="reason")
    return {entries[text.entry_id]: text.value for text in texts}


def gate_decisions(book: Book, register: Register, since: datetime | None) -> JSON:
    found = list(newest_first(in_period(book.of_type("gate-decision"), since)))
    return {
        "rows": [gate_decision(one, book, register) for one in found[:MOST]],
        "more": max(len(found) - MOST, 0),
    }


def gate_decision(one: Said, book: Book, register: Register) -> JSON:
    said = one.predicate
    release = book.record("release", said["release"]["id"])
    weighed = [held for held in said["reasons"] if held["effect"] != "ignore"]
    return {
        "release": f"Release {release.fields['number']}" if release else "a release",
        "environment": said["environment"],
        "verdict": said["verdict"],
        "reasons": [register.named(held["text"]) for held in weighed[:3]],
        "more": max(len(weighed) - 3, 0),
        "size": said["logSize"],
        "at": one.at,
        "evidence": register.cite(one),
    }
