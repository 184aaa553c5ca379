"""What led to some content, read from the projection: as sets, in one recursive query, as known then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from lineage.choices import RunState, UseRole
from lineage.models import DataVersion


@dataclass(frozen=True)
class Moment:
    """The instant asked about (valid time), and the size of the log at which it is asked (what was known)."""

    at: datetime
    log_size: int


class Use(NamedTuple):
    """A row of DataUse."""

    attempt: UUID
    data: int
    role: str
    recorded: int
    valid_from: datetime


class Data(NamedTuple):
    """A row of DataVersion."""

    id: int
    key: str
    digest: str
    namespace: str
    name: str
    version: str
    recorded: int
    declared: int | None


class Attempt(NamedTuple):
    """A row of RunAttempt with its job's name."""

    id: UUID
    job: str
    number: int
    state: str
    producer: str
    commit: str
    began_at: datetime
    recorded: int
    end_recorded: int | None

    def state_at(self, log_size: int) -> RunState:
        """Its state as known when the log had `log_size` entries."""
        if self.end_recorded is None or self.end_recorded >= log_size:
            return RunState.RUNNING
        return RunState(self.state)


@dataclass(frozen=True)
class Upstream:
    """Content, attempts and uses that led to the start, the start's content included.

    `same` gives for each id the one that stands for all its names.
    """

    data: dict[int, Data] = field(default_factory=dict)
    attempts: dict[UUID, Attempt] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()
    same: dict[int, int] = field(default_factory=dict)


# What holds of a row at a moment. `units` NULL: every unit of the organisation.
HOLDS = """{0}.recorded < %(size)s AND ({0}.replaced IS NULL OR {0}.replaced >= %(size)s)
    AND {0}.valid_from <= %(at)s AND (%(units)s::uuid[] IS NULL OR {0}.unit_id = ANY(%(units)s))"""
ALIAS = "a.recorded < %(size)s AND (%(units)s::uuid[] IS NULL OR a.unit_id = ANY(%(units)s))"

CLOSURE = f"""
WITH RECURSIVE up(id) AS (
    SELECT unnest(%(start)s::bigint[])
  UNION
    SELECT step.id FROM up CROSS JOIN LATERAL (
        SELECT source.data_id AS id FROM lineage_datause made
        JOIN lineage_datause source ON source.attempt_id = made.attempt_id
        WHERE made.data_id = up.id AND made.role = %(made)s AND source.role = %(source)s
          AND {HOLDS.format("made")} AND {HOLDS.format("source")}
      UNION ALL
        SELECT a.other_id FROM lineage_dataalias a WHERE a.data_id = up.id AND {ALIAS}
    ) step
) SELECT id FROM up
"""  # noqa: S608 (only the constants above are put in)
MAKERS = f"""
SELECT made.attempt_id, made.data_id, made.role, made.recorded, made.valid_from
FROM lineage_datause made
WHERE made.data_id = ANY(%(start)s) AND made.role = %(made)s AND {HOLDS.format("made")}
"""  # noqa: S608
READS = f"""
SELECT source.attempt_id, source.data_id, source.role, source.recorded, source.valid_from
FROM lineage_datause source
WHERE source.attempt_id = ANY(%(attempts)s) AND source.role = %(source)s AND {HOLDS.format("source")}
"""  # noqa: S608
CONTENTS = """
SELECT d.id, d.key, d.digest, d.namespace, d.name, d.version, d.recorded, d.declared
FROM lineage_dataversion d WHERE d.id = ANY(%(start)s)
"""
RUNS = """
SELECT r.id, j.name, r.number, r.state, r.producer, r.commit, r.began_at, r.recorded, r.end_recorded
FROM lineage_runattempt r JOIN lineage_lineagejob j ON j.id = r.job_id WHERE r.id = ANY(%(attempts)s)
"""
ALIASES = f"""
SELECT a.data_id, a.other_id FROM lineage_dataalias a
WHERE a.data_id = ANY(%(start)s) AND a.other_id = ANY(%(start)s) AND {ALIAS}
"""  # noqa: S608


def upstream(
    organisation: UUID,
    digests: Iterable[str],
    moment: Moment,
    units: Collection[UUID] | None = None,
) -> Upstream:
    """Everything that led to the content with these SHA-256 digests, at the moment.

    `units` limits it to what was posted at these units; None takes the whole organisation.
    """
    start = DataVersion.objects.filter(organisation=organisation, key__in=set(digests))
    known = start.filter(recorded__lt=moment.log_size).values_list("pk", flat=True)
    asked = _arguments(moment, units)
    inside = [row[0] for row in _rows(CLOSURE, {**asked, "start": list(known)})]
    uses = [Use(*row) for row in _rows(MAKERS, {**asked, "start": inside})]
    attempts = {use.attempt for use in uses}
    uses += [Use(*row) for row in _rows(READS, {**asked, "attempts": list(attempts)})]
    return Upstream(
        data={row[0]: Data(*row) for row in _rows(CONTENTS, {"start": inside})},
        attempts={row[0]: Attempt(*row) for row in _rows(RUNS, {"attempts": list(attempts)})},
        uses=tuple(uses),
        same=_same(inside, _rows(ALIASES, {**asked, "start": inside})),
    )


def downstream_digests(organisation: UUID, data: Collection[int]) -> set[str]:
    """Digests of everything that this content led to, as known now, itself included."""
    with connection.cursor() as cursor:
        cursor.execute(DOWNSTREAM, {"start": list(data), "organisation": organisation})
        return {row[0] for row in cursor.fetchall()}


DOWNSTREAM = """
WITH RECURSIVE down(id) AS (
    SELECT unnest(%(start)s::bigint[])
  UNION
    SELECT step.id FROM down CROSS JOIN LATERAL (
        SELECT made.data_id AS id FROM lineage_datause source
        JOIN lineage_datause made ON made.attempt_id = source.attempt_id AND made.role = 'output'
        WHERE source.data_id = down.id AND source.role = 'input'
      UNION ALL
        SELECT a.other_id FROM lineage_dataalias a WHERE a.data_id = down.id
    ) step
)
SELECT d.digest FROM down JOIN lineage_dataversion d ON d.id = down.id
WHERE d.digest <> '' AND d.organisation_id = %(organisation)s
"""


def _arguments(moment: Moment, units: Collection[UUID] | None) -> dict[str, Any]:
    return {
        "size": moment.log_size,
        "at": moment.at,
        "units": None if units is None else list(units),
        "made": UseRole.OUTPUT.value,
        "source": UseRole.INPUT.value,
    }


def _rows(query: str, arguments: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return list(cursor.fetchall())


def _same(inside: Iterable[int], pairs: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    """For each id the smallest of those that name the same data."""
    stands_for = {one: one for one in inside}

    def root(one: int) -> int:
        while stands_for[one] != one:
            one = stands_for[one]
        return one

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        stands_for[high] = low
    return {one: root(one) for one in stands_for}
