"""Records that the platform writes by itself: no author, a worker as collector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from governance.evidence.actions import emit, newest_revision, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.evidence.predicates import RecordHead, record_subject
from governance.evidence.scope import Scope
from governance.identity.principal import Principal

JSON = Mapping[str, Any]


def state_by_platform(
    kind: str,
    *,
    record_id: UUID,
    state: str,
    fields: JSON,
    scope: Scope,
    by: Principal,
    subjects: Sequence[JSON] = (),
    at: datetime | None = None,
) -> Evidence:
    """State the next revision of a record that nobody wrote; `by` answers for the work it came from."""
    last = newest_revision(record_id)
    head: RecordHead = {"id": str(record_id), "revision": last + 1, "state": state}
    return emit(
        PredicateType.RECORD,
        scope=scope,
        subjects=[record_subject(kind, head, fields), *subjects],
        body={
            "kind": kind,
            "record": head,
            "fields": dict(fields),
            "validFrom": None,
            "validUntil": None,
            "author": None,
        },
        assurance=Assurance.RECORD,
        by=by,
        collector=worker_collector(by),
        at=at,
    )
