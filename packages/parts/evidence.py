"""The scope's signed statements, as signed and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from governance.evidence import dsse
from governance.evidence.models import Evidence
from packages.archive import Archive
from packages.case import Case

CHUNK = 200
REGISTER = (
    "index",
    "id",
    "type",
    "kind",
    "scope",
    "scope id",
    "produced",
    "assurance",
    "key",
    "payload sha256",
    "subjects",
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
    for one in case.evidence.defer("statement").iterator(chunk_size=CHUNK):
        yield (
            one.log_index,
            one.id,
            one.type,
            one.kind,
            one.scope_type,
            one.scope_id,
            one.produced_at,
            one.assurance,
            signer_of(one),
            one.payload_sha256,
            " ".join(one.subjects),
        )


def signer_of(one: Evidence) -> str:
    envelope = dsse.read_envelope(bytes(one.envelope))
    return " ".join(held["keyid"] for held in envelope["signatures"])
