"""Files that the scope's statements name: documents of the organisation, and the reports of the period."""

from __future__ import annotations

import re
from collections.abc import Iterator

from governance.audit.models import Checkpoint
from governance.evidence.models import Evidence
from governance.registry import store
from packages.archive import Archive, chunks
from packages.case import Case
from reports.content.book import Said, in_period, short_id
from reports.proof import SUFFIX, statement_proof

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write(archive: Archive, case: Case) -> int:
    """Write the members below documents/ and reports/; returns how many files there are."""
    names = [add(archive, "documents", *one) for one in documents(case)]
    checkpoint = Checkpoint.objects.filter(size=case.size).order_by("-id").first()
    assert checkpoint is not None  # the snapshot was taken under it
    found = list(reports(case))
    rows = Evidence.objects.filter(id__in=[said.id for said, _, _ in found])
    stated = {str(row.id): row for row in rows}
    for said, sha256, filename in found:
        if name := add(archive, "reports", said, sha256, filename):
            text = statement_proof(stated[said.id], checkpoint)
            assert text is not None  # the statement is below the checkpoint's size
            archive.add(name + SUFFIX, [text.encode()])
            names.append(name)
    return sum(name is not None for name in names)


def add(archive: Archive, folder: str, said: Said, sha256: str, filename: str) -> str | None:
    """Write a kept file; returns its name in the package, or None where the store has lost it."""
    if not store.path_of(sha256).is_file():
        return None
    name = f"{folder}/{short_id(said.id)}-{safe(filename)}"
    archive.add(name, chunks(store.path_of(sha256)))
    return name


def documents(case: Case) -> Iterator[tuple[Said, str, str]]:
    for one in case.book.records("document"):
        yield one, str(one.fields["file"]), name_of(one, str(one.fields["file"]))


def reports(case: Case) -> Iterator[tuple[Said, str, str]]:
    for one in in_period(case.book.of_type("report"), case.since):
        yield one, one.subjects[0], name_of(one, one.subjects[0])


def name_of(one: Said, sha256: str) -> str:
    """What the statement calls the file of this digest."""
    return one.names.get(sha256, sha256)


def safe(filename: str) -> str:
    """A name that any system stores: no folders, no odd characters."""
    return UNSAFE.sub("-", filename).strip(".-")[-100:] or "file"
