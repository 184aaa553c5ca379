from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person
from governance.registry.choices import Environment
from governance.registry.models import AISystem, Release


class Verdict(models.TextChoices):
    ALLOW = "allow"
    WARN = "warn", "allow with warnings"
    PENDING = "pending"
    DENY = "deny"
    ERROR = "error"

    @property
    def tone(self) -> str:
        return VERDICT_TONES[self.value]


VERDICT_TONES = {
    "allow": "good",
    "warn": "warn",
    "pending": "wait",
    "deny": "bad",
    "error": "bad",
}


class GatePolicy(models.Model):
    """What blocks, warns or is ignored in an environment, per tier; data, known by its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    environment = models.CharField(max_length=12, choices=Environment.choices)
    version = models.CharField(max_length=20)
    content = models.JSONField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-loaded_at",)
        verbose_name_plural = "gate policies"

    def __str__(self) -> str:
        return f"{self.environment} {self.version}"


class OfSystem(ScopedQuerySet["GateDecision"]):
    unit_path_field = "system__unit__path"


class GateDecision(models.Model):
    """What the gate said of a release, when, and why: a signed receipt."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="gate_decisions")
    release = models.ForeignKey(Release, models.PROTECT, related_name="gate_decisions")
    environment = models.CharField(max_length=12, choices=Environment.choices)
    policy = models.ForeignKey(GatePolicy, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reasons = models.JSONField(default=list)
    log_size = models.BigIntegerField()
    evidence_id = models.UUIDField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    objects = OfSystem.as_manager()

    class Meta:
        ordering = ("-decided_at",)

    def __str__(self) -> str:
        return f"{self.verdict}: {self.release} in {self.environment}"

    def get_absolute_url(self) -> str:
        return reverse("gate-decision", args=[self.pk])
