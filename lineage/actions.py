from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit.actions import record
from governance.audit.ids import new_id
from governance.identity.errors import Busy, InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.work.actions import enqueue
from lineage.choices import EventKind
from lineage.event_checks import EVENT_BYTES, EventRefused, Fault
from lineage.intake import check_depth
from lineage.models import RawEvent
from lineage.openlineage import DatasetEvent, Event, RunEvent, parse

ACTION = "lineage.events_received"
AHEAD = timedelta(days=1)
ATTEMPTS = 3


@dataclass(frozen=True)
class Receipt:
    """What became of one event: `outcome` is accepted, duplicate or refused (then `faults` say why)."""

    outcome: str
    sha256: str
    faults: tuple[Fault, ...] = ()


def receive_events(unit: Unit, bodies: Sequence[bytes], *, by: Principal) -> list[Receipt]:
    """Keep what can be read of these events, byte for byte, with one audit entry; project them by a job.

    Each event is judged by itself; one that is known already (same bytes at this unit) changes nothing.
    Raises Forbidden without `lineage.post` at the unit.
    """
    by.require("lineage.post", unit.path)
    judged = [_read(body) for body in bodies]
    rows: dict[str, RawEvent] = {}
    for body, event in zip(bodies, judged, strict=True):
        if not isinstance(event, tuple):
            rows.setdefault(_sha256(body), _row(unit, body, event, by))
    new = _keep(unit, rows, by)
    return [_receipt(_sha256(body), event, new) for body, event in zip(bodies, judged, strict=True)]


def _read(body: bytes) -> Event | tuple[Fault, ...]:
    """The event, or why it is refused."""
    try:
        if len(body) <= EVENT_BYTES:
            check_depth(body)
        event = parse(body)
    except EventRefused as refused:
        return refused.faults
    except InvalidInput as refused:
        return (Fault("", refused.sentence),)
    if event.at > timezone.now() + AHEAD:
        return (
            Fault(
                "/eventTime",
                "This lies more than a day ahead of this server's clock; mend the sender's.",
            ),
        )
    return event


def _row(unit: Unit, body: bytes, event: Event, by: Principal) -> RawEvent:
    row = RawEvent(
        unit=unit,
        sha256=_sha256(body),
        body=body,
        account_id=by.account_id,
        kind=EventKind.DATASET if isinstance(event, DatasetEvent) else EventKind.JOB,
        at=event.at,
    )
    if isinstance(event, RunEvent):
        row.kind, row.type, row.run_id = EventKind.RUN, event.event_type or "", event.run_id
    return row


def _keep(unit: Unit, rows: dict[str, RawEvent], by: Principal) -> set[str]:
    """Insert what is not there yet; returns the digests of what was new."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _insert(unit, rows, by)
        except IntegrityError:
            # Another request brought one of these at the same moment: look again.
            continue
    raise Busy("lineage_busy", "The same events arrive several times at once. Send them again.")


def _insert(unit: Unit, rows: dict[str, RawEvent], by: Principal) -> set[str]:
    known = set(
        RawEvent.objects.filter(unit=unit, sha256__in=rows).values_list("sha256", flat=True)
    )
    new = [row for sha256, row in rows.items() if sha256 not in known]
    if not new:
        return set()
    entry_id = new_id()
    for row in new:
        row.entry_id = entry_id
    RawEvent.objects.bulk_create(new)
    record(
        ACTION,
        by=by,
        object_type="lineage-events",
        object_id=entry_id,
        unit_path=unit.path,
        facts={"count": len(new), "digests": [row.sha256 for row in new]},
        entry_id=entry_id,
    )
    enqueue(
        "lineage.project", {"entry": str(entry_id)}, by=by, unit=unit, key=f"lineage:{entry_id}"
    )
    return {row.sha256 for row in new}


def _receipt(sha256: str, event: Event | tuple[Fault, ...], new: set[str]) -> Receipt:
    """The first of two equal events in one request is accepted, the second a duplicate."""
    if isinstance(event, tuple):
        return Receipt("refused", sha256, event)
    if sha256 in new:
        new.discard(sha256)
        return Receipt("accepted", sha256)
    return Receipt("duplicate", sha256)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
