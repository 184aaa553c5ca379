from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person
from governance.registry.models import AISystem
from risk import scales
from risk.choices import Direction, RiskState, Signal, Treatment


class RiskQuerySet(ScopedQuerySet["Risk"]):
    unit_path_field = "system__unit__path"

    def with_people(self) -> RiskQuerySet:
        return self.select_related("system__unit", "owner", "written_by").prefetch_related(
            "indicators"
        )

    def standing(self) -> RiskQuerySet:
        return self.exclude(state=RiskState.WITHDRAWN)


class Risk(models.Model):
    """What could go wrong with a system: cause, event, consequence, how it is rated and answered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="risks")
    title = models.CharField(max_length=200)
    cause = models.TextField()
    event = models.TextField()
    consequence = models.TextField()
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    treatment = models.CharField(max_length=8, choices=Treatment.choices, blank=True)
    plan = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    residual_likelihood = models.PositiveSmallIntegerField(null=True)
    residual_impact = models.PositiveSmallIntegerField(null=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="risks")
    state = models.CharField(max_length=16, choices=RiskState.choices, default=RiskState.OPEN)
    requirements = ArrayField(models.CharField(max_length=40), default=list)
    review_on = models.DateField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reviewed_at = models.DateTimeField(default=timezone.now)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ("system__unit__name", "number")
        constraints = (
            models.UniqueConstraint(fields=["system", "number"], name="risk_number_once"),
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), impact__range=(1, 5)),
                name="risk_rated_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(residual_likelihood=None, residual_impact=None)
                | Q(residual_likelihood__range=(1, 5), residual_impact__range=(1, 5)),
                name="risk_residual_whole_and_1_to_5",
            ),
        )

    def __str__(self) -> str:
        return f"R-{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("risk", args=[self.pk])

    @property
    def level(self) -> str:
        return scales.LEVELS[scales.rank(self.likelihood, self.impact)]

    @property
    def residual(self) -> str | None:
        return scales.level(self.residual_likelihood, self.residual_impact)

    @property
    def signal(self) -> Signal | None:
        """The worst of its indicators; None where it has none."""
        found = [Signal(one.signal) for one in self.indicators.all()]
        return max(found, key=lambda one: one.weight) if found else None


class Indicator(models.Model):
    """A series of evidence that tells how a risk moves. The reading is a cache: it follows from the log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    risk = models.ForeignKey(Risk, models.CASCADE, related_name="indicators")
    label = models.CharField(max_length=120)
    series_check = models.CharField(max_length=80)
    slice = models.CharField(max_length=120)
    direction = models.CharField(max_length=5, choices=Direction.choices)
    amber = models.DecimalField(max_digits=18, decimal_places=8)
    red = models.DecimalField(max_digits=18, decimal_places=8)
    signal = models.CharField(max_length=8, choices=Signal.choices, default=Signal.NO_DATA)
    value = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, default="not read yet", blank=True)
    evidence_id = models.UUIDField(null=True)
    observed_to = models.DateTimeField(null=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("label",)
        constraints = (
            models.UniqueConstraint(
                fields=["risk", "series_check", "slice"], name="indicator_once_per_series"
            ),
        )

    def __str__(self) -> str:
        return self.label

    def get_signal(self) -> Signal:
        return Signal(self.signal)
