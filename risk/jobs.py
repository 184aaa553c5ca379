"""Indicators follow evidence: whoever records a statement inserts a Job row, and the job reads again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from governance.audit.actions import CommandActor
from governance.audit.models import OutboxEntry
from governance.evidence import signals
from governance.evidence.models import Evidence
from governance.registry.models import AISystem
from governance.work.actions import REVIEW_NOTICE, remind
from governance.work.kinds import DAY_SECONDS, TryLater, register
from governance.work.runner import Run
from risk.models import Indicator, Risk
from risk.watching import KINDS, read_after, read_indicators

PLATFORM = CommandActor(kind="worker")


@receiver(signals.recorded)
def on_recorded(sender: type[Evidence], evidence: Evidence, **kwargs: Any) -> None:
    if evidence.type not in KINDS:
        return
    watched = Indicator.objects.filter(risk__system_id=evidence.unit_id, series_check=evidence.kind)
    if watched.exists():
        read_after(evidence, evidence.kind)


@register("risk.read_indicators", max_attempts=5)
def read_again(run: Run) -> dict[str, Any]:
    """Read the indicators on this check once its statement is in the log."""
    if OutboxEntry.objects.filter(entry_id=UUID(run.arguments["entry"])).exists():
        raise TryLater("The statement is not in the log yet.", 0.3)
    system = AISystem.objects.select_related("unit", "owner").get(pk=run.arguments["system"])
    return {"turned": read_indicators(system, run.arguments["check"], by=PLATFORM)}


@register("risk.remind", every_seconds=DAY_SECONDS, title="Remind of reviews of risks")
def remind_of_reviews(run: Run) -> dict[str, Any]:
    """The owner of a risk is told once, a week before its review is due."""
    soon = timezone.now().date() + REVIEW_NOTICE
    due = Risk.objects.standing().filter(review_on__lte=soon).select_related("owner", "system")
    told = [remind(one.owner, str(one), one.review_on, one.get_absolute_url()) for one in due]
    return {"told": sum(told)}
