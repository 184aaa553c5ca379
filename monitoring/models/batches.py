from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Person
from governance.registry.models import DatasetVersion, Deployment
from governance.work.models import Job
from monitoring.states import BatchState, LabelsState


class BatchQuerySet(ScopedQuerySet["Batch"]):
    unit_path_field = "deployment__system__unit__path"

    def with_parts(self) -> BatchQuerySet:
        return self.select_related(
            "deployment__release__system__unit", "deployment__system__unit", "dataset", "labels"
        )


class Batch(models.Model):
    """Rows that a deployment decided about in a period, in the order they were delivered.

    `scores` is the digest of their scores by the deployment's release (float64, in the rows' order),
    once they were computed here. Labels come later, in a file of their own, joined on `key_column`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="batches")
    sequence = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    dataset = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    key_column = models.CharField(max_length=120, default="id")
    is_replay = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    observed_from = models.DateTimeField()
    observed_until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.WAITING)
    scores = models.CharField(max_length=64, blank=True)
    labels = models.ForeignKey(DatasetVersion, models.PROTECT, null=True, related_name="+")
    labels_state = models.CharField(
        max_length=8, choices=LabelsState.choices, default=LabelsState.NONE
    )
    labels_reason = models.TextField(blank=True)
    labelled_rows = models.PositiveBigIntegerField(null=True)
    labels_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    labels_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    results = models.JSONField(default=list)
    delivered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    measured_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ("deployment", "sequence")
        verbose_name_plural = "batches"
        constraints = (
            models.UniqueConstraint(fields=["deployment", "dataset"], name="batch_rows_once"),
            models.UniqueConstraint(fields=["deployment", "sequence"], name="batch_sequence_once"),
            models.CheckConstraint(
                condition=Q(observed_until__gte=F("observed_from")), name="batch_period_forward"
            ),
            models.CheckConstraint(
                condition=Q(labels=None, labels_state=LabelsState.NONE)
                | (Q(labels__isnull=False) & ~Q(labels_state=LabelsState.NONE)),
                name="batch_labels_have_a_state",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("system-tab", args=[self.deployment.system_id, "monitoring"])

    @property
    def shown_state(self) -> BatchState:
        return BatchState(self.state)

    @property
    def shown_labels(self) -> LabelsState:
        return LabelsState(self.labels_state)

    @property
    def coverage(self) -> float | None:
        """The share of rows with a label, 0 to 1; None before labels were accepted."""
        if self.labelled_rows is None:
            return None
        return self.labelled_rows / self.dataset.rows
