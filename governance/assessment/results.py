"""Results of requirements: the pure function over the log, kept as rows for pages. Nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.assessment import rules
from governance.assessment.criteria import current_entries
from governance.assessment.models import Result, ResultChange
from governance.audit import canonical
from governance.audit.actions import instant
from governance.audit.models import Leaf
from governance.audit.queries import log_size
from governance.evidence.checked import RECORDED, EvidenceChanged
from governance.evidence.models import Evidence
from governance.evidence.querysets import Indexed
from governance.identity.models import Unit
from governance.registry.choices import Environment
from governance.registry.models import AISystem, Deployment, Release

JSON = dict[str, Any]
UPPER = ("organisation", "unit")
RECORDS_BELOW = ("system", "release", "deployment", "inventory")


# Releases under judgement beside those that are live; the gate judges any release anew.
CANDIDATES = 3


@dataclass(frozen=True)
class Target:
    type: str
    id: UUID


def statements_of_system(system: AISystem, size: int) -> list[Indexed]:
    """What is said at the system, below it and at the nodes above it, in the log's first `size` entries."""
    nodes = system.unit.path_ids
    found = Evidence.objects.filter(unit_id__in=nodes).indexed(size)
    return demand_all(found, system.unit, size)


def statements_of_unit(unit: Unit, size: int) -> list[Indexed]:
    """What is said at the unit and above, and the records of what lies below."""
    here = Q(unit_id__in=unit.path_ids)
    below = Q(unit__path__startswith=unit.path, type="record", kind__in=RECORDS_BELOW)
    found = Evidence.objects.filter(here | below).indexed(size)
    return demand_all(found, unit, size)


def demand_all(found: list[Indexed], unit: Unit, size: int) -> list[Indexed]:
    """The statements, when none is missing of those that the log records at the unit and above.

    Raises EvidenceChanged: whoever owns the database may have moved or hidden a row.
    """
    parts = unit.path.strip("/").split("/")
    paths = [f"/{'/'.join(parts[: n + 1])}/" for n in range(len(parts))]
    recorded = Leaf.objects.filter(action=RECORDED, unit_path__in=paths, index__lt=size)
    missing = {*recorded.values_list("index", flat=True)} - {one["index"] for one in found}
    if missing:
        raise EvidenceChanged(min(missing), "its row is not where the log recorded it")
    return found


def targets_of_system(system: AISystem) -> Iterator[Target]:
    """The system itself, its releases that are live or among the newest, and its live deployments."""
    yield Target("system", system.pk)
    live = Deployment.objects.live().filter(system=system)
    newest = system.releases.values_list("pk", flat=True)[:CANDIDATES]
    for release in {*live.values_list("release_id", flat=True), *newest}:
        yield Target("release", release)
    for deployment in live.values_list("pk", flat=True):
        yield Target("deployment", deployment)


def entries_for(scope: str) -> list[JSON]:
    return [entry for entry in current_entries().values() if entry["scope"] == scope]


def judge(
    entries: Iterable[JSON], target: Target, statements: Sequence[Indexed], size: int, at: datetime
) -> list[JSON]:
    """Results of these requirements at a target; the same log and instant give the same bytes."""
    log = rules.read_log(statements, size)
    described = rules.target_from(log, target.type, str(target.id))
    return [rules.evaluate(entry, described, log, instant(at)) for entry in entries]


def recompute_system(system: AISystem) -> int:
    """Judge every requirement of the system's own scopes now; returns how many results turned."""
    size, at = log_size(), timezone.now()
    statements = statements_of_system(system, size)
    turned = 0
    kept = set()
    for target in targets_of_system(system):
        kept.add(target.id)
        try:
            found = judge(entries_for(target.type), target, statements, size, at)
        except rules.TargetError:
            # Committed, but not in the log yet: the job of its own statement judges it.
            continue
        turned += save(system.unit, target, found, size, at)
    Result.objects.filter(unit=system.unit).exclude(target_id__in=kept).delete()
    return turned


def recompute_unit(unit: Unit) -> int:
    """Judge the requirements an organisation or unit answers for everything below it."""
    size, at = log_size(), timezone.now()
    target = Target(unit.kind, unit.pk)
    found = judge(entries_for(unit.kind), target, statements_of_unit(unit, size), size, at)
    return save(unit, target, found, size, at)


def save(unit: Unit, target: Target, found: Sequence[JSON], size: int, at: datetime) -> int:
    with transaction.atomic():
        known = {
            row.requirement: row
            for row in Result.objects.select_for_update().filter(target_id=target.id)
        }
        rows = [row_of(unit, target, body, size, at, known) for body in found]
        changes = [change for row in rows if (change := change_of(row, known)) is not None]
        Result.objects.bulk_create(
            [row for row in rows if row.log_size >= newest_size(known)],
            update_conflicts=True,
            unique_fields=["target_id", "requirement"],
            update_fields=[
                "applicability",
                "determination",
                "reason",
                "tone",
                "words",
                "body",
                "digest",
                "log_size",
                "effective_at",
                "since",
                "changes_at",
            ],
        )
        ResultChange.objects.bulk_create(changes)
    return len(changes)


def newest_size(known: dict[str, Result]) -> int:
    """A slow worker must not put back what a faster one, further in the log, has written."""
    return max((row.log_size for row in known.values()), default=0)


def row_of(
    unit: Unit, target: Target, body: JSON, size: int, at: datetime, known: dict[str, Result]
) -> Result:
    tone, words = rules.badge(body)
    before = known.get(body["requirement"])
    return Result(
        unit=unit,
        target_type=target.type,
        target_id=target.id,
        requirement=body["requirement"],
        applicability=body["applicability"],
        determination=body["determination"],
        reason=body["reason"] or "",
        tone=tone,
        words=words,
        body=body,
        digest=canonical.digest(body),
        log_size=size,
        effective_at=at,
        since=before.since if before and before.words == words else at,
        changes_at=datetime.fromisoformat(body["changesAt"]) if body["changesAt"] else None,
    )


def change_of(row: Result, known: dict[str, Result]) -> ResultChange | None:
    before = known.get(row.requirement)
    if before is not None and before.words == row.words:
        return None
    return ResultChange(
        unit=row.unit,
        target_id=row.target_id,
        requirement=row.requirement,
        before=before.words if before else "",
        after=row.words,
        log_size=row.log_size,
        at=row.effective_at,
    )


def focus_release(system: AISystem) -> Release | None:
    """The release people look at: live in production, else the newest."""
    live = (
        Deployment.objects.live()
        .filter(system=system, environment=Environment.PRODUCTION)
        .select_related("release__system__unit")
        .first()
    )
    return live.release if live else system.releases.select_related("system__unit").first()
