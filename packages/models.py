from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person, Unit
from governance.registry.models import Artefact
from governance.work.models import Job
from reports.choices import ReportState
from reports.models import file_words


class AuditPackage(models.Model):
    """One zip for an auditor: asked for, made by a worker, kept by digest, its digest in the log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="packages")
    period_from = models.DateTimeField()
    effective_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entry_id = models.UUIDField()
    state = models.CharField(max_length=9, choices=ReportState.choices, default=ReportState.WAITING)
    reason = models.TextField(blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    log_size = models.BigIntegerField(null=True)
    root = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(Artefact, models.PROTECT, null=True, related_name="+")
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    made_entry_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ready_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["AuditPackage"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state=ReportState.READY)
                | Q(file__isnull=False, log_size__isnull=False, made_entry_id__isnull=False),
                name="package_ready_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"Audit package: {self.unit}"

    def get_absolute_url(self) -> str:
        return reverse("package", args=[self.pk])

    def get_state(self) -> ReportState:
        return ReportState(self.state)

    @property
    def filename(self) -> str:
        day = f"{self.effective_at:%Y-%m-%d}"
        return f"audit-package-{file_words(self.unit.name)}-{day}-{self.pk.hex[-8:]}.zip"
