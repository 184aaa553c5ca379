"""Sending the newest checkpoint to each place, and keeping what each answered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.audit import merkle, note
from governance.audit.actions import SYSTEM, record
from governance.audit.models import Anchor, Checkpoint, Tile
from governance.audit.places import Place, PlaceError, read_places, text_of
from governance.audit.proofs import LogKey, newest_checkpoint
from governance.audit.queries import log_size, root_at

# A place is sent a head again after so long, though the log did not grow: a stale head is seen.
AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Outcome:
    """What became of one place: `changed` when it began to fail or works again."""

    anchor: Anchor
    changed: bool


def places() -> list[Place]:
    return read_places(settings.ANCHORS, Path(settings.MUNIMENT_HOME) / "anchors")


def receipts(place: Place) -> Anchor | None:
    """What the place answered last."""
    return Anchor.objects.filter(kind=place.kind, place=place.name).order_by("-id").first()


def newest_good(place: Place) -> Anchor | None:
    rows = Anchor.objects.filter(kind=place.kind, place=place.name, error="")
    return rows.order_by("-id").first()


def is_due(last: Anchor | None, checkpoint: Checkpoint, now: datetime) -> bool:
    if last is None or last.error or checkpoint.size > last.size:
        return True
    return now - last.at >= AGAIN


def anchor_newest(key: LogKey, targets: Sequence[Place]) -> list[Outcome]:
    """Send the newest checkpoint where it is due, and never over one that does not fit the log."""
    checkpoint, now = newest_checkpoint(), timezone.now()
    if checkpoint is None:
        return []
    due = [place for place in targets if is_due(receipts(place), checkpoint, now)]
    with ThreadPoolExecutor(max_workers=max(1, len(due))) as pool:
        looks = [checked(look, key) for look in pool.map(look_at, due)]
        answers = list(pool.map(lambda look: sent(look, checkpoint.note), looks))
    return [keep(place, checkpoint, *answer) for place, answer in zip(due, answers, strict=True)]


@dataclass(frozen=True)
class Look:
    """What a place held before anything was sent to it, or why that cannot be said."""

    place: Place
    held: str | None
    error: str = ""


def look_at(place: Place) -> Look:
    """Asks no database: it runs in a thread of its own, as `sent` does."""
    try:
        return Look(place, place.held())
    except PlaceError as error:
        return Look(place, None, str(error))
    except OSError as error:
        return Look(place, None, f"What {place.name} holds cannot be read: {error}")


def checked(look: Look, key: LogKey) -> Look:
    """What is held must fit the log; where it does not, it stays as it is, for whoever compares."""
    return replace(look, error=look.error or misfit(look.held, key))


def sent(look: Look, signed: str) -> tuple[bytes, str]:
    """Receipt and error."""
    if look.error:
        return b"", look.error
    try:
        if look.held and size_of(look.held) > size_of(signed):
            # Never put an older head over a newer one.
            return b"", ""
        return look.place.send(signed), ""
    except PlaceError as error:
        return b"", str(error)
    except (note.NoteError, OSError) as error:
        return b"", f"{look.place.name} does not take the checkpoint: {error}"


def size_of(signed: str) -> int:
    return note.Checkpoint.parse(text_of(signed)).size


def misfit(held: str | None, key: LogKey) -> str:
    """Why the log is not the one that the place knows; empty where it is."""
    return compare(held, key) if held else ""


def compare(signed: str, key: LogKey) -> str:
    """Why the present log does not extend this signed checkpoint; empty where it does."""
    try:
        size = note.Checkpoint.parse(text_of(signed)).size
        known = note.verify_checkpoint(signed, [key.verifier_for(size)], key.origin)
    except note.NoteError as error:
        return f"The checkpoint cannot be used: {error.sentence}"
    present = log_size()
    if known.size > present:
        return (
            f"A checkpoint of size {known.size} was signed; the log holds {present} entries. "
            "Its tail was cut off, or an old backup was restored."
        )
    try:
        root = root_at(known.size)
    except (merkle.ProofError, Tile.DoesNotExist):
        return "The log's tiles do not fit its size."
    if root != known.root:
        return f"The log's first {known.size} entries are not those of the checkpoint: it was rewritten."
    return ""


@transaction.atomic
def keep(place: Place, checkpoint: Checkpoint, receipt: bytes, error: str) -> Outcome:
    """A row for the answer. The first failure in a row and the recovery are entered in the log."""
    last, now = receipts(place), timezone.now()
    anchor = Anchor(
        kind=place.kind,
        place=place.name,
        size=checkpoint.size,
        root=bytes(checkpoint.root),
        at=now,
        receipt=receipt,
        error=error,
    )
    was_failing = last is not None and bool(last.error)
    if not (error and was_failing and last and last.error == error and now - last.at < AGAIN):
        anchor.save()
    changed = bool(error) != was_failing
    if changed:
        record(
            "anchor.failed" if error else "anchor.recovered",
            by=SYSTEM,
            object_type="anchor",
            object_id=f"{place.kind}:{place.name}"[:80],
            unit_path="/",
            facts={"kind": place.kind, "size": str(checkpoint.size)},
            texts={"reason": error} if error else None,
        )
    return Outcome(anchor, changed)
