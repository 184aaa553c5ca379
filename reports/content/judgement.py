"""What people judged: opinions on releases, findings, actions, exceptions, each with its age."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reports.content.book import Book, Register, Said

JSON = dict[str, Any]


def opinions(book: Book, register: Register) -> list[JSON]:
    return [opinion(one, book, register) for one in reversed(book.records("opinion"))]


def opinion(one: Said, book: Book, register: Register) -> JSON:
    release = book.record("release", one.fields["release"])
    return {
        "release": f"Release {release.fields['number']}" if release else "a release",
        "verdict": str(one.fields["verdict"]).replace("-", " "),
        "opinion": one.fields["opinion"],
        "tests": list(one.fields["tests"]),
        "by": register.name(one.predicate["author"]),
        "at": one.at,
        "evidence": register.cite(one),
    }


def findings(book: Book, register: Register, at: datetime) -> list[JSON]:
    """Open findings first, the gravest first among them; closed ones after."""
    order = ("critical", "high", "medium", "low")
    rows = [finding(one, book, register, at) for one in book.records("finding")]
    return sorted(rows, key=lambda one: (one["state"] == "closed", order.index(one["severity"])))


def finding(one: Said, book: Book, register: Register, at: datetime) -> JSON:
    fields = one.fields
    return {
        "number": f"F-{fields['number']}",
        "title": fields["title"],
        "criterion": fields["criterion"],
        "condition": fields["condition"],
        "severity": fields["severity"],
        "state": one.state,
        "requirement": fields["requirement"],
        "owner": register.name(fields["owner"]),
        "due": fields["due"],
        "isOverdue": one.state != "closed" and fields["due"] < at.date().isoformat(),
        "age": age(one, book, at),
        "actions": [
            action(held, register, at)
            for held in book.records("action")
            if held.fields["finding"] == one.record_id
        ],
        "evidence": register.cite(one),
    }


def action(one: Said, register: Register, at: datetime) -> JSON:
    return {
        "title": one.fields["title"],
        "owner": register.name(one.fields["owner"]),
        "due": one.fields["due"],
        "state": one.state,
        "isOverdue": one.state != "done" and one.fields["due"] < at.date().isoformat(),
        "evidence": register.cite(one),
    }


def exceptions(book: Book, register: Register, at: datetime) -> list[JSON]:
    return [
        exception(one, book, register, at)
        for one in sorted(book.records("exception"), key=lambda one: str(one.fields["expires"]))
    ]


def exception(one: Said, book: Book, register: Register, at: datetime) -> JSON:
    fields = one.fields
    decision = decision_on(one, book)
    outcome = str(decision.predicate["outcome"]) if decision else ""
    expires = datetime.fromisoformat(fields["expires"])
    return {
        "number": f"EX-{int(fields['number']):04d}",
        "requirements": list(fields["requirements"]),
        "reason": fields["reason"],
        "control": fields["compensatingControl"],
        "lastDay": (expires - timedelta(microseconds=1)).date().isoformat(),
        "age": age(one, book, at),
        "daysLeft": (expires - at).days,
        "state": exception_state(outcome, expires, at),
        "by": register.name(decision.predicate["person"]) if decision else "",
        "evidence": register.cite(one, *([decision] if decision else [])),
    }


def exception_state(outcome: str, expires: datetime, at: datetime) -> str:
    if not outcome:
        return "asked"
    if outcome == "revoked":
        return "revoked"
    if not outcome.startswith("approved"):
        return "refused"
    return "expired" if expires <= at else "in force"


def decision_on(one: Said, book: Book) -> Said | None:
    """The newest approval statement about any revision of the record with the same words."""
    digests = {
        revision.subjects[0]
        for revision in book.revisions(one.record_id)
        if revision.fields == one.fields
    }
    found = [held for held in book.of_type("approval") if digests & set(held.subjects)]
    return found[-1] if found else None


def age(one: Said, book: Book, at: datetime) -> int:
    """Days since its first revision."""
    return max((at - book.revisions(one.record_id)[0].at).days, 0)
