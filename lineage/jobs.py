"""Work behind the doors: project what was received, state what ended, measure the releases it leads to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from governance.audit.models import OutboxEntry
from governance.evidence import signals
from governance.evidence.models import Evidence
from governance.identity.models import Account, Unit
from governance.identity.principal import principal_of
from governance.registry.models import Release
from governance.work.actions import enqueue
from governance.work.kinds import TryLater, register
from governance.work.runner import Run
from lineage.models import RunAttempt
from lineage.projection import Projected, project_next
from lineage.statements import state_completeness, state_runs
from lineage.upstream import downstream_digests


@receiver(signals.recorded)
def on_recorded(sender: type[Evidence], evidence: Evidence, **kwargs: Any) -> None:
    """A new release may be traced already: its lineage often arrives first."""
    if evidence.kind != "release" or evidence.record_id is None:
        return
    account = Account.objects.filter(pk=evidence.predicate["collector"]["id"]).first()
    if account is not None:
        enqueue(
            "lineage.measure",
            {"release": str(evidence.record_id), "entry": str(evidence.entry_id)},
            by=principal_of(account),
            unit=evidence.unit,
        )


@register("lineage.project", max_attempts=5)
def project(run: Run) -> dict[str, Any]:
    """Project every event that is in the log, at least those of this job's entry."""
    wait_for_log(run.arguments["entry"])
    unit = run.job.unit
    assert unit is not None  # every such job is written with its unit
    organisation = Unit.objects.get(pk=unit.organisation_id)
    events = attempts = 0
    while True:
        with transaction.atomic():
            run.assert_held()
            done = project_next(organisation)
            if done is None:
                return {"events": events, "attempts": attempts}
            conclude(organisation, done, run)
        events += done.events
        attempts += len(done.senders)
        run.progress("Projecting lineage events", events)


def conclude(organisation: Unit, done: Projected, run: Run) -> None:
    """State the attempts that ended, and have the releases measured that lie downstream of what was touched."""
    accounts = Account.objects.in_bulk(list(set(done.senders.values())))
    principals = {pk: principal_of(account) for pk, account in accounts.items()}
    found = RunAttempt.objects.select_related("job", "unit").filter(pk__in=done.senders)
    senders = {pk: principals[account] for pk, account in done.senders.items()}
    state_runs(list(found.order_by("recorded", "number")), senders)
    if not done.data:
        return
    digests = downstream_digests(organisation.pk, done.data)
    below = Release.objects.filter(system__unit__path__startswith=organisation.path)
    for release in below.filter(model_versions__artefact__in=digests).distinct():
        enqueue(
            "lineage.measure",
            {"release": str(release.pk), "entry": None},
            by=run.principal,
            unit=release.system.unit,
        )


@register("lineage.measure", max_attempts=5)
def measure(run: Run) -> dict[str, Any]:
    """Measure how completely a release is traced, once what is said of it is in the log."""
    if run.arguments["entry"]:
        wait_for_log(run.arguments["entry"])
    with transaction.atomic():
        run.assert_held()
        release = Release.objects.select_related("system__unit").get(pk=run.arguments["release"])
        stated = state_completeness(release, by=run.principal)
    return {"evidence": str(stated.id) if stated else None}


def wait_for_log(entry: str) -> None:
    if OutboxEntry.objects.filter(entry_id=UUID(entry)).exists():
        raise TryLater("What this rests on is not in the log yet.", 0.3)
