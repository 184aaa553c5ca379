from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypedDict
from uuid import UUID

from django.db.models import BigIntegerField, OuterRef, Q, Subquery

from governance.audit.models import Leaf
from governance.audit.querysets import ScopedQuerySet
from governance.evidence.choices import PredicateType

if TYPE_CHECKING:
    from governance.evidence.models import Evidence  # noqa: F401 (named in a type parameter)


class Indexed(TypedDict):
    """A statement at its place in the log, as the rule engine reads it."""

    index: int
    digest: str
    statement: dict[str, Any]


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    def with_index(self) -> Self:
        """Adds `log_index`: the leaf index of the entry that recorded each; null until sequenced."""
        leaf = Leaf.objects.filter(entry_id=OuterRef("entry_id")).values("index")[:1]
        return self.annotate(log_index=Subquery(leaf, output_field=BigIntegerField()))

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

    def indexed(self) -> list[Indexed]:
        """What the rule engine reads: index, digest and statement of each row (needs `with_index`)."""
        names = ("log_index", "payload_sha256", "statement")
        rows = self.values_list(*names)
        return [{"index": i, "digest": d, "statement": s} for i, d, s in rows]
