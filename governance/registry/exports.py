"""The registry's lists as CSV, under the filters of their pages."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict

from governance.identity.errors import NotFound
from governance.identity.principal import Principal
from governance.identity.tables import table
from governance.registry.listing import filtered_systems
from governance.registry.models import AISystem, DatasetVersion, Deployment, ModelVersion, Release

M = TypeVar("M", bound=Model)


def system_id(query: QueryDict) -> UUID:
    """The AI system that the query names; raises NotFound for what is no id."""
    try:
        return UUID(query.get("system", ""))
    except ValueError:
        raise NotFound(
            "not_found", "Name an AI system: add ?system= and its id to the address."
        ) from None


def of_system(query: QueryDict, rows: QuerySet[M], field: str) -> QuerySet[M]:
    """Only the rows of the system that the query names, where it names one."""
    return rows.filter(**{field: system_id(query)}) if query.get("system") else rows


@table(
    "systems",
    ("Name", "unit.name"),
    ("Unit", "unit.parent.name"),
    ("Purpose", lambda system: system.profile.get("purpose", "")),
    ("Role", "get_role_display"),
    ("Tier", "get_tier_display"),
    ("Tier is", "tier_state"),
    ("Owner", "owner.name"),
    ("Validator", "validator.name"),
    ("Executive", "executive.name"),
    ("Next review", "review_due_on"),
    ("Registered", "created_at"),
    ("Id", "pk"),
)
def systems_table(principal: Principal, query: QueryDict) -> QuerySet[AISystem]:
    return filtered_systems(principal, query)


def models_of(release: Release) -> list[str]:
    return [str(version) for version in release.model_versions.all()]


@table(
    "releases",
    ("AI system", "system.unit.name"),
    ("Number", "number"),
    ("Digest", "digest"),
    ("Models", models_of),
    ("Made by", "created_by.name"),
    ("Made", "created_at"),
    ("Id", "pk"),
)
def releases_table(principal: Principal, query: QueryDict) -> QuerySet[Release]:
    seen = Release.objects.visible_to(principal).select_related("system__unit", "created_by")
    rows = of_system(query, seen, "system")
    return rows.prefetch_related("model_versions__model").order_by("system__unit__name", "-number")


@table(
    "deployments",
    ("AI system", "system.unit.name"),
    ("Release", "release.number"),
    ("Environment", "environment"),
    ("From", "started_at"),
    ("To", "ended_at"),
    ("Roll-back", "is_rollback"),
    ("Recorded by", "recorded_by.name"),
)
def deployments_table(principal: Principal, query: QueryDict) -> QuerySet[Deployment]:
    rows = of_system(query, Deployment.objects.visible_to(principal), "system")
    return rows.select_related("system__unit", "release", "recorded_by")


@table(
    "model-versions",
    ("Model", "model.name"),
    ("Version", "number"),
    ("AI system", "model.unit.name"),
    ("Method", "method"),
    ("Sha256", "artefact_id"),
    ("Trained on", "training_data"),
    ("Commit", "commit"),
    ("Registered", "created_at"),
)
def versions_table(principal: Principal, query: QueryDict) -> QuerySet[ModelVersion]:
    rows = of_system(query, ModelVersion.objects.visible_to(principal), "model__unit")
    return rows.select_related("model__unit")


@table(
    "datasets",
    ("Name", "name"),
    ("AI system", "unit.name"),
    ("Role", "role"),
    ("Rows", "rows"),
    ("Sha256", "sha256"),
    ("Observed from", "observed_from"),
    ("Observed until", "observed_until"),
    ("Registered", "created_at"),
)
def datasets_table(principal: Principal, query: QueryDict) -> QuerySet[DatasetVersion]:
    rows = of_system(query, DatasetVersion.objects.visible_to(principal), "unit")
    return rows.select_related("unit")
