"""Write what was observed: jobs, attempts, data, uses, aliases, contradictions. Writing again changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q

from governance.identity.models import Unit
from lineage.choices import STATE_OF_EVENT, ContradictionKind, RunState, UseRole
from lineage.models import (
    Contradiction,
    DataAlias,
    DataUse,
    DataVersion,
    LineageJob,
    RunAttempt,
)
from lineage.observed import (
    AttemptSeen,
    UseSeen,
    commit_of,
    data_key,
    named_key,
    text_key,
)
from lineage.openlineage import DatasetEvent, DatasetUse, Event, JobEvent, Name

ATTEMPT_FIELDS = [
    "job", "parent_run", "producer", "commit", "state", "ended_with", "began_at", "ended_at",
    "events", "end_recorded",
]  # fmt: skip


def attempt_id(unit: uuid.UUID, run_id: uuid.UUID, number: int) -> uuid.UUID:
    """The same for the same attempt, however often it is projected."""
    return uuid.uuid5(unit, f"{run_id}/{number}")


class Rows:
    """Writes for one unit; `touched` are the ids of the data named."""

    def __init__(self, organisation: Unit, unit: uuid.UUID) -> None:
        self.organisation, self.unit = organisation, unit
        self.touched: set[int] = set()

    def write_attempts(self, seen: Sequence[AttemptSeen]) -> list[RunAttempt]:
        jobs = self._jobs({(one.attempt.job, one.recorded) for one in seen})
        rows = [self._attempt(one, jobs) for one in seen]
        RunAttempt.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=ATTEMPT_FIELDS
        )
        self._write_uses(seen)
        self._write_conflicts(seen)
        return rows

    def write_declared(self, index: int, event: Event) -> None:
        """A job's or dataset's own event: names, versions, declared sources, aliases; no use, for nothing ran."""
        if isinstance(event, DatasetEvent):
            self._data([(event.dataset, index)])
        elif isinstance(event, JobEvent):
            self._jobs({(event.job, index)})
            self._data([(use, index) for use in (*event.inputs, *event.outputs)])

    def _jobs(self, named: Iterable[tuple[Name, int]]) -> dict[Name, LineageJob]:
        first: dict[Name, int] = {}
        for name, index in sorted(named, key=lambda pair: pair[1]):
            first.setdefault(name, index)
        keys = {text_key(name.namespace, name.name): name for name in first}
        LineageJob.objects.bulk_create(
            [
                LineageJob(
                    unit_id=self.unit,
                    key=key,
                    namespace=name.namespace,
                    name=name.name,
                    recorded=first[name],
                )
                for key, name in sorted(keys.items())
            ],
            ignore_conflicts=True,
        )
        found = LineageJob.objects.filter(unit_id=self.unit, key__in=keys)
        return {keys[job.key]: job for job in found}

    def _attempt(self, seen: AttemptSeen, jobs: dict[Name, LineageJob]) -> RunAttempt:
        attempt, end = seen.attempt, seen.attempt.end
        parents = [event.parent.run_id for event in attempt.events if event.parent]
        return RunAttempt(
            id=attempt_id(self.unit, attempt.run_id, attempt.number),
            unit_id=self.unit,
            job=jobs[attempt.job],
            run_id=attempt.run_id,
            number=attempt.number,
            parent_run=parents[0] if parents else None,
            producer=attempt.events[0].producer,
            commit=commit_of(attempt),
            state=STATE_OF_EVENT[str(end.event_type)] if end else RunState.RUNNING,
            ended_with=end.event_type or "" if end else "",
            began_at=attempt.began_at,
            ended_at=end.at if end else None,
            events=len(attempt.events),
            recorded=seen.recorded,
            end_recorded=seen.end_recorded,
        )

    def _write_uses(self, seen: Sequence[AttemptSeen]) -> None:
        uses = [use for one in seen for use in one.uses]
        ids = self._data([(use.use, use.recorded) for use in uses])
        DataUse.objects.bulk_create(
            [self._use(one, use, ids) for one in seen for use in one.uses],
            update_conflicts=True,
            unique_fields=["attempt", "data", "role"],
            update_fields=["replaced"],
        )
        self._write_made_twice(
            {ids[data_key(use.use)] for use in uses if use.role == UseRole.OUTPUT}
        )

    def _use(self, seen: AttemptSeen, use: UseSeen, ids: dict[str, int]) -> DataUse:
        attempt = seen.attempt
        return DataUse(
            unit_id=self.unit,
            attempt_id=attempt_id(self.unit, attempt.run_id, attempt.number),
            data_id=ids[data_key(use.use)],
            role=use.role,
            recorded=use.recorded,
            replaced=use.replaced,
            valid_from=use.event.at,
        )

    def _data(self, named: Sequence[tuple[DatasetUse, int]]) -> dict[str, int]:
        """Ids of the data named, by key; its first name is the one it is shown by."""
        first: dict[str, DataVersion] = {}
        for use, index in sorted(named, key=lambda pair: pair[1]):
            first.setdefault(data_key(use), self._version(use, use.dataset, index))
            for alias in _aliases(use):
                first.setdefault(named_key(alias, use.version), self._version(use, alias, index))
        DataVersion.objects.bulk_create(
            [first[key] for key in sorted(first)], ignore_conflicts=True
        )
        found = DataVersion.objects.filter(organisation=self.organisation, key__in=first)
        ids = dict(found.values_list("key", "id"))
        self.touched |= set(ids.values())
        self._declare(named, ids)
        self._write_aliases(named, ids)
        return ids

    def _version(self, use: DatasetUse, name: Name, index: int) -> DataVersion:
        is_own = name == use.dataset
        return DataVersion(
            organisation=self.organisation,
            key=data_key(use) if is_own else named_key(name, use.version),
            digest=(use.digest or "") if is_own else "",
            namespace=name.namespace,
            name=name.name,
            version=use.version or "",
            recorded=index,
        )

    def _declare(self, named: Sequence[tuple[DatasetUse, int]], ids: dict[str, int]) -> None:
        for use, index in named:
            if use.is_declared_source:
                rows = DataVersion.objects.filter(pk=ids[data_key(use)])
                rows.filter(Q(declared=None) | Q(declared__gt=index)).update(declared=index)

    def _write_aliases(self, named: Sequence[tuple[DatasetUse, int]], ids: dict[str, int]) -> None:
        pairs: dict[tuple[int, int], int] = {}
        for use, index in sorted(named, key=lambda pair: pair[1]):
            for alias in _aliases(use):
                one, other = ids[data_key(use)], ids[named_key(alias, use.version)]
                if one != other:
                    pairs.setdefault((one, other), index)
                    pairs.setdefault((other, one), index)
        DataAlias.objects.bulk_create(
            [
                DataAlias(unit_id=self.unit, data_id=one, other_id=other, recorded=index)
                for (one, other), index in sorted(pairs.items())
            ],
            ignore_conflicts=True,
        )

    def _write_conflicts(self, seen: Sequence[AttemptSeen]) -> None:
        rows = [
            Contradiction(
                unit_id=self.unit,
                kind=conflict.kind,
                key=text_key(
                    conflict.kind, str(self.unit), str(one.attempt.run_id), str(one.attempt.number)
                ),
                sentence=f"{one.attempt.job.name}, attempt {one.attempt.number}: {conflict.sentence}",
                run_ids=list(conflict.run_ids),
                recorded=index,
            )
            for one in seen
            for conflict, index in one.conflicts
        ]
        _keep_contradictions(rows)

    def _write_made_twice(self, data: set[int]) -> None:
        """Versions known by name only that two attempts say to have made. The same bytes twice contradict nothing."""
        with connection.cursor() as cursor:
            cursor.execute(MADE_TWICE, [UseRole.OUTPUT, list(data)])
            found = cursor.fetchall()
        _keep_contradictions(
            Contradiction(
                unit_id=self.unit,
                kind=ContradictionKind.VERSION_MADE_TWICE,
                key=text_key("version-made-twice", str(self.organisation.pk), key),
                sentence=f"{makers} attempts say that they made {name} version {version}.",
                run_ids=run_ids,
                recorded=indexes[1],
            )
            for key, name, version, makers, run_ids, indexes in found
        )


MADE_TWICE = """
SELECT d.key, d.name, d.version, count(*), array_agg(DISTINCT a.run_id), array_agg(u.recorded ORDER BY u.recorded)
FROM lineage_datause u
JOIN lineage_dataversion d ON d.id = u.data_id
JOIN lineage_runattempt a ON a.id = u.attempt_id
WHERE u.role = %s AND u.data_id = ANY(%s) AND d.digest = '' AND d.version <> ''
GROUP BY d.id HAVING count(*) > 1
"""


def _keep_contradictions(rows: Iterable[Contradiction]) -> None:
    Contradiction.objects.bulk_create(
        list(rows),
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["sentence", "run_ids"],
    )


def _aliases(use: DatasetUse) -> tuple[Name, ...]:
    """Other names; of content known by its digest the name does not matter."""
    return () if use.digest else tuple(alias for alias in use.aliases if alias != use.dataset)
