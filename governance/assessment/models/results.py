from __future__ import annotations

from django.db import models
from django.utils import timezone

from governance.assessment.choices import Applicability, Determination
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Unit


class ResultQuerySet(ScopedQuerySet["Result"]):
    pass


class Result(models.Model):
    """What holds of a requirement at a target now: a cache of the pure function, recomputable from the log."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="results")
    target_type = models.CharField(max_length=12)
    target_id = models.UUIDField()
    requirement = models.CharField(max_length=40)
    applicability = models.CharField(max_length=14, choices=Applicability.choices)
    determination = models.CharField(max_length=14, choices=Determination.choices)
    reason = models.CharField(max_length=14, blank=True)
    tone = models.CharField(max_length=8)
    words = models.CharField(max_length=80)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    log_size = models.BigIntegerField()
    effective_at = models.DateTimeField()
    since = models.DateTimeField(default=timezone.now)
    changes_at = models.DateTimeField(null=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ("requirement",)
        constraints = (
            models.UniqueConstraint(
                fields=["target_id", "requirement"], name="result_once_per_target"
            ),
        )
        indexes = (
            models.Index(fields=["changes_at"], name="result_changes_at"),
            models.Index(fields=["unit", "determination"], name="result_unit"),
        )

    def __str__(self) -> str:
        return f"{self.requirement}: {self.words}"


class ResultChange(models.Model):
    """A turn of a result: from which determination to which, at which log size."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    target_id = models.UUIDField()
    requirement = models.CharField(max_length=40)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80)
    log_size = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet["ResultChange"].as_manager()

    class Meta:
        ordering = ("-at",)
        indexes = (models.Index(fields=["target_id", "requirement"], name="result_change_target"),)

    def __str__(self) -> str:
        return f"{self.requirement}: {self.before} to {self.after}"
