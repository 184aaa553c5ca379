"""The slots of monitors: one batch compared, one drift statement, one record of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from governance.identity.principal import principal_of
from governance.registry.models import Deployment
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from inference.engine.reasons import EngineError
from monitoring.actions.alerts import ANY_THEME, drift_cause, raise_alert
from monitoring.actions.monitors import end_with_deployment
from monitoring.actions.runs import GIVEN_UP, end_run, miss, notice_missed, open_slot
from monitoring.faults import INSTALLATION_FAULTS
from monitoring.jobs.labels import give_up
from monitoring.models import Batch, Monitor, MonitorRun
from monitoring.states import BatchState, LabelsState, MonitorState, RunStatus

if TYPE_CHECKING:
    from monitoring.watching.comparison import Compared


@register("monitoring.slot", queue=Queue.EVALUATION, lease_seconds=120)
def run_slot(job: Run) -> dict[str, Any]:
    """Compare the next batch with the reference and sign what came of it; done twice, once counts."""
    run = open_slot(job)
    if run is None:
        end_with_deployment(Monitor(pk=job.arguments["monitor"]), by=job.principal)
        return {"status": "not-watching"}
    if run.status == RunStatus.RUNNING:
        compared = compared_batch(run, job)
        conclude(run, job, compared)
    return {"run": str(run.pk), "status": str(run.status), "drifted": run.drifted}


def compared_batch(run: MonitorRun, job: Run) -> Compared | None:
    """None where no batch waits. What is wrong with the installation is a missed run, not drift."""
    from monitoring.watching.comparison import compare_batch  # noqa: PLC0415 (workers only)

    if run.batch is None:
        return None
    try:
        return compare_batch(run, job.progress)
    except EngineError as error:
        if error.code not in INSTALLATION_FAULTS:
            raise
        with transaction.atomic():
            job.assert_held()
            miss(run, f"The run could not be made: {error.sentence}", by=job.principal)
        raise WorkFailed(error.sentence) from error


def conclude(run: MonitorRun, job: Run, compared: Compared | None) -> None:
    """Sign everything and end the slot: all of it, or nothing where another worker holds the job."""
    from monitoring.watching.signing import state_drift  # noqa: PLC0415 (workers only)

    job.progress("Signing")
    by, at = job.principal, timezone.now()
    with transaction.atomic():
        job.assert_held()
        # Alerts of one deployment are raised one after another.
        Deployment.objects.select_for_update().get(pk=run.monitor.deployment_id)
        if not still_running(run):
            return
        stated = state_drift(run, compared, by, at)
        run.evidence_id = stated.id
        status, reason, raised = str(stated.predicate["status"]), stated.predicate["reason"], 0
        if compared is not None and run.batch is not None:
            keep_batch(run.batch, compared)
            run.beside, run.drifted = compared.beside, compared.drifted
            for column in run.drifted:
                cause = drift_cause(column, ANY_THEME, run.batch, stated)
                raise_alert(run.monitor.deployment, run.monitor, run.batch, cause, by=by, at=at)
                raised += 1
        end_run(run, status, reason or "", by=by, at=at, alerts=raised)


def still_running(run: MonitorRun) -> bool:
    rows = MonitorRun.objects.select_for_update().filter(pk=run.pk, status=RunStatus.RUNNING)
    return rows.exists()


def keep_batch(batch: Batch, compared: Compared) -> None:
    is_completed = compared.is_completed
    batch.state = BatchState.COMPARED if is_completed else BatchState.INVALID
    batch.scores = compared.scores
    batch.save(update_fields=["state", "scores"])


@register("monitoring.sweep", every_seconds=30, title="Notice missed slots")
def sweep(job: Run) -> dict[str, Any]:
    """End the monitors of what is live no more, and state the slots that had no run."""
    missed = ended = 0
    for monitor in Monitor.objects.with_parts().standing():
        if monitor.deployment.ended_at is not None:
            ended += end_with_deployment(monitor, by=principal_of(monitor.account))
        elif monitor.state == MonitorState.ACTIVE:
            missed += notice_missed(monitor, timezone.now())
    stuck = Batch.objects.with_parts().filter(
        labels_state=LabelsState.CHECKING, labels_job__state__in=GIVEN_UP
    )
    for batch in stuck.select_related("labels_job"):
        give_up(batch)
    return {"missed": missed, "ended": ended}
