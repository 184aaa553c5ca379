"""Read OpenLineage 2-0-2 events (RunEvent, JobEvent, DatasetEvent) into typed values.

Written from the specification's rules (openlineage.io/spec/2-0-2). Facets are kept as they came,
the unknown ones too; only those read here (version, digest, symlinks, parent, lineage) are
checked further. A null where the specification has an optional member reads as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from lineage.event_checks import Checker, EventRefused, Fault, is_script, load

__all__ = [
    "DatasetEvent",
    "DatasetUse",
    "Event",
    "EventRefused",
    "EventType",
    "Fault",
    "JobEvent",
    "Name",
    "Parent",
    "RunEvent",
    "canonical_names",
    "is_script",
    "parse",
]

EventType = Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
TERMINAL = frozenset({"COMPLETE", "ABORT", "FAIL"})
DATASETS = 10_000

Facets = dict[str, Any]
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """How OpenLineage names a dataset or a job."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A dataset as one event names it.

    `version` is what the version facet says; `digest` the SHA-256 (64 lower-case hexadecimal
    digits) where version or digest facet give one. `aliases` come from the symlinks facet.
    `is_declared_source`: the producer says that nothing tracked feeds it, which is not the
    same as saying nothing.
    """

    dataset: Name
    version: str | None
    digest: str | None
    aliases: tuple[Name, ...]
    is_declared_source: bool
    facets: Facets
    use_facets: Facets


@dataclass(frozen=True, slots=True)
class Parent:
    run_id: UUID
    job: Name


@dataclass(frozen=True, slots=True)
class _Sent:
    at: datetime
    producer: str
    schema_url: str


@dataclass(frozen=True, slots=True)
class RunEvent(_Sent):
    """A step in the life of a run; `event_type` may be absent."""

    event_type: EventType | None
    run_id: UUID
    run_facets: Facets
    parent: Parent | None
    job: Name
    job_facets: Facets
    inputs: tuple[DatasetUse, ...]
    outputs: tuple[DatasetUse, ...]

    @property
    def is_terminal(self) -> bool:
        return self.event_type in TERMINAL


@dataclass(frozen=True, slots=True)
class JobEvent(_Sent):
    """What a job is declared to read and write, without a run."""

    job: Name
    job_facets: Facets
    inputs: tuple[DatasetUse, ...]
    outputs: tuple[DatasetUse, ...]


@dataclass(frozen=True, slots=True)
class DatasetEvent(_Sent):
    """What is known of a dataset, without a job."""

    dataset: DatasetUse


Event = RunEvent | JobEvent | DatasetEvent


def parse(body: bytes) -> Event:
    """The event in `body` (JSON, UTF-8).

    Raises EventRefused with JSON Pointers and sentences when it breaks the specification or a
    limit: 2 MiB, 64 levels, 10,000 datasets, names of 2,048 characters.
    """
    value = load(body)
    if not isinstance(value, dict):
        raise EventRefused([Fault("", "An event must be a JSON object.")])
    check = Checker()
    kind = _kind(value, check)
    sent = (
        check.instant(value, "eventTime"),
        check.uri(value, "producer"),
        check.uri(value, "schemaURL"),
    )
    event: Event
    if kind is DatasetEvent:
        event = DatasetEvent(*sent, _dataset(value, "dataset", check, "facets"))
    elif kind is RunEvent:
        event = _run_event(value, sent, check)
    else:
        event = JobEvent(*sent, *_job(value, check), *_uses(value, check))
    check.raise_if_any()
    return event


def canonical_names(uses: Iterable[DatasetUse]) -> dict[Name, Name]:
    """Every dataset name in `uses`, aliases included, to the one name that stands for it.

    Names joined by symlinks are one dataset; the smallest of them in (namespace, name) order
    stands for all, so that the order of events does not matter.
    """
    stands_for: dict[Name, Name] = {}
    for use in uses:
        for name in (use.dataset, *use.aliases):
            first, second = _root(use.dataset, stands_for), _root(name, stands_for)
            stands_for[max(first, second)] = min(first, second)
    return {name: _root(name, stands_for) for name in stands_for}


def _root(name: Name, stands_for: dict[Name, Name]) -> Name:
    stands_for.setdefault(name, name)
    while stands_for[name] != name:
        stands_for[name] = name = stands_for[stands_for[name]]
    return name


def _kind(value: dict[str, Any], check: Checker) -> type[Event]:
    has_run, has_job, has_dataset = (
        value.get(name) is not None for name in ("run", "job", "dataset")
    )
    if has_run and has_job:
        return RunEvent
    if has_job and has_dataset:
        check.note("An event without run is about a job or a dataset, not both; send two events.")
    elif has_run and not has_dataset:
        check.note("A run event needs the job as well.")
    elif not has_job and not has_dataset:
        check.note("An event needs run and job, or job, or dataset.")
    return DatasetEvent if has_dataset else JobEvent


def _run_event(value: dict[str, Any], sent: tuple[datetime, str, str], check: Checker) -> RunEvent:
    run = check.object(value, "run")
    with check.inside("run"):
        run_id = check.uuid(run, "runId")
        run_facets = _facets(run, "facets", check)
        parent = _parent(run_facets, check)
    return RunEvent(
        *sent, _event_type(value, check), run_id, run_facets, parent,
        *_job(value, check), *_uses(value, check),
    )  # fmt: skip


def _event_type(value: dict[str, Any], check: Checker) -> EventType | None:
    found = value.get("eventType")
    for known in EVENT_TYPES:
        if found == known:
            return known
    if found is not None:
        with check.inside("eventType"):
            check.note(f"This must be one of {', '.join(EVENT_TYPES)}, or left out.")
    return None


def _job(value: dict[str, Any], check: Checker) -> tuple[Name, Facets]:
    job = check.object(value, "job")
    with check.inside("job"):
        return _name(job, check), _facets(job, "facets", check)


def _uses(
    value: dict[str, Any], check: Checker
) -> tuple[tuple[DatasetUse, ...], tuple[DatasetUse, ...]]:
    declared = _declared_sources(value, check)
    found = []
    for side, use_facets in (("inputs", "inputFacets"), ("outputs", "outputFacets")):
        entries = check.list(value, side)
        if len(entries) > DATASETS:
            with check.inside(side):
                check.note(f"More than {DATASETS:,} datasets in one event; send several events.")
            entries = []
        holder = {str(i): entry for i, entry in enumerate(entries)}
        with check.inside(side):
            found.append(tuple(_dataset(holder, i, check, use_facets, declared) for i in holder))
    return found[0], found[1]


def _dataset(
    holder: dict[str, Any],
    name: str,
    check: Checker,
    use_facets: str,
    declared: frozenset[Name] = frozenset(),
) -> DatasetUse:
    entry = check.object(holder, name)
    with check.inside(name):
        dataset = _name(entry, check)
        facets = _facets(entry, "facets", check)
        version = _version(facets, check)
        return DatasetUse(
            dataset=dataset,
            version=version,
            digest=_digest(facets, version),
            aliases=_aliases(facets, check),
            is_declared_source=dataset in declared or _is_source(_facet(facets, "lineage")),
            facets=facets,
            use_facets=_facets(entry, use_facets, check) if use_facets != "facets" else {},
        )


def _name(entry: dict[str, Any], check: Checker) -> Name:
    return Name(check.text(entry, "namespace"), check.text(entry, "name"))


def _facets(holder: dict[str, Any], name: str, check: Checker) -> Facets:
    facets = check.object(holder, name)
    with check.inside(name):
        for key in facets:
            facet = check.object(facets, key)
            with check.inside(key):
                check.uri(facet, "_producer")
                check.uri(facet, "_schemaURL")
    return facets


def _facet(facets: Facets, name: str) -> dict[str, Any] | None:
    """The facet, unless it is absent or marked as deleted."""
    facet = facets.get(name)
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else None


def _version(facets: Facets, check: Checker) -> str | None:
    """Of the standard facet; its schema's name is taken as its key as well."""
    for key in ("version", "datasetVersion"):
        facet = _facet(facets, key)
        if facet is not None:
            with check.inside("facets", key):
                return check.text(facet, "datasetVersion") or None
    return None


