"""Small pieces of the sentences that results speak in."""

from __future__ import annotations

import re
from collections.abc import Sequence

_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
SCOPE_WORDS = {
    "organisation": "this organisation",
    "unit": "this unit",
    "system": "this system",
    "release": "this release",
    "deployment": "this deployment",
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


def quoted(title: str) -> str:
    return f"“{title}”"
