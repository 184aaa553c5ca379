from __future__ import annotations

from django.db import models
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Account, Person, Unit


class JobState(models.TextChoices):
    READY = "ready", "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead", "given up"


class Queue(models.TextChoices):
    DEFAULT = "default"
    EVALUATION = "evaluation"
    REPORTS = "reports"


class Job(models.Model):
    """A piece of work, written in its cause's transaction; the broker only carries its id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=12, choices=Queue.choices)
    arguments = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 (null = no key)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.READY)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    run_after = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["Job"].as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=["run_after"],
                name="job_open",
                condition=models.Q(state__in=["ready", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.READY, JobState.RUNNING}


class Schedule(models.Model):
    """Work that comes again: every so many seconds, or by a cron line (UTC)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    every_seconds = models.PositiveIntegerField(null=True)
    cron = models.CharField(max_length=100, blank=True)
    next_at = models.DateTimeField()
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Schedule"].as_manager()

    class Meta:
        ordering = ("next_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(every_seconds__isnull=False, cron="")
                | (models.Q(every_seconds__isnull=True) & ~models.Q(cron="")),
                name="schedule_interval_or_cron",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ScheduleSlot(models.Model):
    """One due moment of a schedule; the unique row makes any number of tickers safe."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="slots")
    slot_at = models.DateTimeField()
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["schedule", "slot_at"], name="schedule_slot_once"),
        )

    def __str__(self) -> str:
        return f"{self.schedule} at {self.slot_at}"


class IdempotencyKey(models.Model):
    """The answer once given to (account, key): the same request again gets the same answer."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    response = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once"),
        )

    def __str__(self) -> str:
        return self.key


class Notification(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet["Comment"].as_manager()

    class Meta:
        ordering = ("created_at",)
        indexes = (models.Index(fields=["object_type", "object_id"], name="comment_object"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.text[:40]}"
