"""Files that the scope's statements name: documents of the organisation, and the reports of the period."""

from __future__ import annotations

import re
from collections.abc import Iterator

from governance.registry import store
from packages.archive import Archive
from packages.case import Case
from reports.content.book import Said, in_period, short_id

CHUNK = 2**20
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write(archive: Archive, case: Case) -> int:
    """Write the members below documents/ and reports/; returns how many files there are."""
    count = 0
    for folder, found in (("documents", documents(case)), ("reports", reports(case))):
        for one, sha256, filename in found:
            path = store.path_of(sha256)
            if path.is_file():
                name = f"{folder}/{short_id(one.id)}-{safe(filename)}"
                archive.add(name, chunks(sha256))
                count += 1
    return count


def documents(case: Case) -> Iterator[tuple[Said, str, str]]:
    for one in case.book.records("document"):
        yield one, str(one.fields["file"]), name_of(one, str(one.fields["file"]))


def reports(case: Case) -> Iterator[tuple[Said, str, str]]:
    for one in in_period(case.book.of_type("report"), case.since):
        yield one, one.subjects[0], name_of(one, one.subjects[0])


def name_of(one: Said, sha256: str) -> str:
    """What the statement calls the file of this digest."""
    return one.names.get(sha256, sha256)


def chunks(sha256: str) -> Iterator[bytes]:
    with store.path_of(sha256).open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def safe(filename: str) -> str:
    """A name that any system stores: no folders, no odd characters."""
    return UNSAFE.sub("-", filename).strip(".-")[-100:] or "file"
