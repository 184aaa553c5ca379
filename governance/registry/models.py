from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope
from governance.identity.models import Person, Unit
from governance.registry.choices import (
    EVALUATED_TASKS,
    ActRole,
    DatasetRole,
    Environment,
    Tier,
    TierState,
    UploadKind,
    UploadState,
)

PROFILE_FIELDS: dict[str, str] = {
    "purpose": "What it decides or supports, and for whom",
    "intendedUse": "Intended use",
    "misuse": "Reasonably foreseeable misuse",
    "affectedPeople": "People affected",
    "users": "Who uses it",
    "context": "Where and how it is used",
    "legalBasis": "Law that applies",
    "benefits": "Expected benefits",
    "costsOfErrors": "What errors cost, and whom",
    "scopeOfApplication": "Scope of application",
    "outOfScope": "Out of scope",
    "oversight": "Human oversight",
    "operatorProficiency": "What operators must know",
    "feedbackChannel": "How people give feedback or appeal",
}


class Artefact(models.Model):
    """A file known by its content. The bytes lie in the artefact store under their digest."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.sha256[:12]


class Upload(models.Model):
    """A file on its way in: received and hashed, then inspected, then admitted or refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=UploadKind.choices)
    filename = models.CharField(max_length=200)
    artefact = models.ForeignKey(Artefact, models.PROTECT, related_name="uploads")
    state = models.CharField(
        max_length=10, choices=UploadState.choices, default=UploadState.INSPECTING
    )
    inspection = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Upload"].as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.filename


class AISystemQuerySet(ScopedQuerySet["AISystem"]):
    def with_people(self) -> AISystemQuerySet:
        return self.select_related("unit", "unit__parent", "owner", "validator", "executive")


class AISystem(models.Model):
    """An AI system is a leaf of the unit tree; its id is its unit's id."""

    unit = models.OneToOneField(Unit, models.PROTECT, primary_key=True, related_name="system")
    role = models.CharField(max_length=8, choices=ActRole.choices)
    tier = models.CharField(max_length=10, choices=Tier.choices)
    tier_state = models.CharField(
        max_length=9, choices=TierState.choices, default=TierState.PROPOSED
    )
    tier_reason = models.TextField()
    profile = models.JSONField(default=dict)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    validator = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    executive = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    review_due_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AISystemQuerySet.as_manager()

    class Meta:
        ordering = ("unit__name",)
        verbose_name = "AI system"

    def __str__(self) -> str:
        return self.unit.name

    def get_absolute_url(self) -> str:
        return reverse("system", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return Scope("system", self.unit_id, self.unit)

    @property
    def live(self) -> models.QuerySet[Deployment]:
        return Deployment.objects.filter(release__system=self, ended_at=None)


class Model(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="models")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Model"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["unit", "name"], name="model_name_once_in_unit"),
        )

    def __str__(self) -> str:
        return self.name


class ModelVersionQuerySet(ScopedQuerySet["ModelVersion"]):
    unit_path_field = "model__unit__path"


DECISION_PARTS = ("cutOff", "favourable")


class ModelVersion(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    artefact = models.ForeignKey(Artefact, models.PROTECT, related_name="model_versions")
    task = models.CharField(max_length=40)
    method = models.CharField(max_length=120)
    signature = models.JSONField()
    training_data = ArrayField(models.CharField(max_length=64))
    commit = models.CharField(max_length=64, blank=True)
    parameters = models.JSONField(default=dict)
    registered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ("model", "-number")
        constraints = (
            models.UniqueConstraint(fields=["model", "number"], name="model_version_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.model} version {self.number}"

    @property
    def digest(self) -> str:
        return str(self.artefact_id)

    @property
    def own_decision(self) -> dict[str, Any]:
        """What the signature says of the decision where a release leaves it out."""
        own = dict(self.signature.get("decision") or {})
        named = {"cutOff": own.get("cutOff", own.get("cut_off")), **own}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def not_evaluated(self) -> str | None:
        """Why no evaluation of it is possible; None where one is."""
        if self.task in EVALUATED_TASKS:
            return None
        return f"{self} is {self.task}; only binary models are evaluated."


class DatasetVersion(models.Model):
    """Rows known by their digest; the file itself may lie here or elsewhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=DatasetRole.choices)
    sha256 = models.CharField(max_length=64)
    artefact = models.ForeignKey(Artefact, models.PROTECT, null=True, related_name="+")
    rows = models.BigIntegerField()
    columns = models.JSONField(default=list)
    description = models.TextField(blank=True)
    observed_from = models.DateTimeField(null=True)
    observed_until = models.DateTimeField(null=True)
    registered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["DatasetVersion"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "sha256", "role"], name="dataset_version_once_in_role"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ReleaseQuerySet(ScopedQuerySet["Release"]):
    unit_path_field = "system__unit__path"


class Release(models.Model):
    """The canonical manifest of an AI system at one moment; approvals and gates bind its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    manifest = models.JSONField()
    digest = models.CharField(max_length=64)
    model_versions = models.ManyToManyField(ModelVersion, related_name="releases")
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("system", "-number")
        constraints = (
            models.UniqueConstraint(fields=["system", "number"], name="release_number_once"),
            models.UniqueConstraint(fields=["system", "digest"], name="release_digest_once"),
        )

    def __str__(self) -> str:
        return f"{self.system} release {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("release", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return Scope("release", self.pk, self.system.unit)

    @property
    def digests(self) -> list[str]:
        """What evidence may be about to count for this release."""
        return [self.digest, *(one["digest"] for one in self.manifest["models"])]

    @property
    def not_evaluated(self) -> str | None:
        """Why no evaluation of it is possible; None where one is."""
        versions = list(self.model_versions.all())
        if len(versions) != 1:
            return f"It has {len(versions)} models; only a release with one model is evaluated."
        if versions[0].not_evaluated:
            return versions[0].not_evaluated
        said = {**versions[0].own_decision, **self.manifest["decision"]}
        missing = [name for name in DECISION_PARTS if name not in said]
        if not missing:
            return None
        return (
            f"Its decision does not say {' and '.join(missing)}, so that it cannot be evaluated. "
            "Make a release with --cut-off 0.5 --decision favourable=CLASS."
        )

    @property
    def authors(self) -> set[uuid.UUID]:
        """Who made it: persons barred from judging it."""
        makers = set(self.model_versions.values_list("registered_by", flat=True))
        return makers | {self.created_by_id}


class DeploymentQuerySet(ScopedQuerySet["Deployment"]):
    unit_path_field = "release__system__unit__path"

    def live(self) -> DeploymentQuerySet:
        return self.filter(ended_at=None)


class Deployment(models.Model):
    """A release in an environment from one moment to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="deployments")
    environment = models.CharField(max_length=12, choices=Environment.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    is_rollback = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="deployments")

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["system", "environment"],
                condition=Q(ended_at=None),
                name="deployment_one_live_per_environment",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="deployment_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.release} in {self.environment}"

    @property
    def scope(self) -> Scope:
        return Scope("deployment", self.pk, self.release.system.unit, (self.release_id,))

    def as_fields(self) -> dict[str, Any]:
        return {"environment": self.environment, "release": str(self.release_id)}
