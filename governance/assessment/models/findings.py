from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from governance.assessment.choices import (
    ActionState,
    FindingStanding,
    FindingState,
    GrantState,
    Severity,
    standing_of,
)
from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope
from governance.identity.models import Person, Unit
from governance.registry.models import AISystem, Release


class FindingQuerySet(ScopedQuerySet["Finding"]):
    unit_path_field = "system__unit__path"


class Finding(models.Model):
    """A judged gap: what was asked, what is, why, and what follows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="findings")
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="findings")
    requirement = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    criterion = models.TextField()
    condition = models.TextField()
    cause = models.TextField(blank=True)
    effect = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    state = models.CharField(max_length=16, choices=FindingState.choices, default=FindingState.OPEN)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="findings")
    due_on = models.DateField()
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    retested_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["system", "number"], name="finding_number_once"),
            models.CheckConstraint(
                condition=models.Q(retested_by=None) | ~models.Q(retested_by=models.F("owner")),
                name="finding_retested_by_someone_else",
            ),
        )

    def __str__(self) -> str:
        return f"F-{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return self.release.scope if self.release else self.system.scope

    @property
    def standing(self) -> FindingStanding:
        actions = [(one.state, one.due_on.isoformat()) for one in self.actions.all()]
        today = timezone.now().date().isoformat()
        return standing_of(self.state, self.due_on.isoformat(), actions, today)


class CorrectiveAction(models.Model):
    """Remediation of a finding: an item of the plan of action and milestones."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="actions")
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="actions")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=ActionState.choices, default=ActionState.PLANNED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_on",)

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.state == ActionState.PLANNED and self.due_on < timezone.now().date()


class ExceptionGrant(models.Model):
    """A dated permission to go on although a requirement fails; it changes what a gate does, never a result."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="exceptions")
    release = models.ForeignKey(Release, models.PROTECT, related_name="exceptions")
    requirements = ArrayField(models.CharField(max_length=40))
    reason = models.TextField()
    compensating_control = models.TextField()
    expires_on = models.DateField()
    state = models.CharField(
        max_length=10, choices=GrantState.choices, default=GrantState.REQUESTED
    )
    requested_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["ExceptionGrant"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["system", "number"], name="exception_number_once"),
        )

    def __str__(self) -> str:
        return f"EX-{self.number:04d}"

    @property
    def scope(self) -> Scope:
        return self.release.scope

    @property
    def is_in_force(self) -> bool:
        return self.state == GrantState.GRANTED and self.expires_on >= timezone.now().date()

    @property
    def age_days(self) -> int:
        return (timezone.now() - self.created_at).days

    @property
    def days_left(self) -> int:
        return (self.expires_on - date.today()).days  # noqa: DTZ011 (a date, in UTC as the server)
