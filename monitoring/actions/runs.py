"""What becomes of a slot. Each has one row and one end: completed, no data, invalid or missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.audit.actions import instant
from governance.identity.principal import Principal, principal_of
from governance.work.actions import notify
from governance.work.models import Job, JobState, ScheduleSlot
from governance.work.runner import Run
from monitoring.actions.alerts import concerned
from monitoring.actions.monitors import claim_batch, locked, release_batch
from monitoring.models import Monitor, MonitorRun
from monitoring.statements import state_by_platform
from monitoring.states import MonitorState, RunStatus

# A platform that slept for long states so many missed slots of one gap; the rules read the newest.
MOST_MISSED = 100
LOOK_BACK = 300
GIVEN_UP = (JobState.DEAD, JobState.FAILED, JobState.DONE)


def open_slot(job: Run) -> MonitorRun | None:
    """The row of the job's slot, with its batch taken. None where the monitor watches no more.

    A slot that begins beyond the grace is missed, and its batch waits for the next one.
    """
    with transaction.atomic():
        job.assert_held()
        monitor = locked(Monitor(pk=job.arguments["monitor"]))
        if "run" in job.arguments:
            return MonitorRun.objects.with_parts().get(pk=job.arguments["run"])
        slot = datetime.fromisoformat(job.arguments["slot"])
        known = MonitorRun.objects.with_parts().filter(monitor=monitor, slot=slot).first()
        if known is not None or not is_watching(monitor):
            return known
        run = MonitorRun.objects.create(monitor=monitor, slot=slot, job=job.job)
        if monitor.is_late(slot, timezone.now()):
            words = f"The run began later than {monitor.grace_seconds} s after its slot."
            end_run(run, RunStatus.MISSED, words, by=job.principal)
            return run
        run.batch = claim_batch(monitor)
        run.save(update_fields=["batch"])
        return run


def is_watching(monitor: Monitor) -> bool:
    return monitor.state == MonitorState.ACTIVE and monitor.deployment.ended_at is None


def end_run(
    run: MonitorRun,
    status: str,
    reason: str,
    *,
    by: Principal,
    at: datetime | None = None,
    alerts: int = 0,
) -> bool:
    """End a running slot and state it. Whether it was still running. In the caller's transaction."""
    finished_at = at or timezone.now()
    changed = MonitorRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=status,
        reason=reason,
        finished_at=finished_at,
        batch=run.batch,
        evidence_id=run.evidence_id,
        drifted=run.drifted,
        beside=run.beside,
    )
    if changed != 1:
        return False
    run.status, run.reason, run.finished_at = status, reason, finished_at
    stated = state_by_platform(
        "monitor-run",
        record_id=run.pk,
        state=status,
        fields={**run_fields(run), "alerts": alerts},
        scope=run.monitor.scope,
        by=by,
        at=finished_at,
    )
    MonitorRun.objects.filter(pk=run.pk).update(record_id=stated.id)
    run.record_id = stated.id
    tell_trouble(run)
    return True


def run_fields(run: MonitorRun) -> dict[str, Any]:
    assert run.finished_at is not None  # it has ended
    return {
        "monitor": str(run.monitor_id),
        "monitorRevision": run.monitor.revision,
        "slot": instant(run.slot),
        "scheduled": run.is_scheduled,
        "status": str(run.status),
        "reason": run.reason or None,
        "batch": str(run.batch_id) if run.batch_id else None,
        "drift": str(run.evidence_id) if run.evidence_id else None,
        "drifted": run.drifted,
        "finishedAt": instant(run.finished_at),
    }


def tell_trouble(run: MonitorRun) -> None:
    """Tell once when runs begin to give no result, not at every slot."""
    if run.status == RunStatus.COMPLETED:
        return
    before = MonitorRun.objects.filter(monitor_id=run.monitor_id, slot__lt=run.slot).first()
    if before is not None and before.status == run.status:
        return
    monitor = run.monitor
    for person in concerned(monitor.deployment):
        notify(
            person,
            "monitor_trouble",
            f"Monitor run {RunStatus(run.status).label}: {monitor}",
            monitor.get_absolute_url(),
            run.reason,
        )


def miss(run: MonitorRun, reason: str, *, by: Principal) -> bool:
    """The run could not be made: its batch waits for the next slot."""
    if not end_run(run, RunStatus.MISSED, reason, by=by):
        return False
    release_batch(run)
    return True


def notice_missed(monitor: Monitor, at: datetime) -> int:
    """State every slot of an active monitor that had no run in time; returns how many."""
    by = principal_of(monitor.account)
    found = sum(miss_given_up(run, by) for run in given_up(monitor))
    for slot in [*forgotten(monitor, at), *gaps(monitor, at)]:
        found += miss_slot(monitor, slot, at, by)
    return found


def given_up(monitor: Monitor) -> list[MonitorRun]:
    """Slots whose job ended without an end of the slot: its worker died at every attempt, or it failed."""
    open_runs = MonitorRun.objects.with_parts().filter(monitor=monitor, status=RunStatus.RUNNING)
    return list(open_runs.filter(Q(job=None) | Q(job__state__in=GIVEN_UP)))


def miss_given_up(run: MonitorRun, by: Principal) -> int:
    with transaction.atomic():
        locked(run.monitor)
        return int(miss(run, f"The run could not be made: {last_words(run.job)}", by=by))


def last_words(job: Job | None) -> str:
    """Why a job that was given up gave no answer: the last line of its error."""
    lines = job.error.strip().splitlines() if job else []
    return lines[-1][:500] if lines else "its worker gave no answer."


def forgotten(monitor: Monitor, at: datetime) -> Iterator[datetime]:
    """Slots that became a job which did not begin within the grace."""
    slots = ScheduleSlot.objects.filter(
        schedule_id=monitor.schedule_id,
        slot_at__gte=monitor.counted_from,
        slot_at__lt=at - timedelta(seconds=monitor.grace_seconds),
    ).order_by("-slot_at")
    for slot in list(slots.values_list("slot_at", flat=True)[:LOOK_BACK]):
        if not MonitorRun.objects.filter(monitor=monitor, slot=slot).exists():
            yield slot


def gaps(monitor: Monitor, at: datetime) -> Iterator[datetime]:
    """Slots that never became a job, because the platform itself was not running."""
    rows = ScheduleSlot.objects.filter(
        schedule_id=monitor.schedule_id, slot_at__gte=monitor.counted_from
    )
    held = sorted(rows.order_by("-slot_at").values_list("slot_at", flat=True)[:LOOK_BACK])
    places = [monitor.counted_from, *held, monitor.schedule.next_at]
    latest = at - timedelta(seconds=monitor.grace_seconds)
    for before, after in pairwise(places):
        slot, count = before + monitor.interval, 0
        while slot < min(after - monitor.interval / 2, latest) and count < MOST_MISSED:
            if not MonitorRun.objects.filter(monitor=monitor, slot=slot).exists():
                yield slot
            slot, count = slot + monitor.interval, count + 1


def miss_slot(monitor: Monitor, slot: datetime, at: datetime, by: Principal) -> int:
    words = f"No run began within {monitor.grace_seconds} s after the slot."
    with transaction.atomic():
        locked(monitor)
        run, is_new = MonitorRun.objects.get_or_create(monitor=monitor, slot=slot)
        return int(is_new and end_run(run, RunStatus.MISSED, words, by=by, at=at))
