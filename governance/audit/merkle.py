"""Merkle tree of the audit log: RFC 6962 hashing, proofs, and C2SP tlog-tiles of height 8.

Standard library only: the offline verifier carries this file. Hashes are 32 raw bytes.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES = 0xFFFF
EMPTY_ROOT = hashlib.sha256(b"").digest()

# read(tile level, tile index) -> the tile's hashes, concatenated; may be wider than asked for.
TileReader = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof, tile or frontier that does not fit: `code` for programs, `sentence` for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the tree head over leaf hashes in order; SHA-256 of nothing for an empty tree."""
    frontier = Frontier()
    for item in leaf_hashes:
        frontier.append(item)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: a hash for each bit set in `size`, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._hashes: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (32 bytes)."""
        _check_hash(leaf)
        rest = self.size
        while rest & 1:
            leaf = node_hash(self._hashes.pop(), leaf)
            rest >>= 1
        self._hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the RFC 6962 tree head of the leaves so far."""
        return _fold(self._hashes)

    def copy(self) -> Frontier:
        """Return an independent frontier of the same tree."""
        twin = Frontier()
        twin.size, twin._hashes = self.size, list(self._hashes)
        return twin

    def to_json(self) -> dict[str, Any]:
        """Return `{"size": int, "hashes": [hex, ...]}`."""
        return {"size": self.size, "hashes": [item.hex() for item in self._hashes]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Frontier:
        """Read what `to_json` gave. Raises ProofError("bad_frontier") when the parts do not fit."""
        size, hashes = value.get("size"), value.get("hashes")
        frontier = cls()
        if (
            not isinstance(size, int)
            or isinstance(size, bool)
            or size < 0
            or not isinstance(hashes, list)
        ):
            raise ProofError("bad_frontier", "A frontier needs a size and a list of hashes.")
        # int.bit_count is missing in Python 3.9, on which the verifier runs.
        if len(hashes) != bin(size).count("1"):  # noqa: FURB161
            raise ProofError(
                "bad_frontier", f"A frontier of size {size} cannot have {len(hashes)} hashes."
            )
        frontier.size, frontier._hashes = size, [_from_hex(item) for item in hashes]
        return frontier


def inclusion_proof(read: TileReader, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[0:size]) of RFC 6962 section 2.1.1, the leaf's sibling first.

    Raises ProofError for an index outside the tree and for a tile too narrow.
    """
    _check_index(index, size)
    read = cache(read)
    start, end = 0, size
    proof: list[bytes] = []
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            proof.append(range_root(read, middle, end))
            end = middle
        else:
            proof.append(range_root(read, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(read: TileReader, old_size: int, size: int) -> list[bytes]:
    """Return PROOF(old_size, D[0:size]) of RFC 6962 section 2.1.2; empty for size 0 and equal ones.

    Raises ProofError when the old tree is larger than the new one, and for a tile too narrow.
    """
    _check_sizes(old_size, size)
    if old_size in (0, size):
        return []
    read = cache(read)
    start, end = 0, size
    proof: list[bytes] = []
    while end != old_size:
        middle = start + _largest_power_below(end - start)
        if old_size <= middle:
            proof.append(range_root(read, middle, end))
            end = middle
        else:
            proof.append(range_root(read, start, middle))
            start = middle
    if start:
        proof.append(range_root(read, start, end))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` stands at `index` in the tree of `size` with `root` (RFC 9162, 2.1.3.2).

    Raises ProofError("not_included") when it does not.
    """
    _check_index(index, size)
    for item in (leaf, root, *proof):
        _check_hash(item)
    position, last = index, size - 1
    found = leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("not_included", "The inclusion proof is longer than the tree is high.")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last or found != root:
        raise ProofError(
            "not_included", f"Entry {index} is not in the log of size {size} with this root."
        )


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` extends the tree of `old_size` (RFC 9162 section 2.1.4.2).

    Raises ProofError("not_consistent") when it does not: the log's past was changed.
    """
    _check_sizes(old_size, size)
    for item in (old_root, root, *proof):
        _check_hash(item)
    if old_size in (0, size):
        expected = EMPTY_ROOT if old_size == 0 else root
        _agree(not proof and old_root == expected and (size or root == EMPTY_ROOT), old_size, size)
        return
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    _agree(bool(path), old_size, size)
    _walk_consistency(old_size, old_root, size, root, path)


def _walk_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_found = found = path[0]
    for sibling in path[1:]:
        _agree(last != 0, old_size, size)
        if position & 1 or position == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    _agree(last == 0 and old_found == old_root and found == root, old_size, size)


def range_root(read: TileReader, start: int, end: int) -> bytes:
    """Return MTH(D[start:end]) for a range that is a subtree of some RFC 6962 tree."""
    return _fold([subtree_root(read, level, index) for level, index in _perfect(start, end)])


def subtree_root(read: TileReader, level: int, index: int) -> bytes:
    """Return MTH(D[index·2^level : (index+1)·2^level]) from the tile that holds it."""
    tile_level, height = divmod(level, TILE_HEIGHT)
    first = index << height
    tile_index, offset = divmod(first, TILE_WIDTH)
    return perfect_root(_hashes(read(tile_level, tile_index), offset, 1 << height))


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2^k hashes of one tree level."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


@dataclass(frozen=True)
class Tile:
    """One tile of C2SP tlog-tiles: `width` hashes from `index`·256 on, at tree level 8·`level`."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Path below the log's prefix, such as `tile/0/x001/234/067` or `tile/1/000.p/17`."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Path of the entry bundle that belongs to the level-0 tile `index`."""
    return f"tile/entries/{_index_path(index, width)}"


def changed_tiles(old_size: int, size: int) -> list[Tile]:
    """Return the tiles to write, with their new widths, when the log grows to `size`."""
    _check_sizes(old_size, size)
    tiles: list[Tile] = []
    level = 0
    while size > old_size:
        first, last = old_size // TILE_WIDTH, (size - 1) // TILE_WIDTH
        tiles += [
            Tile(level, index, min(TILE_WIDTH, size - index * TILE_WIDTH))
            for index in range(first, last + 1)
        ]
        old_size, size, level = old_size >> TILE_HEIGHT, size >> TILE_HEIGHT, level + 1
    return tiles


def grow_tiles(
    read: TileReader, old_size: int, leaf_hashes: Iterable[bytes]
) -> Iterator[tuple[Tile, bytes]]:
    """Yield each changed tile with its new bytes, lowest level first.

    `read` is asked only for the rightmost partial tile of each level, as it was at `old_size`.
    """
    row = list(leaf_hashes)
    for item in row:
        _check_hash(item)
    level = 0
    while row:
        kept = old_size % TILE_WIDTH
        first = old_size // TILE_WIDTH
        row = ([*_hashes(read(level, first), 0, kept)] if kept else []) + row
        tiles = [row[i : i + TILE_WIDTH] for i in range(0, len(row), TILE_WIDTH)]
        for number, tile in enumerate(tiles):
            yield Tile(level, first + number, len(tile)), b"".join(tile)
        row = [perfect_root(tile) for tile in tiles if len(tile) == TILE_WIDTH]
        old_size, level = first, level + 1


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries with their big-endian uint16 lengths (C2SP tlog-tiles, log entries).

    Raises ProofError("entry_too_large") above 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ProofError("entry_too_large", f"An entry has at most {MAX_ENTRY_BYTES} bytes.")
        parts += (struct.pack(">H", len(entry)), entry)
    return b"".join(parts)


def bundle_entries(bundle: bytes) -> list[bytes]:
    """Read what `entry_bundle` gave. Raises ProofError("bad_bundle") when it is cut off."""
    entries: list[bytes] = []
    position = 0
    while position < len(bundle):
        start = position + 2
        position = start + int.from_bytes(bundle[position:start], "big")
        if start > len(bundle) or position > len(bundle):
            raise ProofError("bad_bundle", f"The bundle is cut off in entry {len(entries)}.")
        entries.append(bundle[start:position])
    return entries


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in hashes[-2::-1]:
        found = node_hash(left, found)
    return found


def _perfect(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split a range into perfect subtrees (level, index), largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _hashes(tile: bytes, offset: int, count: int) -> list[bytes]:
    if len(tile) < (offset + count) * HASH_BYTES:
        raise ProofError(
            "tile_too_narrow", f"A tile has {len(tile) // HASH_BYTES} hashes; more are needed."
        )
    starts = range(offset * HASH_BYTES, (offset + count) * HASH_BYTES, HASH_BYTES)
    return [tile[start : start + HASH_BYTES] for start in starts]


def _index_path(index: int, width: int) -> str:
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return "/".join(reversed(parts)) + partial


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _from_hex(text: object) -> bytes:
    try:
        value = bytes.fromhex(str(text))
    except ValueError:
        raise ProofError("bad_frontier", "A frontier's hash is not hexadecimal.") from None
    _check_hash(value)
    return value


def _check_hash(value: bytes) -> None:
    if len(value) != HASH_BYTES:
        raise ProofError("wrong_hash_size", f"A hash has {HASH_BYTES} bytes, not {len(value)}.")


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofError("index_outside_log", f"Entry {index} is outside the log of size {size}.")


def _check_sizes(old_size: int, size: int) -> None:
    if not 0 <= old_size <= size:
        raise ProofError(
            "log_shrank", f"A log of size {size} cannot extend one of size {old_size}."
        )


def _agree(condition: object, old_size: int, size: int) -> None:
    if not condition:
        raise ProofError(
            "not_consistent", f"The log of size {size} does not extend the one of size {old_size}."
        )
