"""Make rows of what raw events say. Any number of workers may run this; one at a time works for an organisation.

Only events that are in the log are read, in its order, and every run that is touched is read from its first event
on: late and out-of-order events find their place, and doing it again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from governance.audit.models import Leaf
from governance.audit.queries import log_size
from governance.identity.models import Unit
from lineage.actions import ACTION
from lineage.choices import EventKind
from lineage.models import ProjectionMark, RawEvent
from lineage.observed import Indexed, attempts_seen
from lineage.openlineage import Event, RunEvent, parse
from lineage.projection_rows import Rows

LEAVES = 400
EVENTS = 1000


@dataclass
class Projected:
    """What one step did; `senders` has the account that sent the last event of each attempt touched."""

    events: int = 0
    senders: dict[UUID, UUID] = field(default_factory=dict)
    data: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Known:
    """A raw event with its place in the log."""

    index: int
    event: Event
    account: UUID


def project_next(organisation: Unit) -> Projected | None:
    """Project the next stretch of the log, in the caller's transaction; None when all is done."""
    Unit.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    mark, _ = ProjectionMark.objects.get_or_create(organisation=organisation)
    entries, until = _stretch(organisation, mark.log_size)
    if until <= mark.log_size:
        return None
    fresh = RawEvent.objects.filter(entry_id__in=entries)
    done = Projected()
    runs: dict[UUID, set[UUID]] = defaultdict(set)
    for unit, run in fresh.values_list("unit_id", "run_id"):
        done.events += 1
        if run is not None:
            runs[unit].add(run)
    for unit, run_ids in runs.items():
        _project_runs(organisation, unit, run_ids, until, done)
    for row in fresh.exclude(kind=EventKind.RUN):
        _project_declared(organisation, row, until, done)
    ProjectionMark.objects.filter(pk=mark.pk).update(log_size=until)
    return done


def project_all(organisation: Unit) -> int:
    """Project whatever is in the log, a transaction a stretch; returns the number of events."""
    total = 0
    while True:
        with transaction.atomic():
            done = project_next(organisation)
        if done is None:
            return total
        total += done.events


def _stretch(organisation: Unit, since: int) -> tuple[list[UUID], int]:
    """Entries from `since` on that brought events, about EVENTS of them, and the index they reach up to."""
    size = log_size()
    leaves = list(
        Leaf.objects.below(organisation.path)
        .filter(index__gte=since, index__lt=size, action=ACTION)
        .order_by("index")
        .values_list("entry_id", "index")[:LEAVES]
    )
    brought = RawEvent.objects.filter(entry_id__in=[entry for entry, _ in leaves]).order_by()
    counts = dict(brought.values_list("entry_id").annotate(Count("id")))
    sums = list(accumulate(counts.get(entry, 0) for entry, _ in leaves))
    taken = next((place + 1 for place, total in enumerate(sums) if total >= EVENTS), len(leaves))
    is_all = taken == len(leaves) and len(leaves) < LEAVES
    until = size if is_all else leaves[taken - 1][1] + 1
    return [entry for entry, _ in leaves[:taken]], until


def _project_runs(
    organisation: Unit, unit: UUID, run_ids: set[UUID], until: int, done: Projected
) -> None:
    known = _known(RawEvent.objects.filter(unit_id=unit, run_id__in=run_ids), until)
    senders: dict[UUID, UUID] = {}
    events: list[Indexed] = []
    for one in known:
        if isinstance(one.event, RunEvent):
            events.append((one.index, one.event))
            senders[one.event.run_id] = one.account
    rows = Rows(organisation, unit)
    for attempt in rows.write_attempts(attempts_seen(events)):
        done.senders[attempt.pk] = senders[attempt.run_id]
    done.data |= rows.touched


def _project_declared(organisation: Unit, row: RawEvent, until: int, done: Projected) -> None:
    """An event without a run: what it names is known, and whether it is declared a source."""
    rows = Rows(organisation, row.unit_id)
    for one in _known(RawEvent.objects.filter(pk=row.pk), until):
        rows.write_declared(one.index, one.event)
    done.data |= rows.touched


def _known(rows: QuerySet[RawEvent], until: int) -> list[Known]:
    """These events in the log's order; those at `until` or later left out."""
    leaf = Leaf.objects.filter(entry_id=OuterRef("entry_id")).values("index")[:1]
    found = rows.annotate(log_index=Subquery(leaf)).filter(log_index__lt=until)
    return [
        Known(row.log_index, parse(bytes(row.body)), row.account_id)
        for row in found.order_by("log_index", "id")
    ]
