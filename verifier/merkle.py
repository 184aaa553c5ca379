"""The Merkle tree of the log (RFC 6962) from its leaf hashes, kept as C2SP tlog-tiles of height 8."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from .faults import Changed

HASH = 32
WIDTH = 256
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00, entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01, left, right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect_root(row: bytes) -> bytes:
    """The root over 2^k hashes that stand one behind the other."""
    sha256 = hashlib.sha256
    while len(row) > HASH:
        row = b"".join([sha256(b"\x01" + row[i : i + 64]).digest() for i in range(0, len(row), 64)])
    return row


class Tree:
    """All leaf hashes of a log and, computed from them, what stands on every eighth level."""

    def __init__(self, leaves: bytes) -> None:
        self.size = len(leaves) // HASH
        self.levels = [leaves]
        self._roots: dict[int, bytes] = {0: EMPTY_ROOT}
        step = WIDTH * HASH
        while len(self.levels[-1]) >= step:
            row = self.levels[-1]
            whole = len(row) // step * step
            self.levels.append(
                b"".join([perfect_root(row[i : i + step]) for i in range(0, whole, step)])
            )

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index below the size."""
        return self.levels[0][index * HASH : (index + 1) * HASH]

    def root(self, size: int) -> bytes:
        """The tree head over the first `size` leaves, `size` at most the tree's own; computed once."""
        if size not in self._roots:
            self._roots[size] = self._root(size)
        return self._roots[size]

    def _root(self, size: int) -> bytes:
        parts = list(self._perfect(size))
        found = parts.pop()
        while parts:
            found = node_hash(parts.pop(), found)
        return found

    def _perfect(self, size: int) -> Iterator[bytes]:
        """Roots of the perfect trees that make up the first `size` leaves, largest first."""
        start = 0
        while start < size:
            level = (size - start).bit_length() - 1
            yield self._subtree(level, start >> level)
            start += 1 << level

    def _subtree(self, level: int, index: int) -> bytes:
        row, height = divmod(level, 8)
        width = HASH << height
        return perfect_root(self.levels[row][index * width : (index + 1) * width])


def tiles(size: int) -> Iterator[tuple[int, int, int, str]]:
    """(level, index, width, path below `log/`) of each tile of a log of this size."""
    level = 0
    while size:
        for index in range((size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, size - index * WIDTH)
            yield level, index, width, tile_path(level, index, width)
        size, level = size // WIDTH, level + 1


def tile_path(level: int, index: int, width: int) -> str:
    """`tile/0/x001/234/067`, or `tile/1/000.p/17` for a tile that is not full."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise Changed unless the proof leads from the leaf at `index` to the root (RFC 9162, 2.1.3.2)."""
    sentence = f"The proof does not lead from entry {index} to the root of size {size}."
    if not 0 <= index < size:
        raise Changed(f"Entry {index} is outside the log of size {size}.")
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            raise Changed(sentence)
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last or found != root:
        raise Changed(sentence)
