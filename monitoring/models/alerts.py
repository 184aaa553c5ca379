from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope
from governance.identity.models import Person
from governance.registry.models import AISystem, Deployment
from monitoring.models.batches import Batch
from monitoring.models.monitors import Monitor
from monitoring.states import AlertKind, AlertState


class AlertQuerySet(ScopedQuerySet["Alert"]):
    unit_path_field = "deployment__system__unit__path"

    def with_parts(self) -> AlertQuerySet:
        return self.select_related(
            "deployment__release__system__unit",
            "deployment__system__unit",
            "deployment__system__owner",
            "monitor",
            "first_batch",
            "last_batch",
            "triaged_by",
            "closed_by",
        )

    def standing(self) -> AlertQuerySet:
        return self.exclude(state=AlertState.CLOSED)


class Alert(models.Model):
    """Something a person must look at by `triage_by`. The same thing again counts up, until it is closed.

    `subject` is the column that drifted, or the check and slice that broke its criterion.
    `evidence` holds ids of the statements that raised it, oldest first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="alerts")
    monitor = models.ForeignKey(Monitor, models.PROTECT, null=True, related_name="alerts")
    kind = models.CharField(max_length=6, choices=AlertKind.choices)
    theme = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=AlertState.choices, default=AlertState.OPEN)
    count = models.PositiveIntegerField(default=1)
    evidence = ArrayField(models.UUIDField())
    first_batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    last_batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    triage_by = models.DateTimeField()
    triaged_at = models.DateTimeField(null=True)
    triaged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    triage_note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    close_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=~Q(state=AlertState.CLOSED),
                name="alert_one_standing_per_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(state=AlertState.OPEN) | Q(triaged_at__isnull=False),
                name="alert_leaves_open_by_triage",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.pk])

    @property
    def system(self) -> AISystem:
        return self.deployment.system

    @property
    def scope(self) -> Scope:
        return self.deployment.scope

    @property
    def is_overdue(self) -> bool:
        return self.triaged_at is None and self.triage_by <= timezone.now()

    @property
    def was_late(self) -> bool:
        return self.triaged_at is not None and self.triaged_at > self.triage_by
