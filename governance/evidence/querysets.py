from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypedDict
from uuid import UUID

from django.db import models
from django.db.models import BigIntegerField, BinaryField, OuterRef, Prefetch, Q, Subquery

from governance.audit.models import Leaf
from governance.audit.querysets import ScopedQuerySet, Sight, within
from governance.evidence.checked import Row, checked
from governance.evidence.choices import PredicateType
from governance.evidence.keyring import (
    REVOKED_ACTION,
    Key,
    Keyring,
    Revocation,
    revocations_of,
)

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
        """What is judged: statements of the log's first `size` entries, each held against its entry.

        The same size gives the same answer for ever. Raises EvidenceChanged, naming the index, for a
        row that does not say what was signed: nothing is judged from such rows.
        """
        rows = self.in_log_up_to(size).annotate(entry=entry_part("body", BinaryField()))
        revoked = revoked_from(size)
        names = ("log_index", "payload_sha256", "statement", "keyid", "entry")
        found: list[Indexed] = []
        for index, digest, statement, keyid, entry in rows.values_list(*names):
            signer = checked(Row(index, digest, statement, keyid, bytes(entry)))
            is_revoked = signer in revoked and revoked[signer] <= index
            found.append(
                {"index": index, "digest": digest, "statement": statement, "revoked": is_revoked}
            )
        return found


def revoked_from(size: int) -> dict[str, int]:
    """Of each revoked key the size it is revoked from, by the log's first `size` entries, not by any row."""
    entries = Leaf.objects.filter(action=REVOKED_ACTION, index__lt=size).values_list(
        "index", "body"
    )
    return revocations_of((index, json.loads(bytes(body))) for index, body in entries)


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