def _digest(facets: Facets, version: str | None) -> str | None:
    """From the version "sha256:…" or a facet `digest` with a member `sha256`."""
    facet = _facet(facets, "digest") or {}
    for value in (version, facet.get("sha256")):
        found = _SHA256.fullmatch(value) if isinstance(value, str) else None
        if found:
            return found[1].lower()
    return None


def _aliases(facets: Facets, check: Checker) -> tuple[Name, ...]:
    facet = _facet(facets, "symlinks")
    if facet is None:
        return ()
    with check.inside("facets", "symlinks"):
        return tuple(
            _entry_name(facet, "identifiers", place, entry, check)
            for place, entry in enumerate(check.list(facet, "identifiers"))
        )


def _entry_name(holder: dict[str, Any], name: str, place: int, entry: Any, check: Checker) -> Name:
    with check.inside(name, place):
        if isinstance(entry, dict):
            return _name(entry, check)
        check.note("This must be an object with namespace and name.")
    return Name("", "")


def _parent(facets: Facets, check: Checker) -> Parent | None:
    facet = _facet(facets, "parent")
    if facet is None:
        return None
    with check.inside("facets", "parent"):
        run, job = check.object(facet, "run"), check.object(facet, "job")
        with check.inside("run"):
            run_id = check.uuid(run, "runId")
        with check.inside("job"):
            return Parent(run_id, _name(job, check))


def _declared_sources(value: dict[str, Any], check: Checker) -> frozenset[Name]:
    """Datasets that the job's lineage facet says are fed by nothing tracked."""
    job = value.get("job")
    facets = job.get("facets") if isinstance(job, dict) else None
    facet = _facet(facets, "lineage") if isinstance(facets, dict) else None
    if facet is None:
        return frozenset()
    with check.inside("job", "facets", "lineage"):
        entries = check.list(facet, "entries")
        return frozenset(
            _entry_name(facet, "entries", place, entry, check)
            for place, entry in enumerate(entries)
            if isinstance(entry, dict) and entry.get("type") == "DATASET" and _is_source(entry)
        )


def _is_source(entry: dict[str, Any] | None) -> bool:
    return entry is not None and entry.get("inputs") == [] and not entry.get("fields")
