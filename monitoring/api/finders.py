"""Getting an object is getting permission: what is not visible is not found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from governance.identity.principal import Principal
from governance.registry.finders import find
from governance.registry.models import DatasetVersion
from monitoring.models import EvaluationPlan, EvaluationRun


def find_plan(pk: UUID | str, principal: Principal) -> EvaluationPlan:
    rows = EvaluationPlan.objects.select_related(
        "system__unit", "release__system__unit", "model_version__model", "dataset", "labels"
    )
    return find(rows, pk, principal)


def find_evaluation(pk: UUID | str, principal: Principal) -> EvaluationRun:
    return find(EvaluationRun.objects.with_parts(), pk, principal)


def find_dataset(pk: UUID | str, principal: Principal) -> DatasetVersion:
    return find(DatasetVersion.objects.select_related("unit"), pk, principal)


def named_dataset(body: dict[str, Any], field: str, by: Principal) -> DatasetVersion | None:
    """The dataset that a body names under `field`, if it does."""
    named = body.get(field)
    return find_dataset(named, by) if named else None
