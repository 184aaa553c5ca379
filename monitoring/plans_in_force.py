"""The approved plans a live release is watched under. Light: no numpy, no Arrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from governance.evidence.models import Evidence
from governance.registry.models import Release
from monitoring.checks import CHECKS, Series
from monitoring.choices import PlanState
from monitoring.models import EvaluationPlan

JSON = dict[str, Any]

# Figures of a machine, not of labelled rows.
SPEED = ("latency_p95", "throughput")


@dataclass(frozen=True)
class PlanInForce:
    """One approved text: `criteria` are those of the signed record it names."""

    plan: EvaluationPlan
    criteria: tuple[JSON, ...]

    def as_json(self) -> JSON:
        plan = self.plan
        return {"id": str(plan.pk), "revision": plan.revision, "digest": plan.digest}

    @property
    def series(self) -> list[Series]:
        """(check, slice) that labels can measure, each once."""
        asked = ((str(one["check"]), str(one["slice"])) for one in self.criteria)
        return [one for one in dict.fromkeys(asked) if one[0] not in SPEED]


def plans_in_force(release: Release) -> list[PlanInForce]:
    """Approved plans about the release or its model, oldest first."""
    about = Q(release=release) | Q(model_version__in=release.model_versions.all())
    rows = EvaluationPlan.objects.filter(about, state=PlanState.APPROVED).order_by("created_at")
    return [PlanInForce(plan, criteria_of(plan)) for plan in rows]


def criteria_of(plan: EvaluationPlan) -> tuple[JSON, ...]:
    stated = Evidence.objects.of_record(plan.pk).get(revision=plan.revision)
    return tuple(stated.fields["criteria"])


def labelled_series(attributes: tuple[str, ...]) -> list[Series]:
    """What every labelled batch is measured for, beside what plans ask."""
    return [
        (check.name, slice_)
        for check in CHECKS.values()
        if check.is_standard and check.name not in SPEED
        for slice_ in (attributes if check.by_attribute else ("all",))
    ]
