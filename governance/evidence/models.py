from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from governance.audit.ids import new_id
from governance.evidence.choices import Assurance, KeyPurpose, PredicateType, RevocationReason
from governance.evidence.querysets import (
    EvidenceQuerySet,
    KeyRevocationQuerySet,
    SigningKeyQuerySet,
)
from governance.identity.models import Account, Person, Unit


class SigningKey(models.Model):
    """A public key that signatures on evidence are checked with. Never changed: what ends it is a row of its own.

    What counts is the entry `key.registered` in the log; the row is how it is found.
    """

    keyid = models.CharField(max_length=80, primary_key=True)
    public = models.CharField(max_length=64)
    purpose = models.CharField(max_length=12, choices=KeyPurpose.choices)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True, null=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        ordering = ("valid_from",)

    def __str__(self) -> str:
        return f"{self.keyid[:15]}…{self.keyid[-4:]}"


class KeyRevocation(models.Model):
    """From which log size on a key's signatures no longer prove anything good; the entry `key.revoked` says the same.

    A key may be revoked again, from a smaller size: a retired key can turn out to be stolen.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="revocations")
    from_size = models.BigIntegerField()
    why = models.CharField(max_length=12, choices=RevocationReason.choices)
    at = models.DateTimeField(default=timezone.now)
    entry_id = models.UUIDField(unique=True)

    objects = KeyRevocationQuerySet.as_manager()

    class Meta:
        ordering = ("at",)
        constraints = (
            models.UniqueConstraint(fields=["key", "from_size"], name="key_revoked_once_from"),
        )

    def __str__(self) -> str:
        return f"{self.key_id} from {self.from_size}"


class Evidence(models.Model):
    """A signed in-toto statement. Never updated, never deleted; the columns only help to find it.

    Place in time is the log index of `entry_id`, never a time stamp.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, editable=False)
    entry_id = models.UUIDField(unique=True)
    type = models.CharField(max_length=24, choices=PredicateType.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    scope_type = models.CharField(max_length=12)
    scope_id = models.UUIDField()
    subjects = ArrayField(models.CharField(max_length=64))
    kind = models.CharField(max_length=60, blank=True)
    slice = models.CharField(max_length=120, blank=True)
    record_id = models.UUIDField(null=True)
    revision = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=40, blank=True)
    person_id = models.UUIDField(null=True)
    produced_at = models.DateTimeField()
    assurance = models.CharField(max_length=20, choices=Assurance.choices)
    supersedes_id = models.UUIDField(null=True)
    keyid = models.CharField(max_length=80, blank=True)
    payload_sha256 = models.CharField(max_length=64, unique=True)
    statement = models.JSONField()
    envelope = models.BinaryField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "evidence"
        indexes = (
            models.Index(fields=["scope_id", "type", "kind"], name="evidence_scope"),
            models.Index(fields=["record_id", "revision"], name="evidence_record"),
            models.Index(fields=["keyid"], name="evidence_keyid"),
            GinIndex(fields=["subjects"], name="evidence_subjects"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["record_id", "revision"],
                condition=models.Q(record_id__isnull=False),
                name="evidence_record_revision_once",
            ),
        )

    def __str__(self) -> str:
        return self.short_id

    @property
    def short_id(self) -> str:
        """The last eight digits of the id, as every page prints it."""
        return f"EV-{self.id.hex[-8:]}"

    @property
    def type_words(self) -> str:
        return PredicateType(self.type).label

    @property
    def slice_words(self) -> str:
        """The slice as people know it: a batch by its name, all else as it stands."""
        dataset = self.predicate.get("dataset") or {}
        is_batch = self.slice.startswith("batch:")
        return str(dataset.get("name") or "a batch") if is_batch else self.slice

    @property
    def predicate(self) -> dict[str, Any]:
        found: dict[str, Any] = self.statement["predicate"]
        return found

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a record statement."""
        found: dict[str, Any] = self.predicate.get("fields", {})
        return found
