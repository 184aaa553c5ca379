from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope
from governance.identity.models import Person
from governance.registry.models import AISystem, DatasetVersion, ModelVersion, Release
from monitoring.choices import PlanState


class EvaluationPlanQuerySet(ScopedQuerySet["EvaluationPlan"]):
    unit_path_field = "system__unit__path"


class EvaluationPlan(models.Model):
    """What will be measured, on which rows, and what must come out: approved before the run.

    `revision` and `digest` are those of the record statement that says the present text; an
    approval binds that digest, and a run names it. Earlier texts stay in the log.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="evaluation_plans")
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="+")
    model_version = models.ForeignKey(ModelVersion, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    dataset = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    labels = models.ForeignKey(DatasetVersion, models.PROTECT, null=True, related_name="+")
    criteria = models.JSONField()
    rationale = models.TextField()
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=PlanState.choices, default=PlanState.DRAFT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revised_at = models.DateTimeField(default=timezone.now)

    objects = EvaluationPlanQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(release__isnull=False, model_version=None)
                | Q(release=None, model_version__isnull=False),
                name="evaluation_plan_of_release_or_model_version",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluation-plan", args=[self.pk])

    @property
    def shown(self) -> PlanState:
        return PlanState(self.state)

    @property
    def subject(self) -> Release | ModelVersion:
        found = self.release or self.model_version
        assert found is not None  # the database constraint says so
        return found

    @property
    def scope(self) -> Scope:
        return self.release.scope if self.release else self.system.scope
