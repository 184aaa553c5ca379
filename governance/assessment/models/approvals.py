from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from governance.assessment.choices import Outcome, RequestState
from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.choices import Role
from governance.identity.models import Person, Unit


class ApprovalRequest(models.Model):
    """A question put to a role about one exact thing; who made the thing is barred from answering."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    subject_digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    role = models.CharField(max_length=16, choices=Role.choices)
    barred = ArrayField(models.UUIDField())
    requested_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["ApprovalRequest"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["subject_digest"], name="approval_request_subject"),)
        constraints = (
            models.UniqueConstraint(
                fields=["subject_digest", "purpose", "role"],
                condition=models.Q(state="open"),
                name="approval_request_open_once",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("approval", args=[self.pk])


class Approval(models.Model):
    """One person's answer. The database refuses an answer by a barred person (see migration)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=24, choices=Outcome.choices)
    conditions = ArrayField(models.CharField(max_length=400), default=list)
    reason = models.TextField()
    evidence_id = models.UUIDField()
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-decided_at",)

    def __str__(self) -> str:
        return f"{self.outcome}: {self.request}"
