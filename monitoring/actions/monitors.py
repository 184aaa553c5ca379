from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Least
from django.utils import timezone

from governance.audit.actions import record
from governance.evidence.actions import emit_record
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Account
from governance.identity.principal import Principal
from governance.registry.models import DatasetVersion, Deployment
from governance.work.actions import enqueue
from governance.work.models import Schedule
from monitoring.models import Batch, Monitor, MonitorRun
from monitoring.statements import state_by_platform
from monitoring.states import BatchState, MonitorState, RunStatus
from monitoring.subjects import check_dataset, decided_signature, only_version
from monitoring.terms import Terms, read_terms

REASON_LIMIT = 2000


@dataclass(frozen=True)
class MonitorText:
    """What a monitor compares with, and its terms as they were asked for."""

    name: str
    reference: DatasetVersion
    terms: dict[str, Any]


def set_up_monitor(deployment: Deployment, text: MonitorText, *, by: Principal) -> Monitor:
    """Watch a live deployment from now on: one slot an interval, each with the next batch that waits."""
    by.require("monitor.manage", deployment.system.unit.path)
    terms = checked_terms(deployment, text)
    monitor = Monitor(deployment=deployment, account=Account.objects.get(pk=by.account_id))
    try:
        with transaction.atomic():
            held = Deployment.objects.select_for_update().get(pk=deployment.pk)
            if held.ended_at is not None:
                raise Conflict("deployment_ended", f"{deployment} has ended. Watch what is live.")
            put_text(monitor, text, terms)
            monitor.schedule = schedule_of(monitor)
            restate(monitor, by=by)
    except IntegrityError as error:
        raise Conflict(
            "monitor_exists", f"{deployment} has a monitor already. Revise or end that one."
        ) from error
    return monitor


def revise_monitor(monitor: Monitor, text: MonitorText, *, by: Principal) -> Monitor:
    """Another rule, reference or interval from now on. What ran before names the revision it ran under."""
    by.require("monitor.manage", monitor.system.unit.path)
    terms = checked_terms(monitor.deployment, text)
    with transaction.atomic():
        held = locked(monitor)
        refuse_ended(held)
        if text.reference != held.reference:
            held.reference_scores = ""
        put_text(held, text, terms)
        held.counted_from = timezone.now()
        reschedule(held)
        restate(held, by=by)
    return held


def change_monitor(monitor: Monitor, state: str, reason: str, *, by: Principal) -> Monitor:
    """Pause, resume or end a monitor, with a reason. A resumed one has its first slot at once."""
    by.require("monitor.manage", monitor.system.unit.path)
    if state not in MonitorState.values:
        raise InvalidInput("state", f"Choose from: {', '.join(MonitorState.values)}.", "/state")
    written = reason.strip()
    if not written or len(written) > REASON_LIMIT:
        raise InvalidInput("reason_missing", "Say why, in 1 to 2,000 characters.", "/reason")
    with transaction.atomic():
        held = locked(monitor)
        refuse_ended(held)
        if held.state == state:
            raise Conflict("monitor_unchanged", f"This monitor is {held.get_state_display()}.")
        if state == MonitorState.ACTIVE and held.deployment.ended_at is not None:
            raise Conflict("deployment_ended", "Its deployment has ended: end the monitor.")
        move(held, state, written)
        restate(held, by=by)
    return held


def end_with_deployment(monitor: Monitor, *, by: Principal) -> bool:
    """End a monitor whose deployment has ended. Whether there was anything to end."""
    with transaction.atomic():
        held = locked(monitor)
        if held.state == MonitorState.ENDED or held.deployment.ended_at is None:
            return False
        move(held, MonitorState.ENDED, "Its deployment has ended.")
        stated = state_by_platform(
            "monitor",
            record_id=held.pk,
            state=held.state,
            fields=monitor_fields(held),
            scope=held.scope,
            by=by,
        )
        keep_revision(held, stated)
    return True


def run_monitor_now(monitor: Monitor, *, by: Principal) -> MonitorRun:
    """A slot now, with the next batch that waits. Raises Conflict where none waits."""
    by.require("monitor.run", monitor.system.unit.path)
    with transaction.atomic():
        held = locked(monitor)
        if held.state != MonitorState.ACTIVE or held.deployment.ended_at is not None:
            raise Conflict("monitor_not_active", "Only the active monitor of what is live can run.")
        batch = claim_batch(held)
        if batch is None:
            raise Conflict("no_batch_waits", "No batch waits to be compared. Deliver one first.")
        run = MonitorRun.objects.create(
            monitor=held, slot=timezone.now(), is_scheduled=False, batch=batch
        )
        run.job = enqueue(
            "monitoring.slot",
            {"monitor": str(held.pk), "run": str(run.pk)},
            by=by,
            unit=held.system.unit,
            key=f"slot-now:{run.pk}",
        )
        run.save(update_fields=["job"])
        record(
            "monitoring.run_asked",
            by=by,
            object_type="monitor-run",
            object_id=run.pk,
            unit_path=held.system.unit.path,
            facts={"monitor": str(held.pk), "batch": str(batch.pk)},
        )
    return run


