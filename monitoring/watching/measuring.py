"""The measurements of a labelled batch, and the criteria they break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from governance.assessment.rules.attempts import FAILING, judge
from governance.assessment.rules.decimals import rounded
from governance.assessment.rules.plans import read_criterion
from governance.audit.actions import instant
from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.identity.principal import Principal
from monitoring.actions.alerts import Cause
from monitoring.checks import ALL, CHECKS
from monitoring.evaluated import criterion_words
from monitoring.evaluation.measures import CLIP, Measured
from monitoring.evaluation.provenance import code, environment_of
from monitoring.evaluation.rows import is_age_column
from monitoring.models import Batch
from monitoring.plans_in_force import PlanInForce
from monitoring.states import AlertKind
from monitoring.statistics.fairness import MINIMUM_CLASS
from monitoring.statistics.groups import AGE_BANDS, MINIMUM_GROUP
from monitoring.watching.labelled import Labelled
from monitoring.watching.scoring import Subject

JSON = dict[str, Any]

PLACES = 3


@dataclass(frozen=True)
class Signing:
    """Signs what the labels of one batch showed, in the caller's transaction."""

    batch: Batch
    subject: Subject
    found: Labelled
    job_id: str
    started_at: datetime
    by: Principal
    at: datetime

    def measurement(self, measured: Measured, plan: PlanInForce | None) -> Evidence:
        release, version = self.subject.release, self.subject.version
        return emit(
            PredicateType.MEASUREMENT,
            scope=self.batch.deployment.scope,
            subjects=[
                subject(str(release), release.digest),
                subject(str(version), version.digest),
                subject(self.batch.name, self.batch.dataset.sha256),
            ],
            body=self.body(measured, plan),
            assurance=Assurance.COMPUTED_HERE,
            by=self.by,
            collector=worker_collector(self.by),
            at=self.at,
        )

    def body(self, measured: Measured, plan: PlanInForce | None) -> JSON:
        batch, rows = self.batch, self.batch.dataset.rows
        assert batch.labels is not None  # they were measured
        environment, _ = environment_of(self.found.provider, self.found.nodes)
        is_valid = measured.value is not None
        return {
            "series": {
                "check": measured.check,
                "target": f"sha256:{self.subject.release.digest}",
                "slice": f"batch:{batch.pk}" if measured.slice == ALL else measured.slice,
            },
            "observed": {
                "from": instant(batch.observed_from),
                "to": instant(batch.observed_until),
            },
            "plan": plan.as_json() if plan else None,
            "run": {
                "id": self.job_id,
                "attempt": 1,
                "startedAt": instant(self.started_at),
                "status": "completed" if is_valid else "invalid",
                "reason": measured.reason,
            },
            "dataset": {
                "name": batch.name,
                "digest": batch.dataset.sha256,
                "rows": rows,
                "labels": {"digest": batch.labels.sha256, "rows": self.found.rows},
            },
            "parameters": self.parameters(measured),
            "code": code(settings.VERSION),
            "environment": environment,
            "population": {"description": population(batch), "n": rows},
            "sample": {"method": sample(batch), "n": measured.sample, "seed": None},
            "value": measured.value,
            "groupMetric": measured.group_metric,
            "groups": measured.groups,
            "leftOut": measured.left_out,
            "artefacts": [],
        }

    def parameters(self, measured: Measured) -> JSON:
        signature = self.subject.signature
        assert signature.decision is not None  # a decided signature has one
        positive = signature.positive_label
        other = next(one for one in signature.classes if one != positive)
        is_by_group = CHECKS[measured.check].by_attribute
        return {
            "cutOff": signature.decision.cut_off,
            "positive": positive,
            "favourable": positive if signature.decision.favourable == "1" else other,
            "label": signature.label_column,
            "replay": self.batch.is_replay,
            **({"clip": f"{CLIP:f}"} if measured.check == "log_loss" else {}),
            **(group_parameters(measured) if is_by_group else {}),
        }


def group_parameters(measured: Measured) -> JSON:
    return {
        "minimumGroup": MINIMUM_GROUP,
        "minimumClass": MINIMUM_CLASS if measured.check.startswith("equalized") else None,
        "ageBands": ", ".join(AGE_BANDS) if is_age_column(measured.slice) else None,
    }


def population(batch: Batch) -> str:
    kind = "a replay" if batch.is_replay else "production"
    words = (
        f"{batch.name} ({kind}), {batch.observed_from:%Y-%m-%d} to {batch.observed_until:%Y-%m-%d}"
    )
    return f"{words}. {batch.note}".strip()[:4000]


def sample(batch: Batch) -> str:
    return f"rows with a label, joined on {batch.key_column}"


def broken_criteria(plan: PlanInForce, evidence: list[Evidence]) -> Iterator[tuple[JSON, Evidence]]:
    """Criteria of the plan that these measurements fail, judged as the rules judge them."""
    for held in plan.criteria:
        criterion = read_criterion(held)
        for one in evidence:
            is_asked = criterion.asks_for(one.predicate["series"])
            if is_asked and judge(one.predicate, criterion)[0] == FAILING:
                yield held, one


def figure_words(value: JSON, criterion: JSON) -> str:
    """The figure, with the bound that was judged: 0.076 (upper bound 0.128)."""

    def short(name: str) -> str:
        return rounded(value[name], criterion["threshold"], PLACES)

    use = criterion["use"]
    return short("value") if use == "point" else f"{short('value')} ({use} bound {short(use)})"


def breach_cause(criterion: JSON, evidence: Evidence, batch: Batch) -> Cause:
    check = CHECKS[criterion["check"]]
    by = f" by {criterion['slice']}" if check.by_attribute else ""
    figure = figure_words(evidence.predicate["value"], criterion)
    title = f"{check.label}{by} is {figure} in {batch.name}; approved: {criterion_words(criterion)}"
    about = f"{criterion['check']}/{criterion['slice']}"
    return Cause(AlertKind.BREACH, criterion["theme"], about, title, evidence.id)
