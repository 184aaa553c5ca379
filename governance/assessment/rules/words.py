"""Small pieces of the sentences that results speak in."""

from __future__ import annotations

from collections.abc import Sequence

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
    """A machine word as people read it: "evaluation-plan" is an evaluation plan."""
    return machine_word.replace("-", " ").replace("_", " ")


def quoted(title: str) -> str:
    return f"“{title}”"