def claim_batch(monitor: Monitor) -> Batch | None:
    """The next batch that waits, taken. The caller holds the monitor's lock."""
    waiting = Batch.objects.filter(deployment=monitor.deployment, state=BatchState.WAITING)
    batch = waiting.with_parts().order_by("sequence").first()
    if batch is not None:
        batch.state = BatchState.TAKEN
        batch.save(update_fields=["state"])
    return batch


def release_batch(run: MonitorRun) -> None:
    """Put a taken batch back, for the next slot."""
    taken = Batch.objects.filter(state=BatchState.TAKEN)
    if run.batch_id is not None:
        taken.filter(pk=run.batch_id).update(state=BatchState.WAITING)


def checked_terms(deployment: Deployment, text: MonitorText) -> Terms:
    version = only_version(deployment.release)
    decided_signature(version, deployment.release)
    check_dataset(deployment.system, text.reference, "/reference")
    held = [str(column) for column in text.reference.columns]
    missing = [c["name"] for c in version.signature["columns"] if c["name"] not in held]
    if missing:
        raise InvalidInput(
            "reference", f"The reference lacks: {', '.join(missing[:20])}.", "/reference"
        )
    return read_terms(text.terms, version.signature["columns"], held)


def put_text(monitor: Monitor, text: MonitorText, terms: Terms) -> None:
    monitor.name = clean_name(text.name)
    monitor.reference = text.reference
    monitor.columns, monitor.rule = terms.columns, terms.rule
    monitor.interval_seconds = terms.interval_seconds
    monitor.grace_seconds = terms.grace_seconds
    monitor.triage_seconds = terms.triage_seconds


def schedule_of(monitor: Monitor) -> Schedule:
    return Schedule.objects.create(
        kind="monitoring.slot",
        arguments={"monitor": str(monitor.pk)},
        unit=monitor.system.unit,
        account=monitor.account,
        name=f"Monitor: {monitor.name}"[:120],
        every_seconds=monitor.interval_seconds,
        next_at=timezone.now() + monitor.interval,
    )


def reschedule(monitor: Monitor) -> None:
    """From the slot that is due next on; a longer interval does not put that slot off."""
    at = timezone.now() + timedelta(seconds=monitor.interval_seconds)
    Schedule.objects.filter(pk=monitor.schedule_id).update(
        every_seconds=monitor.interval_seconds, next_at=Least("next_at", Value(at))
    )


def move(monitor: Monitor, state: str, reason: str) -> None:
    now = timezone.now()
    monitor.state, monitor.state_reason = state, reason
    if state == MonitorState.ENDED:
        monitor.ended_at = now
    is_active = state == MonitorState.ACTIVE
    values: dict[str, Any] = {"is_enabled": is_active}
    if is_active:
        monitor.counted_from = values["next_at"] = now
    Schedule.objects.filter(pk=monitor.schedule_id).update(**values)


def locked(monitor: Monitor) -> Monitor:
    return Monitor.objects.select_for_update(of=("self",)).with_parts().get(pk=monitor.pk)


def refuse_ended(monitor: Monitor) -> None:
    if monitor.state == MonitorState.ENDED:
        raise Conflict("monitor_ended", "This monitor has ended. Set up another one.")


def restate(monitor: Monitor, *, by: Principal) -> None:
    stated = emit_record(
        "monitor",
        record_id=monitor.pk,
        state=monitor.state,
        fields=monitor_fields(monitor),
        scope=monitor.scope,
        by=by,
    )
    keep_revision(monitor, stated)


def keep_revision(monitor: Monitor, stated: Evidence) -> None:
    assert stated.revision is not None  # a record has one
    monitor.revision, monitor.digest = stated.revision, stated.subjects[0]
    monitor.save()


def monitor_fields(monitor: Monitor) -> dict[str, Any]:
    """What the record says. The release is named by id: its digest would bind the record to each deployment of it."""
    reference = monitor.reference
    return {
        "title": monitor.name,
        "deployment": str(monitor.deployment_id),
        "release": str(monitor.deployment.release_id),
        "reference": {
            "name": reference.name,
            "sha256": reference.sha256,
            "rows": reference.rows,
        },
        "columns": monitor.columns,
        "rule": monitor.rule,
        "intervalSeconds": monitor.interval_seconds,
        "graceSeconds": monitor.grace_seconds,
        "triageSeconds": monitor.triage_seconds,
        "reason": monitor.state_reason or None,
    }


def waiting_batches(monitor: Monitor) -> int:
    return Batch.objects.filter(
        deployment_id=monitor.deployment_id, state=BatchState.WAITING
    ).count()


def running(monitor: Monitor) -> int:
    return monitor.runs.filter(status=RunStatus.RUNNING).count()
