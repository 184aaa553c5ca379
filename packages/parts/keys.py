"""Which signature counts, from when to when: the keys of statements, as the log's entries say."""

from __future__ import annotations

from collections.abc import Iterator

from governance.evidence.models import SigningKey
from packages.archive import Archive
from packages.case import Case

TITLES = (
    "keyid",
    "public",
    "purpose",
    "answers",
    "from index",
    "expires",
    "revoked from size",
    "why",
)


def write(archive: Archive, case: Case) -> None:
    archive.add_table("keys.csv", TITLES, rows(case))


def rows(case: Case) -> Iterator[tuple[object, ...]]:
    """A line for each key that the log knows below the package's size, and each of its revocations."""
    for key in SigningKey.objects.with_index().order_by("valid_from"):
        if key.log_index is None or key.log_index >= case.size:
            continue
        head = (
            key.keyid,
            key.public,
            key.purpose,
            case.names.of(str(key.person_id or "")),
            key.log_index,
            key.expires_at,
        )
        ended = [one for one in key.revocations.all() if one.log_index is not None]
        known = [one for one in ended if one.log_index < case.size]
        for one in known:
            yield (*head, one.from_size, one.why)
        if not known:
            yield (*head, "", "")
