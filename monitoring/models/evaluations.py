from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person
from governance.registry.models import DatasetVersion, ModelVersion, Release
from governance.work.models import Job
from monitoring.choices import ENDED, Device, EvaluationState
from monitoring.models.plans import EvaluationPlan


class EvaluationRunQuerySet(ScopedQuerySet["EvaluationRun"]):
    unit_path_field = "release__system__unit__path"

    def with_parts(self) -> EvaluationRunQuerySet:
        return self.select_related("release__system__unit", "plan", "dataset", "labels", "job")


class EvaluationRun(models.Model):
    """One attempt to measure a release on a dataset; every attempt is kept.

    `plan_revision` and `plan_digest` fix the text it was started under, whatever becomes of the plan.
    `results` repeats what the signed measurements say, each with its evidence id.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="evaluations")
    plan = models.ForeignKey(EvaluationPlan, models.PROTECT, null=True, related_name="runs")
    plan_revision = models.PositiveIntegerField(null=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    dataset = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    labels = models.ForeignKey(DatasetVersion, models.PROTECT, null=True, related_name="+")
    device = models.CharField(max_length=4, choices=Device.choices, default=Device.CPU)
    attempt = models.PositiveIntegerField()
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=9, choices=EvaluationState.choices, default=EvaluationState.QUEUED
    )
    reason = models.TextField(blank=True)
    results = models.JSONField(default=list)
    evidence_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = EvaluationRunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["release", "plan", "attempt"],
                nulls_distinct=False,
                name="evaluation_run_attempt_once",
            ),
            models.CheckConstraint(
                condition=Q(plan=None, plan_revision=None, plan_digest="")
                | (Q(plan__isnull=False, plan_revision__isnull=False) & ~Q(plan_digest="")),
                name="evaluation_run_names_its_plan_text",
            ),
        )

    def __str__(self) -> str:
        return f"Evaluation {self.attempt} of {self.release}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation", args=[self.pk])

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def shown_state(self) -> EvaluationState:
        """`state`, and failed where its job was given up without a word."""
        if not self.has_ended and not self.job.is_open:
            return EvaluationState.FAILED
        return EvaluationState(self.state)

    @property
    def progress(self) -> dict[str, Any]:
        """What the worker last said: text, done, total."""
        return {"text": "", "done": 0, "total": 0, **self.job.progress}

    @property
    def version(self) -> ModelVersion:
        """The release's model; an evaluation is of a release with exactly one."""
        return self.release.model_versions.select_related("artefact", "model").get()
