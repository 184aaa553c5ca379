"""The whole log as files: C2SP tlog-tiles with entry bundles, checkpoint and keys."""

from __future__ import annotations

from pathlib import Path

from governance.audit import merkle
from governance.audit.models import Checkpoint, Leaf
from governance.audit.proofs import LogKey
from governance.audit.queries import read_tile


class ExportRefused(Exception):
    """The sentence says what to do."""


def export_log(folder: Path, key: LogKey) -> Checkpoint:
    """Write the log as the newest checkpoint covers it; returns that checkpoint.

    Raises ExportRefused for a folder that is not empty, or a log without a checkpoint.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} is not empty. Name a new folder.")
    checkpoint = Checkpoint.objects.order_by("-id").first()
    if checkpoint is None:
        raise ExportRefused("No checkpoint was signed yet. Start the sequencer, and try in 10 s.")
    folder.mkdir(parents=True, exist_ok=True)
    for tile in merkle.changed_tiles(0, checkpoint.size):
        data = read_tile(tile.level, tile.index)[: tile.width * merkle.HASH_BYTES]
        write(folder / tile.path, data)
        if tile.level == 0:
            write(folder / merkle.entries_path(tile.index, tile.width), bundle(tile))
    (folder / "log.vkey").write_text(f"{key.first}\n", encoding="utf-8")
    keys = "".join(f"{one.since} {one.vkey}\n" for one in key.reigns)
    (folder / "keys").write_text(keys, encoding="utf-8")
    # Last: a folder without it is not whole.
    (folder / "checkpoint").write_text(checkpoint.note, encoding="utf-8")
    return checkpoint


def bundle(tile: merkle.Tile) -> bytes:
    first = tile.index * merkle.TILE_WIDTH
    rows = Leaf.objects.filter(index__gte=first, index__lt=first + tile.width).order_by("index")
    bodies = [bytes(body) for body in rows.values_list("body", flat=True)]
    if len(bodies) != tile.width:
        raise ExportRefused(f"Entries from {first} on are missing. Run `manage.py log_status`.")
    return merkle.entry_bundle(bodies)


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
