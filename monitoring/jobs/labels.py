"""Labels that arrived: joined, measured, signed; a broken criterion raises an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import SYSTEM, Actor, record
from governance.registry.models import DatasetVersion, Deployment
from governance.work.actions import notify
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from inference.engine.reasons import EngineError
from monitoring.actions.alerts import concerned, raise_alert
from monitoring.actions.batches import state_batch
from monitoring.actions.runs import last_words
from monitoring.faults import INSTALLATION_FAULTS
from monitoring.models import Batch, Monitor
from monitoring.plans_in_force import PlanInForce, labelled_series, plans_in_force
from monitoring.states import LabelsState
from monitoring.subjects import only_version, protected_of

if TYPE_CHECKING:
    from monitoring.watching.labelled import Labelled
    from monitoring.watching.measuring import Signing
    from monitoring.watching.scoring import Subject


@register("monitoring.labels", queue=Queue.EVALUATION, lease_seconds=120)
def measure_batch(job: Run) -> dict[str, Any]:
    """Measure a batch on its labels, under the plans approved for its release; done twice, once counts."""
    batch = Batch.objects.with_parts().get(pk=job.arguments["batch"])
    if batch.labels_state == LabelsState.CHECKING:
        plans = plans_in_force(batch.deployment.release)
        before = measured_before(job.arguments)
        subject, found = attempt(batch, plans, job, before)
        if subject is None or found.refusal:
            refuse(batch, job, found.refusal, before)
        else:
            conclude(batch, job, plans, subject, found)
    return {
        "batch": str(batch.pk),
        "labels": str(batch.labels_state),
        "measurements": len(batch.results),
    }


def attempt(
    batch: Batch, plans: list[PlanInForce], job: Run, before: DatasetVersion | None
) -> tuple[Subject | None, Labelled]:
    from monitoring.watching.labelled import Labelled, measure_labels  # noqa: PLC0415 (workers only)
    from monitoring.watching.scoring import subject_of  # noqa: PLC0415

    found, subject = Labelled(), None
    asked = [one for plan in plans for one in plan.series]
    standard = labelled_series(protected_of(only_version(batch.deployment.release)))
    try:
        subject = subject_of(batch.deployment.release)
        series = list(dict.fromkeys([*standard, *asked]))
        measure_labels(batch, subject, series, job.progress, found, before)
    except EngineError as error:
        if error.code in INSTALLATION_FAULTS:
            raise WorkFailed(error.sentence) from error
        found.refusal = error.sentence[:2000]
    return subject, found


def refuse(batch: Batch, job: Run, reason: str, before: DatasetVersion | None) -> None:
    """Say why the labels cannot be used; others may be delivered in their place."""
    with transaction.atomic():
        job.assert_held()
        put_back(batch, reason, before, by=job.principal)
        for person in concerned(batch.deployment):
            notify(
                person,
                "labels_refused",
                f"Labels refused: {batch}",
                batch.get_absolute_url(),
                reason,
            )


def measured_before(arguments: dict[str, Any]) -> DatasetVersion | None:
    """The labels that the job's file adds to, where there are any."""
    before = arguments.get("before")
    return DatasetVersion.objects.get(pk=before) if before else None


def put_back(batch: Batch, reason: str, before: DatasetVersion | None, *, by: Actor) -> None:
    """Labels that were measured before stay; without them the batch waits for others."""
    batch.labels_state, batch.labels_reason = LabelsState.REFUSED, reason
    if before is not None:
        batch.labels, batch.labels_state = before, LabelsState.MEASURED
    batch.save(update_fields=["labels", "labels_state", "labels_reason"])
    record(
        "monitoring.labels_refused",
        by=by,
        object_type="batch",
        object_id=batch.pk,
        unit_path=batch.deployment.system.unit.path,
        texts={"reason": reason},
    )


def give_up(batch: Batch) -> None:
    """Labels whose job ended without an answer are refused, so that they can be delivered again."""
    job = batch.labels_job
    kept = measured_before(job.arguments) if job else None
    with transaction.atomic():
        held = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if held.labels_state == LabelsState.CHECKING:
            words = f"They could not be measured: {last_words(job)} Deliver them again."
            put_back(held, words, kept, by=SYSTEM)


def conclude(
    batch: Batch, job: Run, plans: list[PlanInForce], subject: Subject, found: Labelled
) -> None:
    """Sign every figure and raise what they break: all of it, or nothing where another holds the job."""
    from monitoring.watching.measuring import Signing  # noqa: PLC0415 (workers only)

    job.progress("Signing", len(found.measured), len(found.measured))
    by, at = job.principal, timezone.now()
    started_at = job.job.started_at or at
    with transaction.atomic():
        job.assert_held()
        Deployment.objects.select_for_update().get(pk=batch.deployment_id)
        batch.labels_state, batch.labels_reason = LabelsState.MEASURED, ""
        batch.labelled_rows, batch.scores = found.rows, found.scores
        batch.measured_at = at
        signing = Signing(batch, subject, found, str(job.job.pk), started_at, by, at)
        batch.results = signed(signing, plans)
        batch.save()
        state_batch(batch, "labelled", by=by)


def signed(signing: Signing, plans: list[PlanInForce]) -> list[dict[str, Any]]:
    """A measurement a series under each plan that asks for it; what none asks for goes with the first."""
    from monitoring.watching.measuring import breach_cause, broken_criteria  # noqa: PLC0415

    batch, results = signing.batch, []
    monitor = Monitor.objects.filter(deployment_id=batch.deployment_id).first()
    asked = {one for plan in plans for one in plan.series}
    for place, plan in enumerate(plans or [None]):
        own = set(plan.series) if plan else set()
        evidence = []
        for one in signing.found.measured:
            series = (one.check, one.slice)
            if series in own or (place == 0 and series not in asked):
                stated = signing.measurement(one, plan)
                evidence.append(stated)
                results.append(shown(one, stated, plan))
        for criterion, broken in broken_criteria(plan, evidence) if plan else ():
            cause = breach_cause(criterion, broken, batch)
            raise_alert(batch.deployment, monitor, batch, cause, by=signing.by, at=signing.at)
    return results


def shown(measured: Any, evidence: Any, plan: PlanInForce | None) -> dict[str, Any]:
    """What pages read: the figure with the id of its evidence."""
    return {
        "check": measured.check,
        "slice": measured.slice,
        "value": measured.value,
        "reason": measured.reason,
        "groupMetric": measured.group_metric,
        "groups": measured.groups,
        "leftOut": measured.left_out,
        "plan": plan.as_json() if plan else None,
        "evidence": str(evidence.id),
    }
