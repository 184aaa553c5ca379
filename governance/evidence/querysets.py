from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self, TypedDict
from uuid import UUID

from django.db import models
from django.db.models import BigIntegerField, BinaryField, OuterRef, Prefetch, Q, Subquery

from governance.audit.models import Leaf
from governance.audit.querysets import ScopedQuerySet, Sight, within
from governance.evidence.checked import Row, checked
from governance.evidence.choices import PredicateType
from governance.evidence.keyring import Key, Keyring, Revocation, keyring_of

if TYPE_CHECKING:
    from governance.evidence.models import (  # noqa: F401 (named in type parameters)
        Evidence,
        KeyRevocation,
        SigningKey,
    )


class Indexed(TypedDict):
    """A statement at its place in the log, as the rule engine reads it.

    `revoked`: the key that signed it is revoked from here or before, as the log read so far says.
    """

    index: int
    digest: str
    statement: dict[str, Any]
    revoked: bool


def entry_part(name: str, field: models.Field[Any, Any]) -> Subquery:
    """A column of the leaf that holds the row's entry; null until sequenced."""
    leaf = Leaf.objects.filter(entry_id=OuterRef("entry_id")).values(name)[:1]
    return Subquery(leaf, output_field=field)


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    def with_index(self) -> Self:
        """Adds `log_index`: the leaf index of the entry that recorded each; null until sequenced."""
        return self.annotate(log_index=entry_part("index", BigIntegerField()))

    def in_log_up_to(self, size: int) -> Self:
        """Members of the log's first `size` entries, in the log's order."""
        return self.with_index().filter(log_index__lt=size).order_by("log_index")

    def records(self, kind: str) -> Self:
        return self.filter(type=PredicateType.RECORD, kind=kind)

    def of_record(self, record_id: UUID) -> Self:
        return self.filter(type=PredicateType.RECORD, record_id=record_id).order_by("-revision")

    def about(self, scope_ids: Iterable[UUID | str], digests: Iterable[str] = ()) -> Self:
        """Whatever is said at one of these scopes or about one of these digests."""
        return self.filter(Q(scope_id__in=list(scope_ids)) | Q(subjects__overlap=list(digests)))

    def indexed(self, size: int) -> list[Indexed]:
        """What is judged: statements of the log's first `size` entries, each held against its entry and its signature.

        The same size gives the same answer for ever. Raises EvidenceChanged, naming the index, for a
        row that does not say what was signed: nothing is judged from such rows.
        """
        from governance.evidence.signed import check_signed  # noqa: PLC0415 (keys import models, models this)

        asked = self.in_log_up_to(size).annotate(entry=entry_part("body", BinaryField()))
        names = ("number", "log_index", "payload_sha256", "statement", "keyid", "entry")
        rows = {
            number: Row(index, digest, statement, keyid, bytes(entry))
            for number, index, digest, statement, keyid, entry in asked.values_list(*names)
        }
        for row in rows.values():
            checked(row)
        ring = ring_at(size)
        check_signed(rows, ring, size, self.envelopes)
        return [
            {
                "index": row.place,
                "digest": row.digest,
                "statement": row.statement,
                "revoked": ring.keys[row.keyid].is_revoked_at(row.place, size),
            }
            for row in rows.values()
        ]

    def envelopes(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        rows = self.model._default_manager.filter(number__in=numbers).order_by()
        for number, envelope in rows.values_list("number", "envelope").iterator(chunk_size=500):
            yield number, bytes(envelope)


def ring_at(size: int) -> Keyring:
    """The keys as the log's first `size` entries say, not by any row."""
    entries = Leaf.objects.filter(object_type="key", index__lt=size).values_list("index", "body")
    return keyring_of((index, json.loads(bytes(body))) for index, body in entries)


class KeyRevocationQuerySet(models.QuerySet["KeyRevocation"]):
    def with_index(self) -> Self:
        return self.annotate(log_index=entry_part("index", BigIntegerField()))


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def visible_to(self, principal: Sight) -> Self:
        """The installation's keys, and those of pipelines that work at or below the principal's places."""
        return self.filter(Q(unit=None) | within(principal.paths, "unit__path"))

    def with_index(self) -> Self:
        """Adds `log_index`, and to each revocation its own."""
        from governance.evidence.models import KeyRevocation  # noqa: PLC0415 (models import this)

        revocations = Prefetch("revocations", KeyRevocation.objects.with_index())
        return self.annotate(log_index=entry_part("index", BigIntegerField())).prefetch_related(
            revocations
        )

    def keyring(self) -> Keyring:
        return Keyring({row.keyid: key_of(row) for row in self.with_index()})


def key_of(row: Any) -> Key:
    """From a row of `with_index`."""
    return Key(
        keyid=row.keyid,
        public=row.public,
        purpose=row.purpose,
        account=str(row.account_id) if row.account_id else None,
        index=row.log_index,
        expires=row.expires_at,
        revocations=tuple(
            Revocation(one.log_index, one.from_size, one.why) for one in row.revocations.all()
        ),
    )
