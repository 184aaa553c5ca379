from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from governance.assessment.choices import DocumentState, GrantState
from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope, unit_scope
from governance.identity.models import Person, Unit
from governance.registry.models import Artefact


class Document(models.Model):
    """A policy, procedure or register entry of an organisation, unit or system, with validity dates."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents")
    topic = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    filename = models.CharField(max_length=200)
    artefact = models.ForeignKey(Artefact, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=DocumentState.choices, default=DocumentState.DRAFT
    )
    valid_from = models.DateField()
    valid_until = models.DateField()
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Document"].as_manager()

    class Meta:
        ordering = ("topic", "-created_at")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="document_validity"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> Scope:
        return unit_scope(self.unit)


class Tailoring(models.Model):
    """A requirement that does not apply here, with the reason and a second person's approval."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tailorings")
    requirement = models.CharField(max_length=40)
    reason = models.TextField()
    state = models.CharField(
        max_length=10, choices=GrantState.choices, default=GrantState.REQUESTED
    )
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Tailoring"].as_manager()

    class Meta:
        ordering = ("requirement",)

    def __str__(self) -> str:
        return f"{self.requirement} does not apply to {self.unit}"

    @property
    def scope(self) -> Scope:
        return unit_scope(self.unit)
