from __future__ import annotations

from django.db.models import Max

from governance.audit import merkle
from governance.audit.models import Leaf, Tile


def log_size() -> int:
    """How many entries the log holds now."""
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def read_tile(level: int, index: int) -> bytes:
    return bytes(Tile.objects.values_list("hashes", flat=True).get(level=level, index=index))


def root_at(size: int) -> bytes:
    """Root over the log's first `size` entries, from the tiles: 32 bytes."""
    return merkle.range_root(read_tile, 0, size) if size else merkle.root_of([])
