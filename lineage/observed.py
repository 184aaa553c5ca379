"""What run events say, attempt by attempt, and at which log index each fact first came in.

Pure. A longer log only adds: no attempt is numbered anew and no use is taken away, so that what was known at an
earlier size of the log can always be told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lineage.attempts import Attempt, segment
from lineage.openlineage import DatasetUse, Name, RunEvent

Indexed = tuple[int, RunEvent]


@dataclass(frozen=True, slots=True)
class UseSeen:
    """`replaced`: log index at which the attempt named this data with a version; None while it has not."""

    role: str
    use: DatasetUse
    recorded: int
    event: RunEvent
    replaced: int | None = None


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """`end_recorded` is the log index of the terminal event; None while there is none."""

    attempt: Attempt
    recorded: int
    end_recorded: int | None
    uses: tuple[UseSeen, ...]


def attempts_seen(events: Sequence[Indexed]) -> list[AttemptSeen]:
    """The attempts in these events, given with their log index in the log's order."""
    index_of = {id(event): index for index, event in events}
    return [
        AttemptSeen(
            attempt,
            recorded=index_of[id(attempt.events[0])],
            end_recorded=index_of[id(attempt.end)] if attempt.end else None,
            uses=tuple(_uses(attempt, index_of)),
        )
        for attempt in segment(event for _, event in events)
    ]


def data_key(use: DatasetUse) -> str:
    """64 hex digits that name the content: its digest, or a hash of its name and version."""
    return use.digest or named_key(use.dataset, use.version)


def named_key(name: Name, version: str | None) -> str:
    return text_key(name.namespace, name.name, version)


def text_key(*words: str | None) -> str:
    """SHA-256 (hex) of these words as JSON: no two lists of words share one."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def commit_of(attempt: Attempt) -> str:
    """The version that the standard sourceCodeLocation facet names; empty without one."""
    for event in attempt.events:
        facet = event.job_facets.get("sourceCodeLocation")
        version = facet.get("version") if isinstance(facet, dict) else None
        if isinstance(version, str):
            return version[:200]
    return ""


def _uses(attempt: Attempt, index_of: dict[int, int]) -> Iterator[UseSeen]:
    first: dict[tuple[str, str], UseSeen] = {}
    versioned: dict[tuple[str, Name], int] = {}
    for event in attempt.events:
        index = index_of[id(event)]
        for role, use in _named(event):
            first.setdefault((role, data_key(use)), UseSeen(role, use, index, event))
            if use.version or use.digest:
                versioned.setdefault((role, use.dataset), index)
    for seen in first.values():
        bare = not (seen.use.version or seen.use.digest)
        later = versioned.get((seen.role, seen.use.dataset)) if bare else None
        yield seen if later is None else replace(seen, replaced=max(later, seen.recorded))


def _named(event: RunEvent) -> Iterator[tuple[str, DatasetUse]]:
    yield from (("input", use) for use in event.inputs)
    yield from (("output", use) for use in event.outputs)
