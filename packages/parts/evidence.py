"""The scope's signed statements, as signed and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat

from packages.archive import Archive
from packages.case import Case

CHUNK = 200
REGISTER = (
    "index",
    "id",
    "type",
    "kind",
    "scope",
    "produced",
    "assurance",
    "key",
    "payload sha256",
    "subjects",
)
COLUMNS = (
    *("log_index", "id", "type", "kind", "scope", "produced", "assurance"),
    *("keyid", "payload_sha256", "subjects"),
)


def write(archive: Archive, case: Case) -> int:
    """Write the members below evidence/; returns how many statements there are."""
    archive.add("evidence/envelopes.ndjson", envelopes(case))
    archive.add_table("evidence/register.csv", REGISTER, register(case))
    return len(case.book.all)


def envelopes(case: Case) -> Iterator[bytes]:
    rows = case.evidence.values_list("envelope", flat=True)
    for envelope in rows.iterator(chunk_size=CHUNK):
        yield bytes(envelope) + b"\n"


def register(case: Case) -> Iterator[tuple[object, ...]]:
    scope = Concat("scope_type", Value(" "), Cast("scope_id", CharField()))
    rows = case.evidence.annotate(
        scope=scope, produced=KT("statement__predicate__producedAt")
    ).values_list(*COLUMNS)
    for *head, subjects in rows.iterator(chunk_size=CHUNK):
        yield (*head, " ".join(subjects))
