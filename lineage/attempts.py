"""Keep the attempts of a run apart, and name what contradicts itself.

Schedulers reuse a runId: Airflow derives it from job, date and try, so that running the same
date again sends a second START..COMPLETE under the same id. Overwriting would lose evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from lineage.openlineage import DatasetUse, EventType, Name, RunEvent

Contradiction = Literal["two-ends", "two-jobs", "version-made-twice"]


@dataclass
class Attempt:
    """One go at a run: `number` counts from 1, `events` are in recorded order."""

    run_id: UUID
    number: int
    events: list[RunEvent] = field(default_factory=list)

    @property
    def job(self) -> Name:
        return self.events[0].job

    @property
    def began_at(self) -> datetime:
        """Time of START, or of the earliest event where no START came."""
        starts = [event.at for event in self.events if event.event_type == "START"]
        return min(starts or [event.at for event in self.events])

    @property
    def end(self) -> RunEvent | None:
        """The terminal event recorded first; None while there is none."""
        return next((event for event in self.events if event.is_terminal), None)

    @property
    def state(self) -> EventType | None:
        """How it ended, else the type of the last event that has one."""
        if self.end is not None:
            return self.end.event_type
        types = [event.event_type for event in self.events if event.event_type]
        return types[-1] if types else None

    @property
    def inputs(self) -> tuple[DatasetUse, ...]:
        return _united(use for event in self.events for use in event.inputs)

    @property
    def outputs(self) -> tuple[DatasetUse, ...]:
        return _united(use for event in self.events for use in event.outputs)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that cannot both be right, or that need a look."""

    kind: Contradiction
    run_ids: tuple[UUID, ...]
    sentence: str


def segment(events: Iterable[RunEvent]) -> list[Attempt]:
    """The attempts in these events (of any runs, in recorded order), by run and number.

    A START later than a terminal event of the newest attempt begins another, and so does a
    change of Airflow's dagRun.run_id. An event that arrives late joins the attempt in whose
    time it lies; an exact repetition is dropped; a terminal event without START is an attempt.
    """
    by_run: dict[UUID, list[Attempt]] = defaultdict(list)
    for event in events:
        attempts = by_run[event.run_id]
        if any(event in attempt.events for attempt in attempts):
            continue
        _attempt_for(event, attempts).events.append(event)
    return [attempt for attempts in by_run.values() for attempt in attempts]


def conflicts(attempts: Iterable[Attempt]) -> list[Conflict]:
    """Attempts that ended two ways or under two jobs; versions that two attempts made."""
    known = list(attempts)
    found = [conflict for attempt in known for conflict in _within(attempt)]
    makers: dict[tuple[Name, str], list[Attempt]] = defaultdict(list)
    for attempt in known:
        for key in {(use.dataset, use.version) for use in attempt.outputs if use.version}:
            makers[key[0], str(key[1])].append(attempt)
    for (dataset, version), by in sorted(makers.items(), key=lambda item: item[0]):
        if len(by) > 1:
            sentence = f"{len(by)} attempts say that they made {dataset.name} version {version}."
            run_ids = tuple(sorted({attempt.run_id for attempt in by}))
            found.append(Conflict("version-made-twice", run_ids, sentence))
    return found


def _attempt_for(event: RunEvent, attempts: list[Attempt]) -> Attempt:
    outer = _dag_run(event)
    fitting = [a for a in attempts if outer is None or _dag_run(a.events[0]) in {None, outer}]
    if not fitting or _begins_another(event, attempts[-1]):
        attempts.append(Attempt(event.run_id, len(attempts) + 1))
        return attempts[-1]
    begun = [attempt for attempt in fitting if attempt.began_at <= event.at]
    return begun[-1] if begun else fitting[0]


def _begins_another(event: RunEvent, newest: Attempt) -> bool:
    ended = newest.end
    return event.event_type == "START" and ended is not None and event.at > ended.at


def _dag_run(event: RunEvent) -> str | None:
    """Airflow's own id of the outer run; only its custom facet tells two goes apart."""
    for name in ("airflow", "airflowDagRun"):
        facet = event.run_facets.get(name)
        outer = facet.get("dagRun") if isinstance(facet, dict) else None
        found = outer.get("run_id") if isinstance(outer, dict) else None
        if isinstance(found, str):
            return found
    return None


def _within(attempt: Attempt) -> list[Conflict]:
    found = []
    ends = sorted({str(event.event_type) for event in attempt.events if event.is_terminal})
    if len(ends) > 1:
        sentence = f"The attempt ended in several ways: {', '.join(ends)}."
        found.append(Conflict("two-ends", (attempt.run_id,), sentence))
    jobs = sorted({event.job for event in attempt.events})
    if len(jobs) > 1:
        names = ", ".join(job.name for job in jobs)
        sentence = f"Several jobs use this run id: {names}."
        found.append(Conflict("two-jobs", (attempt.run_id,), sentence))
    return found


def _united(uses: Iterable[DatasetUse]) -> tuple[DatasetUse, ...]:
    """One use per dataset and version; of the rest, a use without version only where there is
    none with one."""
    versioned: dict[tuple[Name, str | None], DatasetUse] = {}
    for use in uses:
        versioned[use.dataset, use.version] = use
    named = {dataset for dataset, version in versioned if version}
    return tuple(
        u for (dataset, version), u in versioned.items() if version or dataset not in named
    )
