from __future__ import annotations

from django.db import transaction

from governance.audit.actions import record
from governance.audit.ids import new_id
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.principal import Principal
from governance.registry.models import DatasetVersion, Release
from governance.work.actions import enqueue
from monitoring.choices import Device, PlanState
from monitoring.models import EvaluationPlan, EvaluationRun
from monitoring.subjects import check_dataset, decided_signature, only_version


def start_evaluation(
    release: Release,
    dataset: DatasetVersion | None,
    plan: EvaluationPlan | None,
    *,
    by: Principal,
    labels: DatasetVersion | None = None,
    device: str = Device.CPU,
) -> EvaluationRun:
    """Measure a release on rows, in a worker. Without a plan the run is exploratory and satisfies nothing.

    With a plan its rows are taken; `dataset` and `labels` may repeat them. Raises Conflict for a
    plan that is not approved, InvalidInput for rows or a release that cannot be evaluated.
    """
    by.require("evaluation.run", release.system.unit.path)
    if plan is not None:
        check_plan(plan, release, dataset, labels)
        dataset, labels = plan.dataset, plan.labels
    if dataset is None:
        raise InvalidInput("dataset", "Name the dataset to evaluate on.", "/dataset")
    check_dataset(release.system, dataset)
    if labels is not None:
        check_dataset(release.system, labels, "/labels")
    decided_signature(only_version(release), release)
    with transaction.atomic():
        return queue_run(release, dataset, labels, plan, device, by)


def check_plan(
    plan: EvaluationPlan,
    release: Release,
    dataset: DatasetVersion | None,
    labels: DatasetVersion | None,
) -> None:
    if plan.subject.digest not in release.digests:
        raise InvalidInput("plan", f"This plan is about {plan.subject}, not {release}.", "/plan")
    if plan.state != PlanState.APPROVED:
        raise Conflict(
            "plan_not_approved",
            f"This plan is {plan.get_state_display()}: have it approved first. Without a plan the "
            "run is exploratory and satisfies nothing.",
        )
    for named, planned, pointer in (
        (dataset, plan.dataset, "/dataset"),
        (labels, plan.labels, "/labels"),
    ):
        if named is not None and named != planned:
            raise InvalidInput("dataset", f"The plan names other rows: '{planned}'.", pointer)


def queue_run(
    release: Release,
    dataset: DatasetVersion,
    labels: DatasetVersion | None,
    plan: EvaluationPlan | None,
    device: str,
    by: Principal,
) -> EvaluationRun:
    Release.objects.select_for_update().get(pk=release.pk)
    attempts = EvaluationRun.objects.filter(release=release, plan=plan).count()
    run_id = new_id()
    job = enqueue(
        "monitoring.evaluate",
        {"evaluation": str(run_id)},
        by=by,
        unit=release.system.unit,
        key=f"evaluate:{run_id}",
    )
    run = EvaluationRun.objects.create(
        pk=run_id,
        release=release,
        plan=plan,
        plan_revision=plan.revision if plan else None,
        plan_digest=plan.digest if plan else "",
        dataset=dataset,
        labels=labels,
        device=device,
        attempt=attempts + 1,
        job=job,
        started_by_id=by.person_id,
    )
    record_start(run, by)
    return run


def record_start(run: EvaluationRun, by: Principal) -> None:
    """An attempt is in the log before anybody knows what comes of it."""
    record(
        "monitoring.evaluation_started",
        by=by,
        object_type="evaluation-run",
        object_id=run.pk,
        unit_path=run.release.system.unit.path,
        facts={
            "release": run.release.digest,
            "dataset": run.dataset.sha256,
            "plan": run.plan_digest or None,
            "attempt": run.attempt,
        },
    )
