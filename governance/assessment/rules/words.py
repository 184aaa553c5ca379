"""Small pieces of the sentences that results speak in."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CLOSING = re.compile(r",( in force and)? approved$")
_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
SCOPE_WORDS = {
    "organisation": "this organisation",
    "unit": "this unit",
    "system": "this system",
    "release": "this release",
    "deployment": "this deployment",
}
# Fields as the forms of the pages call them; any other field is read as it is spelt.
FIELD_WORDS = {
    "purpose": "“What it decides or supports, and for whom”",
    "intendedUse": "“Intended use”",
    "misuse": "“Reasonably foreseeable misuse”",
    "affectedPeople": "“People affected”",
    "users": "“Who uses it”",
    "context": "“Where and how it is used”",
    "legalBasis": "“Law that applies”",
    "benefits": "“Expected benefits”",
    "costsOfErrors": "“What errors cost, and whom”",
    "scopeOfApplication": "“Scope of application”",
    "outOfScope": "“Out of scope”",
    "oversight": "“Human oversight”",
    "operatorProficiency": "“What operators must know”",
    "feedbackChannel": "“How people give feedback or appeal”",
    "executive": "accountable executive",
    "reviewDue": "date of the next review",
    "tierReason": "reasons for the tier",
    "intendedUseRevision": "digest of the intended use",
    "residual": "residual level",
    "due": "due date",
    "decision": "decision parameters",
    "unmatched": "count of what does not match",
    "reconciled": "outcome of the reconciliation",
}


def plural(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"


def listing(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def plain(machine_word: str) -> str:
    """A machine word as people read it: "evaluation-plan" is an evaluation plan, "reviewDue" a review due."""
    words = _INNER_CAPITAL.sub(lambda found: f" {found[0].lower()}", machine_word)
    return words.replace("-", " ").replace("_", " ")


def an(noun: str) -> str:
    """With its article: "a document", "an evaluation plan"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def field_words(name: str) -> str:
    return FIELD_WORDS.get(name) or plain(name)


def topic_words(label: str) -> str:
    """The topic of a document, from its element's label: that it is to be approved is no part of it."""
    return _CLOSING.sub("", label)


def quoted(title: str) -> str:
    return f"“{title}”"
