"""What run events say, attempt by attempt, and at which log index each fact first came in.

Pure. A longer log only adds: no attempt is numbered anew and no use is taken away, so that what was known at an
earlier size of the log can always be told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lineage.attempts import Attempt, Conflict, conflicts, segment
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
    """An attempt with the log index of each of its events, in the log's order."""

    attempt: Attempt
    indexes: tuple[int, ...]
    uses: tuple[UseSeen, ...]

    @property
    def recorded(self) -> int:
        return self.indexes[0]

    @property
    def end_recorded(self) -> int | None:
        """Log index of the terminal event; None while there is none."""
        ends = zip(self.attempt.events, self.indexes, strict=True)
        return next((index for event, index in ends if event.is_terminal), None)

    @property
    def conflicts(self) -> list[tuple[Conflict, int]]:
        """What contradicts itself within the attempt, with the log index at which it came to light."""
        return [
            (one, self._came_to_light(one))
            for one in conflicts([self.attempt])
            if one.kind != "version-made-twice"
        ]

    def _came_to_light(self, conflict: Conflict) -> int:
        seen: set[object] = set()
        for event, index in zip(self.attempt.events, self.indexes, strict=True):
            if conflict.kind == "two-jobs":
                seen.add(event.job)
            elif event.is_terminal:
                seen.add(event.event_type)
            if len(seen) > 1:
                return index
        return self.indexes[-1]


def attempts_seen(events: Sequence[Indexed]) -> list[AttemptSeen]:
    """The attempts in these events, given with their log index in the log's order."""
    index_of = {id(event): index for index, event in events}
    return [
        AttemptSeen(
            attempt,
            indexes=tuple(index_of[id(event)] for event in attempt.events),
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
