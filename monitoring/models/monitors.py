from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.scope import Scope
from governance.identity.models import Account
from governance.registry.models import AISystem, DatasetVersion, Deployment
from governance.work.models import Job, Schedule
from monitoring.models.batches import Batch
from monitoring.states import MonitorState, RunStatus


class MonitorQuerySet(ScopedQuerySet["Monitor"]):
    unit_path_field = "deployment__system__unit__path"

    def with_parts(self) -> MonitorQuerySet:
        return self.select_related(
            "deployment__release__system__unit",
            "deployment__system__unit",
            "deployment__system__owner",
            "reference",
            "schedule",
            "account",
        )

    def standing(self) -> MonitorQuerySet:
        return self.exclude(state=MonitorState.ENDED)


class Monitor(models.Model):
    """What a deployment's batches are compared with, by which rule, how often.

    `revision` and `digest` are those of the record statement that says so now. `columns` are
    `{"name", "kind"}`; `rule` holds decimals as text: alpha, psiFloor, effectFloor, minimumRows.
    `reference_scores` is the digest of the reference's scores by the release. Missed slots are
    counted from `counted_from`. `account` acts for the platform where a slot runs by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="monitors")
    name = models.CharField(max_length=200)
    reference = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="+")
    columns = models.JSONField()
    rule = models.JSONField()
    interval_seconds = models.PositiveIntegerField()
    grace_seconds = models.PositiveIntegerField()
    triage_seconds = models.PositiveIntegerField()
    state = models.CharField(
        max_length=6, choices=MonitorState.choices, default=MonitorState.ACTIVE
    )
    state_reason = models.TextField(blank=True)
    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    reference_scores = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    counted_from = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    objects = MonitorQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["deployment"],
                condition=~Q(state=MonitorState.ENDED),
                name="monitor_one_standing_per_deployment",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("monitor", args=[self.pk])

    @property
    def system(self) -> AISystem:
        return self.deployment.system

    @property
    def scope(self) -> Scope:
        return self.deployment.scope

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=self.interval_seconds)

    def is_late(self, slot: datetime, at: datetime) -> bool:
        """Whether a run of `slot` that begins at `at` begins beyond the grace."""
        return at > slot + timedelta(seconds=self.grace_seconds)


class MonitorRunQuerySet(ScopedQuerySet["MonitorRun"]):
    unit_path_field = "monitor__deployment__system__unit__path"

    def with_parts(self) -> MonitorRunQuerySet:
        return self.select_related("monitor__deployment__system__unit", "batch__dataset", "job")


class MonitorRun(models.Model):
    """One slot of a monitor and what came of it: each slot has exactly one.

    `beside` holds Evidently's figures as text, by column; `drifted` names the columns that drifted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="runs")
    slot = models.DateTimeField()
    is_scheduled = models.BooleanField(default=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="runs")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=9, choices=RunStatus.choices, default=RunStatus.RUNNING)
    reason = models.TextField(blank=True)
    drifted = ArrayField(models.CharField(max_length=300), default=list)
    beside = models.JSONField(default=dict)
    evidence_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = MonitorRunQuerySet.as_manager()

    class Meta:
        ordering = ("-slot",)
        constraints = (
            models.UniqueConstraint(fields=["monitor", "slot"], name="monitor_run_slot_once"),
            models.CheckConstraint(
                condition=Q(status=RunStatus.RUNNING) | Q(finished_at__isnull=False),
                name="monitor_run_ends_with_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.monitor} at {self.slot:%Y-%m-%d %H:%M:%S}"

    @property
    def shown(self) -> RunStatus:
        return RunStatus(self.status)
