from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import record
from governance.evidence.models import Evidence
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from inference.engine.reasons import EngineError
from monitoring.checks import Series, standard_series
from monitoring.choices import EvaluationState
from monitoring.models import EvaluationRun
from monitoring.subjects import protected_of

if TYPE_CHECKING:
    from monitoring.evaluation.compute import Outcome

# What is wrong here is the installation, not the model or its data.
_NOT_OUR_SUBJECT = frozenset(
    {
        "cancelled",
        "file_unreadable",
        "provider_not_used",
        "provider_unavailable",
        "provider_unknown",
    }
)


@register("monitoring.evaluate", queue=Queue.EVALUATION, lease_seconds=120)
def evaluate(job: Run) -> dict[str, Any]:
    """Measure a release on its rows and sign every figure in one transaction; done twice, once counts."""
    run = EvaluationRun.objects.with_parts().get(pk=job.arguments["evaluation"])
    if not run.has_ended:
        begin(run, job)
        conclude(run, job, attempt(run, job))
    return {"evaluation": str(run.pk), "state": run.state, "measurements": len(run.results)}


def begin(run: EvaluationRun, job: Run) -> None:
    run.state, run.started_at = EvaluationState.RUNNING, timezone.now()
    with transaction.atomic():
        job.assert_held()
        run.save(update_fields=["state", "started_at"])


def attempt(run: EvaluationRun, job: Run) -> Outcome:
    """Compute. An invalid outcome says why, for every series that the plan asks for."""
    from monitoring.evaluation.compute import (  # noqa: PLC0415 (numpy, ONNX Runtime: workers only)
        Outcome,
        compute,
    )
    from monitoring.evaluation.figures import planned_series  # noqa: PLC0415
    from monitoring.evaluation.measures import invalid  # noqa: PLC0415

    planned = planned_series(criteria_of(run))
    outcome = Outcome()
    try:
        compute(run, series_of(run, planned), job.progress, outcome)
    except EngineError as error:
        if error.code in _NOT_OUR_SUBJECT:
            give_up(run, job, error.sentence)
        outcome.reason = error.sentence[:4000]
        outcome.measured = [invalid(one, outcome.reason) for one in planned]
    return outcome


def criteria_of(run: EvaluationRun) -> list[dict[str, Any]]:
    """The criteria of the text the run was started under, from the signed record of that text."""
    if run.plan_id is None:
        return []
    stated = Evidence.objects.of_record(run.plan_id).get(revision=run.plan_revision)
    return list(stated.fields["criteria"])


def series_of(run: EvaluationRun, planned: list[Series]) -> list[Series]:
    return list(dict.fromkeys([*standard_series(protected_of(run.version)), *planned]))


def conclude(run: EvaluationRun, job: Run, outcome: Outcome) -> None:
    """Sign everything and end the run: all of it, or nothing where another worker holds the job."""
    from monitoring.evaluation.signing import Signing  # noqa: PLC0415 (workers only)

    job.progress("Signing", len(outcome.measured), len(outcome.measured))
    with transaction.atomic():
        job.assert_held()
        at = timezone.now()
        signing = Signing(run, outcome, job.principal, at)
        run.results = signing.measurements()
        run.evidence_id = signing.record().id
        run.state = EvaluationState.INVALID if outcome.reason else EvaluationState.COMPLETED
        run.reason, run.finished_at = outcome.reason or "", at
        run.save(update_fields=["results", "evidence_id", "state", "reason", "finished_at"])


def give_up(run: EvaluationRun, job: Run, sentence: str) -> None:
    """The run could not be made here: no figure, no verdict on the model."""
    run.state, run.reason, run.finished_at = EvaluationState.FAILED, sentence, timezone.now()
    with transaction.atomic():
        job.assert_held()
        run.save(update_fields=["state", "reason", "finished_at"])
        record(
            "monitoring.evaluation_failed",
            by=job.principal,
            object_type="evaluation-run",
            object_id=run.pk,
            unit_path=run.release.system.unit.path,
            texts={"reason": sentence},
        )
    raise WorkFailed(sentence)
