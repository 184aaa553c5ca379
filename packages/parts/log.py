"""The log: every leaf hash as tiles, the signed heads, the scope's entries and people's words beside them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models.functions import TruncDate

from governance.audit import merkle
from governance.audit.models import Anchor, Checkpoint, EntryText, Leaf
from governance.audit.queries import read_tile
from packages.archive import Archive
from packages.case import Case

CHUNK = 500
ANCHORS = ("kind", "place", "size", "root", "at", "receipt")
T = TypeVar("T")
HASH = merkle.HASH_BYTES


def write(archive: Archive, case: Case) -> int:
    """Write the members below log/; returns how many entries are the scope's."""
    newest = Checkpoint.objects.filter(size=case.size).order_by("-id").first()
    assert newest is not None  # the snapshot was taken under it
    archive.add("log/checkpoint", [newest.note.encode()])
    archive.add_json_lines("log/checkpoints.ndjson", (one.note for one in earlier(newest)))
    for tile in merkle.changed_tiles(0, case.size):
        data = read_tile(tile.level, tile.index)[: tile.width * HASH]
        archive.add(f"log/{tile.path}", [data])
    counted = Counter()
    archive.add("log/entries.tsv", counted.lines(case))
    archive.add_table("log/anchors.csv", ANCHORS, map(anchor_row, anchors(case.size)))
    archive.add_table("log/words.csv", ("index", "field", "salt", "text"), words(case))
    return counted.entries


def earlier(newest: Checkpoint) -> list[Checkpoint]:
    """Checkpoints before the newest one, oldest first: the last of each day, and the last that each place got."""
    rows = Checkpoint.objects.filter(id__lt=newest.pk)
    dated = rows.annotate(day=TruncDate("signed_at"))
    daily = dated.order_by("day", "-id").distinct("day")
    anchored = rows.filter(size__in=[one.size for one in anchors(newest.size)])
    found = {one.pk: one for one in [*daily, *anchored.order_by("size", "-id").distinct("size")]}
    return [found[pk] for pk in sorted(found)]


def anchors(size: int) -> list[Anchor]:
    """What places outside hold of this log: the newest good receipt of each day and place, oldest first."""
    rows = Anchor.objects.filter(size__lte=size, error="").annotate(day=TruncDate("at"))
    held = rows.order_by("day", "kind", "place", "-id").distinct("day", "kind", "place")
    return sorted(held, key=lambda one: one.pk)


def anchor_row(one: Anchor) -> tuple[object, ...]:
    receipt = base64.b64encode(bytes(one.receipt)).decode()
    return one.kind, one.place, one.size, bytes(one.root).hex(), one.at, receipt


def chunked(rows: Iterable[T]) -> Iterator[list[T]]:
    found = iter(rows)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


class Counter:
    """Gives the entries' lines and counts them."""

    def __init__(self) -> None:
        self.entries = 0

    def lines(self, case: Case) -> Iterator[bytes]:
        rows = case.leaves.values_list("index", "body").iterator(chunk_size=CHUNK)
        for chunk in chunked(rows):
            self.entries += len(chunk)
            yield b"".join(b"%d\t%b\n" % (index, bytes(body)) for index, body in chunk)


def words(case: Case) -> Iterator[tuple[object, ...]]:
    rows = case.leaves.values_list("entry_id", "index").iterator(chunk_size=CHUNK)
    for chunk in chunked(rows):
        index_of = dict(chunk)
        texts = EntryText.objects.filter(entry_id__in=index_of)
        for text in sorted(texts, key=lambda one: (index_of[one.entry_id], one.field)):
            yield index_of[text.entry_id], text.field, bytes(text.salt).hex(), text.value


def changes(case: Case) -> Iterator[tuple[object, ...]]:
    """What was done in the period, in the order of the log."""
    rows: Iterator[Leaf] = case.leaves.filter(at__gte=case.since, at__lte=case.until).iterator(
        chunk_size=CHUNK
    )
    for leaf in rows:
        yield (
            leaf.index,
            leaf.at,
            leaf.action,
            case.names.of(str(leaf.person_id)),
            leaf.account_id,
            leaf.object_type,
            leaf.object_id,
        )


CHANGES = ("index", "at", "action", "person", "account", "object type", "object")
