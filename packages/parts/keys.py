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
    """A line for each key that the log knows below the package's size, and for each of its revocations."""
    keyring = SigningKey.objects.keyring()
    people = SigningKey.objects.exclude(person=None).values_list("keyid", "person_id")
    answers = {keyid: str(person) for keyid, person in people}
    for key in sorted(keyring.keys.values(), key=lambda one: one.index or 0):
        if key.index is None or key.index >= case.size:
            continue
        person = case.names.of(answers.get(key.keyid))
        head = (key.keyid, key.public, key.purpose, person, key.index, key.expires)
        known = [one for one in key.revocations if one.index is not None and one.index < case.size]
        for one in known:
            yield (*head, one.start, one.why)
        if not known:
            yield (*head, "", "")
