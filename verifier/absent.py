"""Signs that something was withheld: what statements cite, and revisions that are missing.

They are notes and no faults: a cited statement may lie in another part of the installation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from .faults import Findings
from .statements import Statement


def note_absent(statements: Sequence[Statement], closed: int, findings: Findings) -> None:
    """Say what is cited and not here, and that nothing can be withheld where no entry is closed."""
    if not closed:
        findings.note("No entry is closed: nothing of the log was withheld.")
    held = {one.id for one in statements}
    cited = {each: one for one in statements for each in citations(one.predicate)}
    missing = [one for each, one in cited.items() if each not in held]
    if missing:
        findings.note(
            f"Statements cited by others and not here: {len(missing)}, the first by the one at index "
            f"{missing[0].index}. Ask for them."
        )
    gaps = list(gaps_of(statements))
    if gaps:
        findings.note(
            f"Records with revisions missing: {len(gaps)}, the first {gaps[0]}. Ask for them."
        )


def citations(predicate: dict[str, Any]) -> Iterator[str]:
    """Ids of statements that a statement rests on or corrects."""
    named = [predicate.get("supersedes"), *_list(predicate.get("reasons"))]
    for one in named:
        if isinstance(one, dict):
            yield from (each for each in [one.get("id"), *_list(one.get("statements"))] if each)
    yield from _list(predicate.get("basis"))


def gaps_of(statements: Sequence[Statement]) -> Iterator[str]:
    """Records of which a revision between the first and the last is not here."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in statements:
        record = one.predicate.get("record") if one.kind else None
        if isinstance(record, dict) and isinstance(record.get("revision"), int):
            found[f"{one.kind} {record.get('id')}"].add(record["revision"])
    for name, revisions in found.items():
        if len(revisions) != max(revisions):
            yield name


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
