"""The statements of an evaluation: one measurement a series, and the record of the run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from governance.audit.actions import instant
from governance.evidence.actions import emit, emit_record, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.identity.principal import Principal
from monitoring.choices import EvaluationState
from monitoring.evaluation.compute import Outcome
from monitoring.evaluation.figures import Described, described_population
from monitoring.evaluation.measures import Measured
from monitoring.evaluation.provenance import code, environment_of
from monitoring.models import EvaluationRun

JSON = dict[str, Any]
REASON_LIMIT = 3900


class Signing:
    """Signs what came of one run, in the caller's transaction; every statement has the same instant."""

    def __init__(self, run: EvaluationRun, outcome: Outcome, by: Principal, at: datetime) -> None:
        self.run, self.outcome, self.by, self.at = run, outcome, by, at
        self.environment, self.full_environment = environment_of(outcome.provider, outcome.nodes)
        assert run.started_at is not None  # the job set it
        self.started = instant(run.started_at)

    def measurements(self) -> list[JSON]:
        """Sign one measurement a series; what each says, with its evidence id."""
        return [shown(one, self.measurement(one)) for one in self.outcome.measured]

    def measurement(self, measured: Measured) -> Evidence:
        run = self.run
        return emit(
            PredicateType.MEASUREMENT,
            scope=run.release.scope,
            subjects=[
                subject(str(run.release), run.release.digest),
                subject(str(run.version), run.version.digest),
            ],
            body=self.body(measured),
            assurance=Assurance.COMPUTED_HERE,
            by=self.by,
            collector=worker_collector(self.by),
            at=self.at,
        )

    def body(self, measured: Measured) -> JSON:
        run = self.run
        return Described(
            run=str(run.pk),
            attempt=run.attempt,
            started=self.started,
            ended=instant(self.at),
            target=run.release.digest,
            plan=plan_text(run),
            dataset=self.dataset(),
            population=described_population(run.dataset.name, run.dataset.description),
            version=settings.VERSION,
            environment=self.environment,
            signature=self.outcome.signature,
        ).body(measured)

    def dataset(self) -> JSON:
        run, rows = self.run, self.outcome.rows or self.run.dataset.rows
        labels = run.labels
        return {
            "name": run.dataset.name,
            "digest": run.dataset.sha256,
            "rows": rows,
            "labels": {"digest": labels.sha256, "rows": rows} if labels else None,
        }

    def record(self) -> Evidence:
        """State the run itself: what it used, and whether it gave figures."""
        run, outcome = self.run, self.outcome
        state = EvaluationState.INVALID if outcome.reason else EvaluationState.COMPLETED
        return emit_record(
            "evaluation-run",
            record_id=run.pk,
            state=state,
            fields={
                "subject": run.release.digest,
                "release": str(run.release_id),
                "modelVersion": run.version.digest,
                "plan": plan_text(run),
                "dataset": run.dataset.sha256,
                "labels": run.labels.sha256 if run.labels else None,
                "rows": outcome.rows,
                "attempt": run.attempt,
                "code": code(settings.VERSION)["digest"],
                "environment": self.environment["digest"],
                "environmentDescription": self.full_environment,
                "provider": outcome.provider,
                "nodes": outcome.nodes,
                "startedAt": self.started,
                "finishedAt": instant(self.at),
                "reason": outcome.reason,
                "measurements": len(outcome.measured),
                "invalidMeasurements": sum(one.value is None for one in outcome.measured),
            },
            scope=run.release.scope,
            by=self.by,
            subjects=[subject(str(run.release), run.release.digest)],
            at=self.at,
        )


def plan_text(run: EvaluationRun) -> JSON | None:
    if run.plan_id is None:
        return None
    return {"id": str(run.plan_id), "revision": run.plan_revision, "digest": run.plan_digest}


def shown(measured: Measured, evidence: Evidence) -> JSON:
    return {
        "check": measured.check,
        "slice": measured.slice,
        "status": "invalid" if measured.value is None else "completed",
        "reason": measured.reason,
        "value": measured.value,
        "groupMetric": measured.group_metric,
        "groups": measured.groups,
        "leftOut": measured.left_out,
        "evidence": str(evidence.id),
        "shortId": evidence.short_id,
    }
