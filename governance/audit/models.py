"""The log's tables in their final layout. The application only inserts into the outbox and reads the rest."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from governance.audit.ids import new_id
from governance.audit.querysets import ScopedQuerySet


class OutboxEntry(models.Model):
    """An entry on its way into the log; taken off by the sequencer, the only one to delete."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField(default=new_id, unique=True)
    body = models.BinaryField()

    class Meta:
        db_table = "audit_outbox"
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.entry_id)


class LeafQuerySet(ScopedQuerySet["Leaf"]):
    unit_path_field = "unit_path"


class Leaf(models.Model):
    """Entry number `index` of the log. `body` is what was hashed; the other columns only help to search."""

    index = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    person_id = models.UUIDField()
    account_id = models.UUIDField()
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    unit_path = models.CharField(max_length=800)

    objects = LeafQuerySet.as_manager()

    class Meta:
        db_table = "audit_leaf"
        ordering = ("index",)
        verbose_name_plural = "leaves"
        indexes = (
            models.Index(
                fields=["unit_path", "index"],
                name="leaf_unit_path",
                opclasses=["text_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["object_type", "object_id"], name="leaf_object"),
            models.Index(fields=["action"], name="leaf_action"),
        )

    def __str__(self) -> str:
        return f"{self.index} {self.action}"


class Tile(models.Model):
    """C2SP tlog-tiles tile: up to 256 hashes of 32 bytes at height 8 × level."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_tile"
        constraints = (models.UniqueConstraint(fields=["level", "index"], name="tile_level_index"),)

    def __str__(self) -> str:
        return f"tile/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed note over (origin, size, root): C2SP tlog-checkpoint."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_checkpoint"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"checkpoint of size {self.size}"


class EntryText(models.Model):
    """Free text of an entry. The leaf holds sha256(salt || value): erasing this row keeps every proof valid."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField(db_index=True)
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=16)
    value = models.TextField()

    class Meta:
        db_table = "audit_entry_text"
        constraints = (
            models.UniqueConstraint(fields=["entry_id", "field"], name="entry_text_field"),
        )

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class Anchor(models.Model):
    """What a place outside answered when it was sent a checkpoint. Insert-only."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    # As it is shown: without passwords and queries.
    place = models.CharField(max_length=300)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=timezone.now)
    receipt = models.BinaryField(default=bytes)
    # Empty: the place holds the checkpoint.
    error = models.TextField(blank=True)

    class Meta:
        db_table = "audit_anchor"
        ordering = ("-id",)
        indexes = (models.Index(fields=["kind", "place", "-id"], name="anchor_place"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.place}: {self.size}"


class LegalHold(models.Model):
    """Words that must stay: of one entry, of one person, or of everybody below a path. Insert-only.

    A row that `lifts` another ends it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    path = models.CharField(max_length=800)
    person_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    lifts = models.OneToOneField("self", models.PROTECT, null=True, related_name="lifted_by")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "audit_legal_hold"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"hold {self.id}"


class Erasure(models.Model):
    """That the words of an entry were erased. Without such a row the database refuses to delete them."""

    entry_id = models.UUIDField(primary_key=True)
    # The entry of the log that says who erased them and why.
    told_by = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "audit_erasure"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"words of {self.entry_id}"
