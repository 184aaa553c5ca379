"""Raw events as they came, and what they say: a projection that can be made again from them at any time.

`recorded` is always a log index: the entry under which a fact first came in. What was known when the log had K
entries is what was recorded below K.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from governance.audit.querysets import ScopedQuerySet
from governance.identity.models import Account, Unit
from lineage.choices import ContradictionKind, EventKind, RunState, UseRole

NAME = 2048


class RawEvent(models.Model):
    """One OpenLineage event, byte for byte. Only ever inserted; `sha256` is of `body`."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    entry_id = models.UUIDField(db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    kind = models.CharField(max_length=8, choices=EventKind.choices)
    type = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField()
    run_id = models.UUIDField(null=True)

    objects = ScopedQuerySet["RawEvent"].as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["run_id", "unit"], name="lineage_event_run"),)
        constraints = (
            models.UniqueConstraint(fields=["unit", "sha256"], name="lineage_event_once"),
        )

    def __str__(self) -> str:
        return f"{self.type or self.kind} {self.sha256[:12]}"

    def get_absolute_url(self) -> str:
        return reverse("lineage-event", args=[self.pk])


class ProjectionMark(models.Model):
    """How far an organisation's part of the log is projected: every entry below `log_size`."""

    organisation = models.OneToOneField(Unit, models.PROTECT, primary_key=True, related_name="+")
    log_size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.organisation} up to {self.log_size}"


class LineageJob(models.Model):
    """What runs again and again under one name."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    namespace = models.CharField(max_length=NAME)
    name = models.CharField(max_length=NAME)
    recorded = models.BigIntegerField()

    objects = ScopedQuerySet["LineageJob"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["unit", "key"], name="lineage_job_once"),)

    def __str__(self) -> str:
        return self.name


class RunAttempt(models.Model):
    """One go at a run. Its id follows from unit, run id and number: projecting again gives the same."""

    id = models.UUIDField(primary_key=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    job = models.ForeignKey(LineageJob, models.PROTECT, related_name="attempts")
    run_id = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    parent_run = models.UUIDField(null=True)
    producer = models.CharField(max_length=NAME)
    commit = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=RunState.choices)
    ended_with = models.CharField(max_length=8, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    events = models.PositiveIntegerField()
    recorded = models.BigIntegerField()
    end_recorded = models.BigIntegerField(null=True)

    objects = ScopedQuerySet["RunAttempt"].as_manager()

    class Meta:
        ordering = ("-recorded", "-began_at")
        indexes = (models.Index(fields=["unit", "-recorded"], name="lineage_attempt_newest"),)
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "run_id", "number"], name="lineage_attempt_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.job} attempt {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("lineage-run", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return RunState(self.state).tone


class DataVersion(models.Model):
    """Content, known by its SHA-256; else by name and version; else by its name alone.

    `key` is the digest, or a hash of namespace, name and version. `declared` is when a producer first said that
    nothing tracked feeds it. Within an organisation the same content is the same row, whoever names it how.
    """

    organisation = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)
    namespace = models.CharField(max_length=NAME)
    name = models.CharField(max_length=NAME)
    version = models.CharField(max_length=NAME, blank=True)
    recorded = models.BigIntegerField()
    declared = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "key"], name="lineage_data_once"),
        )

    def __str__(self) -> str:
        return self.name


class DataUse(models.Model):
    """An attempt read or wrote a version of data, as its producer observed.

    `replaced` is when the same attempt first named the data with a version, for a use without one.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    attempt = models.ForeignKey(RunAttempt, models.PROTECT, related_name="uses", db_index=False)
    data = models.ForeignKey(DataVersion, models.PROTECT, related_name="uses", db_index=False)
    role = models.CharField(max_length=6, choices=UseRole.choices)
    recorded = models.BigIntegerField()
    replaced = models.BigIntegerField(null=True)
    valid_from = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=["data", "role"],
                include=["attempt", "recorded", "replaced", "valid_from", "unit"],
                name="lineage_use_of_data",
            ),
            models.Index(
                fields=["attempt", "role"],
                include=["data", "recorded", "replaced", "valid_from", "unit"],
                name="lineage_use_by_attempt",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["attempt", "data", "role"], name="lineage_use_once"),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.attempt_id}"


class DataAlias(models.Model):
    """Two names of the same data (symlinks facet); kept in both directions."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    data = models.ForeignKey(DataVersion, models.PROTECT, related_name="aliases", db_index=False)
    other = models.ForeignKey(DataVersion, models.PROTECT, related_name="+", db_index=False)
    recorded = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["data", "other"], name="lineage_alias_once"),
        )

    def __str__(self) -> str:
        return f"{self.data_id} is {self.other_id}"


class Contradiction(models.Model):
    """Two statements of producers that cannot both be right."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ContradictionKind.choices)
    key = models.CharField(max_length=64, unique=True)
    sentence = models.TextField()
    run_ids = ArrayField(models.UUIDField())
    recorded = models.BigIntegerField()

    objects = ScopedQuerySet["Contradiction"].as_manager()

    class Meta:
        ordering = ("-recorded",)

    def __str__(self) -> str:
        return self.sentence
