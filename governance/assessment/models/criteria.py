from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person, Unit


class Catalog(models.Model):
    """A framework as data, at one version; known by its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    content = models.JSONField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-loaded_at",)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Baseline(models.Model):
    """The requirements selected and tailored for a kind of system, at one version."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    content = models.JSONField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-loaded_at",)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["entries"]
        return found


class Assignment(models.Model):
    """Who mends a requirement at a scope, and until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    requirement = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    due_on = models.DateField(null=True)
    assigned_at = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet["Assignment"].as_manager()

    class Meta:
        ordering = ("due_on", "requirement")
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "requirement"], name="assignment_once_per_requirement"
            ),
        )

    def __str__(self) -> str:
        return f"{self.requirement}: {self.person}"
