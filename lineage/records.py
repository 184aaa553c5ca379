"""What signed statements in the log's first K entries say of a system: read from Evidence rows, nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from governance.evidence.choices import PredicateType
from governance.evidence.models import Evidence
from governance.evidence.querysets import EvidenceQuerySet
from governance.evidence.statement import type_of
from governance.identity.models import Unit
from lineage.upstream import Moment

COMPLETENESS = "lineage.completeness"
NEVER_LIVE = frozenset({"cancelled", "refused"})
ACTS = (PredicateType.APPROVAL, PredicateType.GATE_DECISION, PredicateType.MEASUREMENT)


@dataclass(frozen=True)
class Statement:
    """One statement: `index` in the log, `since` the index of its record's first revision."""

    id: UUID
    index: int
    since: int
    type: str
    at: datetime
    subjects: tuple[str, ...]
    predicate: dict[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        return dict(self.predicate.get("fields", {}))

    @property
    def record(self) -> str:
        return str(self.predicate["record"]["id"])


def instant_of(text: str) -> datetime:
    """An instant of a statement (RFC 3339 with Z)."""
    return datetime.fromisoformat(text)


def deployments_live(unit: Unit, moment: Moment) -> list[Statement]:
    """Deployments that were live at the instant, by what the log said at its size; production first."""
    found = [
        one
        for one in newest_records(unit, "deployment", moment)
        if one.predicate["record"]["state"] not in NEVER_LIVE and _covers(one.fields, moment.at)
    ]
    return sorted(found, key=lambda one: (one.fields["environment"], one.fields["from"]))


def _covers(fields: dict[str, Any], at: datetime) -> bool:
    begin, end = instant_of(fields["from"]), fields.get("to")
    return begin <= at and (end is None or at < instant_of(end))


def newest_records(
    unit: Unit,
    kind: str,
    moment: Moment,
    ids: Iterable[str] = (),
    digests: Iterable[str] = (),
) -> list[Statement]:
    """The newest revision of each record of a kind, in the order in which the records first came.

    `ids` and `digests` limit it to records of these ids, or that name one of these digests.
    """
    rows = Evidence.objects.records(kind).filter(unit=unit)
    if wanted := list(ids):
        rows = rows.filter(record_id__in=wanted)
    if named := list(digests):
        rows = rows.filter(subjects__overlap=named)
    newest: dict[str, Statement] = {}
    for one in _statements(rows, moment):
        first = newest.get(one.record)
        newest[one.record] = one if first is None else replace(one, since=first.since)
    return list(newest.values())


def records_about(
    units: Sequence[UUID], kind: str, digests: Iterable[str], moment: Moment
) -> list[Statement]:
    """Records of a kind at these units that name one of these digests, oldest first."""
    rows = Evidence.objects.records(kind).filter(
        unit_id__in=units, subjects__overlap=sorted(set(digests))
    )
    return _statements(rows, moment)


def acts_about(unit: Unit, digests: Iterable[str], moment: Moment) -> list[Statement]:
    """Approvals, gate decisions and evaluations of these digests up to the instant, oldest first.

    Left out: measurements of a deployment (monitoring), and of lineage itself.
    """
    rows = Evidence.objects.filter(
        ~Q(type=PredicateType.MEASUREMENT, scope_type="deployment"),
        ~Q(type=PredicateType.MEASUREMENT, kind=COMPLETENESS),
        unit=unit,
        type__in=ACTS,
        subjects__overlap=sorted(set(digests)),
        produced_at__lte=moment.at,
    )
    return _statements(rows, moment)


def _statements(rows: EvidenceQuerySet, moment: Moment) -> list[Statement]:
    """What was signed, each row held against its entry. Raises EvidenceChanged."""
    return [_statement(one["index"], one["statement"]) for one in rows.indexed(moment.log_size)]


def _statement(index: int, made: dict[str, Any]) -> Statement:
    predicate = made["predicate"]
    return Statement(
        id=UUID(predicate["id"]),
        index=index,
        since=index,
        type=type_of(made),
        at=instant_of(predicate["producedAt"]),
        subjects=tuple(one["digest"]["sha256"] for one in made["subject"]),
        predicate=predicate,
    )
