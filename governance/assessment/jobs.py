"""Results follow evidence: whoever records a statement inserts a Job row, and the job judges again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from governance.assessment.models import Baseline, Result
from governance.assessment.results import recompute_system, recompute_unit
from governance.audit.models import OutboxEntry
from governance.audit.queries import log_size
from governance.evidence import signals
from governance.evidence.models import Evidence, KeyRevocation
from governance.identity.choices import UnitKind
from governance.identity.models import Unit
from governance.registry.models import AISystem
from governance.work.actions import enqueue
from governance.work.kinds import TryLater, register
from governance.work.runner import Run

SILENT = {"gate-decision", "report"}


@receiver(signals.recorded)
def on_recorded(sender: type[Evidence], evidence: Evidence, **kwargs: Any) -> None:
    if evidence.type not in SILENT:
        enqueue(
            "assessment.recompute",
            {"unit": str(evidence.unit_id), "entry": str(evidence.entry_id)},
            unit=evidence.unit,
        )


@receiver(signals.revoked)
def on_revoked(
    sender: type[KeyRevocation], entry_id: UUID, units: list[Unit], **kwargs: Any
) -> None:
    """What a revoked key signed has lost its passes: judge again wherever it had signed."""
    for unit in units:
        enqueue("assessment.recompute", {"unit": str(unit.pk), "entry": str(entry_id)}, unit=unit)


@register("assessment.recompute", max_attempts=5)
def recompute(run: Run) -> dict[str, Any]:
    """Judge the unit's requirements once its statement is in the log; a system's own, or all below."""
    if not Baseline.objects.exists():
        return {"turned": 0}
    entry = UUID(run.arguments["entry"])
    if OutboxEntry.objects.filter(entry_id=entry).exists():
        raise TryLater("The statement is not in the log yet.", 0.3)
    unit = Unit.objects.get(pk=run.arguments["unit"])
    if was_judged_since(unit, run):
        return {"turned": 0, "skipped": True}
    turned = recompute_unit(unit.parent or unit) if unit.kind == UnitKind.SYSTEM else 0
    return {"turned": turned + judge_below(unit), "logSize": log_size()}


def was_judged_since(unit: Unit, run: Run) -> bool:
    """Whether a later job, which saw this statement too, has done this work already."""
    row = Result.objects.filter(unit=unit).order_by("log_size").first()
    if row is None:
        return False
    evidence = Evidence.objects.with_index().filter(entry_id=run.arguments["entry"]).first()
    index = getattr(evidence, "log_index", None)
    return index is not None and row.log_size > index and row.effective_at >= run.job.created_at


def judge_below(unit: Unit) -> int:
    """A system's own results; or those of a unit, the units and every system below it."""
    if unit.kind == UnitKind.SYSTEM:
        return recompute_system(AISystem.objects.select_related("unit").get(pk=unit.pk))
    turned = sum(
        recompute_unit(one) for one in Unit.objects.below(unit.path).exclude(kind=UnitKind.SYSTEM)
    )
    systems = AISystem.objects.filter(unit__path__startswith=unit.path).select_related("unit")
    return turned + sum(recompute_system(system) for system in systems)


@register("assessment.recompute_due", every_seconds=15, title="Judge again what time has turned")
def recompute_due(run: Run) -> dict[str, Any]:
    """Judge again what time alone has turned: evidence gone stale, something due, an exception lapsed."""
    due = Result.objects.filter(changes_at__lte=timezone.now()).values_list("unit", flat=True)
    units = Unit.objects.filter(pk__in=set(due[:1000]))
    return {"turned": sum(judge_one(unit) for unit in units)}


def judge_one(unit: Unit) -> int:
    if unit.kind == UnitKind.SYSTEM:
        return judge_below(unit)
    return recompute_unit(unit)
