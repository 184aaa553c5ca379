from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit import canonical
from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person, Unit
from governance.registry.models import Artefact
from governance.work.models import Job, Schedule
from reports.choices import ReportState

KIND = "control-report"


def file_words(name: str) -> str:
    """A name as part of a file's: small letters, digits and dashes, at most 60."""
    words = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return ("-".join(part for part in words.split("-") if part) or "report")[:60]


class ReportDefinition(models.Model):
    """A control report that comes again: about what, how far back it looks, when, and for whom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="report_definitions")
    name = models.CharField(max_length=120)
    period_days = models.PositiveIntegerField(null=True)
    cron = models.CharField(max_length=100)
    recipients = models.ManyToManyField(Person, related_name="+")
    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="+")
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["ReportDefinition"].as_manager()

    class Meta:
        ordering = ("unit__name", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "name"],
                condition=Q(ended_at=None),
                name="report_definition_name_once",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def as_fields(self) -> dict[str, Any]:
        """What its record states; its digest is that of the canonical JSON of this."""
        people = self.recipients.order_by("pk").values_list("pk", flat=True)
        return {
            "kind": KIND,
            "name": self.name,
            "unit": str(self.unit_id),
            "periodDays": self.period_days,
            "cron": self.cron,
            "recipients": [str(person) for person in people],
        }

    @property
    def digest(self) -> str:
        return canonical.digest(self.as_fields())


class Report(models.Model):
    """One report: asked for, made by a worker, stored by digest, stated in the log, delivered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(
        ReportDefinition, models.PROTECT, null=True, related_name="reports"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reports")
    title = models.CharField(max_length=200)
    period_days = models.PositiveIntegerField(null=True)
    effective_at = models.DateTimeField()
    slot_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(Person, related_name="reports")
    entry_id = models.UUIDField()
    state = models.CharField(max_length=9, choices=ReportState.choices, default=ReportState.WAITING)
    reason = models.TextField(blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    log_size = models.BigIntegerField(null=True)
    root = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(null=True)
    pdf = models.ForeignKey(Artefact, models.PROTECT, null=True, related_name="+")
    content = models.ForeignKey(Artefact, models.PROTECT, null=True, related_name="+")
    summary = models.JSONField(default=dict)
    evidence_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ready_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["Report"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["definition", "slot_at"], name="report_once_a_slot"),
            models.CheckConstraint(
                condition=~Q(state=ReportState.READY)
                | Q(
                    pdf__isnull=False,
                    content__isnull=False,
                    evidence_id__isnull=False,
                    pages__isnull=False,
                ),
                name="report_ready_is_whole",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.pk])

    def get_state(self) -> ReportState:
        return ReportState(self.state)

    @property
    def period(self) -> tuple[Any, Any]:
        """From and to; both the same instant for a report at a point in time."""
        days = self.period_days or 0
        return self.effective_at - timedelta(days=days), self.effective_at

    @property
    def filename(self) -> str:
        return f"control-report-{file_words(self.unit.name)}-{self.effective_at:%Y-%m-%d}.pdf"


class Chart(models.Model):
    """A Vega-Lite spec and its picture, once drawn; the same spec at the same unit is the same chart."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    spec_digest = models.CharField(max_length=64)
    spec = models.JSONField()
    artefact = models.ForeignKey(Artefact, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Chart"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["unit", "spec_digest"], name="chart_once_per_unit"),
        )

    def __str__(self) -> str:
        return str(self.spec.get("description", self.pk))

    def get_absolute_url(self) -> str:
        return reverse("chart", args=[self.pk])
