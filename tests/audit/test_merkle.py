from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audit import merkle
from governance.audit.merkle import Frontier, ProofError, Tile

# Certificate Transparency's reference inputs and the heads of their first 0 to 8 entries.
CT_ENTRIES = [
    bytes.fromhex(text)
    for text in [
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    ]
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 8): "96a296d2 5f083f0a 6b47aaf2",
    (5, 8): "bc1a0643 ca854ea1 d37ee418",
    (2, 3): "fac54203",
    (1, 5): "6e340b9c 5f083f0a bc1a0643",
}
CT_CONSISTENCY = {
    (1, 8): "96a296d2 5f083f0a 6b47aaf2",
    (6, 8): "0ebc5d34 ca854ea1 d37ee418",
    (2, 5): "5f083f0a bc1a0643",
}


class Log:
    """Tiles of a log in memory, grown the way the sequencer grows them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.leaves: list[bytes] = []

    def append(self, leaves: list[bytes]) -> list[Tile]:
        changed = []
        for tile, hashes in merkle.grow_tiles(self.read, len(self.leaves), leaves):
            assert len(hashes) == tile.width * merkle.HASH_BYTES
            self.tiles[tile.level, tile.index] = hashes
            changed.append(tile)
        self.leaves += leaves
        return changed

    def read(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]


def log_of(size: int) -> Log:
    log = Log()
    log.append([merkle.leaf_hash(b"entry %d" % number) for number in range(size)])
    return log


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962's own recursive definition, written out again."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    pair = recursive_root(leaves[:split]) + recursive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + pair).digest()


def refusal(call: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(ProofError) as caught:
        call(*args)
    return caught.value.code


def short(proof: list[bytes]) -> str:
    return " ".join(item.hex()[:8] for item in proof)


@pytest.mark.parametrize("size", range(9))
def test_heads_are_those_of_certificate_transparency(size: int) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in CT_ENTRIES[:size]]
    assert merkle.root_of(leaves).hex() == CT_ROOTS[size]


def test_proofs_are_those_of_certificate_transparency() -> None:
    log = Log()
    log.append([merkle.leaf_hash(entry) for entry in CT_ENTRIES])
    for (index, size), expected in CT_INCLUSION.items():
        assert short(merkle.inclusion_proof(log.read, index, size)) == expected
    for (old, size), expected in CT_CONSISTENCY.items():
        assert short(merkle.consistency_proof(log.read, old, size)) == expected


def test_frontier_gives_the_recursive_root_at_every_size() -> None:
    leaves = log_of(70).leaves
    frontier = Frontier()
    for size in range(71):
        assert frontier.root() == recursive_root(leaves[:size])
        if size < 70:
            frontier.append(leaves[size])


def test_every_entry_of_every_small_log_is_proven() -> None:
    log = log_of(70)
    for size in range(1, 71):
        root = recursive_root(log.leaves[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(log.read, index, size)
            merkle.verify_inclusion(log.leaves[index], index, size, proof, root)
            wrong = log.leaves[(index + 1) % 70]
            assert (
                refusal(merkle.verify_inclusion, wrong, index, size, proof, root) == "not_included"
            )


def test_every_pair_of_small_logs_is_consistent() -> None:
    log = log_of(70)
    roots = [recursive_root(log.leaves[:size]) for size in range(71)]
    for size in range(71):
        for old in range(size + 1):
            proof = merkle.consistency_proof(log.read, old, size)
            merkle.verify_consistency(old, roots[old], size, roots[size], proof)
            args = (old, merkle.leaf_hash(b"other"), size, roots[size], proof)
            assert refusal(merkle.verify_consistency, *args) == "not_consistent"


def test_a_rewritten_past_is_found() -> None:
    log, rewritten = log_of(40), log_of(69)
    rewritten.leaves[3] = merkle.leaf_hash(b"changed afterwards")
    forged = Log()
    forged.append(rewritten.leaves)
    proof = merkle.consistency_proof(forged.read, 40, 69)
    old, new = merkle.root_of(log.leaves), merkle.root_of(forged.leaves)
    assert refusal(merkle.verify_consistency, 40, old, 69, new, proof) == "not_consistent"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 600), st.data())
def test_any_changed_byte_of_an_inclusion_proof_is_found(size: int, data: st.DataObject) -> None:
    log = log_of(size)
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_of(log.leaves)
    parts = [log.leaves[index], root, *merkle.inclusion_proof(log.read, index, size)]
    merkle.verify_inclusion(parts[0], index, size, parts[2:], parts[1])
    number, byte = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 31))
    changed = bytearray(parts[number])
    changed[byte] ^= data.draw(st.integers(1, 255))
    parts[number] = bytes(changed)
    code = refusal(merkle.verify_inclusion, parts[0], index, size, parts[2:], parts[1])
    assert code == "not_included"


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 600), st.data())
def test_any_changed_byte_of_a_consistency_proof_is_found(size: int, data: st.DataObject) -> None:
    log = log_of(size)
    old = data.draw(st.integers(1, size - 1))
    roots = [merkle.root_of(log.leaves[:old]), merkle.root_of(log.leaves)]
    parts = [*roots, *merkle.consistency_proof(log.read, old, size)]
    merkle.verify_consistency(old, parts[0], size, parts[1], parts[2:])
    number, byte = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 31))
    changed = bytearray(parts[number])
    changed[byte] ^= data.draw(st.integers(1, 255))
    parts[number] = bytes(changed)
    code = refusal(merkle.verify_consistency, old, parts[0], size, parts[1], parts[2:])
    assert code == "not_consistent"


@pytest.mark.parametrize(
    "change",
    [lambda p: p[:-1], lambda p: [*p, p[0]], lambda p: p[::-1]],
    ids=["shortened", "lengthened", "reordered"],
)
def test_shortened_lengthened_and_reordered_proofs_are_found(change: Any) -> None:
    log = log_of(300)
    root, old_root = merkle.root_of(log.leaves), merkle.root_of(log.leaves[:77])
    inclusion = change(merkle.inclusion_proof(log.read, 77, 300))
    consistency = change(merkle.consistency_proof(log.read, 77, 300))
    code = refusal(merkle.verify_inclusion, log.leaves[77], 77, 300, inclusion, root)
    assert code == "not_included"
    code = refusal(merkle.verify_consistency, 77, old_root, 300, root, consistency)
    assert code == "not_consistent"


def test_a_hash_of_another_length_cannot_stand_in_for_a_leaf() -> None:
    left, right = log_of(2).leaves
    root = merkle.node_hash(left, right)
    shifted = (left + right)[:16], (left + right)[16:]
    assert refusal(merkle.verify_inclusion, shifted[0], 0, 2, [shifted[1]], root) == (
        "wrong_hash_size"
    )


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_an_index_outside_the_log_is_refused(index: int) -> None:
    log = log_of(5)
    assert refusal(merkle.inclusion_proof, log.read, index, 5) == "index_outside_log"
    root = merkle.root_of(log.leaves)
    code = refusal(merkle.verify_inclusion, log.leaves[0], index, 5, [], root)
    assert code == "index_outside_log"


def test_a_log_that_shrank_is_refused() -> None:
    root = merkle.root_of(log_of(3).leaves)
    assert refusal(merkle.consistency_proof, log_of(3).read, 4, 3) == "log_shrank"
    assert refusal(merkle.verify_consistency, 4, root, 3, root, []) == "log_shrank"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_tiles_grown_in_steps_equal_tiles_grown_at_once(steps: list[int]) -> None:
    whole, log, size = log_of(sum(steps)), Log(), 0
    for step in steps:
        changed = log.append(whole.leaves[size : size + step])
        assert changed == merkle.changed_tiles(size, size + step)
        size += step
    assert log.tiles == whole.tiles


def test_proofs_cross_tiles_of_two_levels() -> None:
    log = log_of(66_000)
    root = merkle.root_of(log.leaves)
    assert (2, 0) in log.tiles
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        proof = merkle.inclusion_proof(log.read, index, 66_000)
        merkle.verify_inclusion(log.leaves[index], index, 66_000, proof, root)
    for old in (1, 256, 300, 65_535, 65_536, 65_999):
        proof = merkle.consistency_proof(log.read, old, 66_000)
        old_root = merkle.root_of(log.leaves[:old])
        merkle.verify_consistency(old, old_root, 66_000, root, proof)


def test_tile_widths_are_those_of_the_specification() -> None:
    tiles = merkle.changed_tiles(0, 70_000)
    assert [t.width for t in tiles if t.level == 0] == [256] * 273 + [112]
    assert [t.width for t in tiles if t.level == 1] == [256, 17]
    assert [t.width for t in tiles if t.level == 2] == [1]
    assert merkle.changed_tiles(0, 256) == [Tile(0, 0, 256), Tile(1, 0, 1)]


def test_growing_within_one_tile_changes_only_that_tile() -> None:
    assert merkle.changed_tiles(5, 9) == [Tile(0, 0, 9)]
    assert merkle.changed_tiles(9, 9) == []
    assert merkle.changed_tiles(511, 512) == [Tile(0, 1, 256), Tile(1, 0, 2)]


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 1_234_067, 256).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 17).path == "tile/1/000.p/17"
    assert merkle.entries_path(1_000, 3) == "tile/entries/x001/000.p/3"


def test_a_tile_that_is_too_narrow_is_reported() -> None:
    log = log_of(10)
    assert refusal(merkle.inclusion_proof, log.read, 3, 20) == "tile_too_narrow"


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_entry_bundles_read_back(entries: list[bytes]) -> None:
    assert merkle.bundle_entries(merkle.entry_bundle(entries)) == entries


def test_a_cut_bundle_and_a_large_entry_are_refused() -> None:
    bundle = merkle.entry_bundle([b"first", b"second"])
    for end in (1, 3, len(bundle) - 1, 8):
        assert refusal(merkle.bundle_entries, bundle[:end]) == "bad_bundle"
    assert merkle.bundle_entries(merkle.entry_bundle([b"x" * 65_535])) == [b"x" * 65_535]
    assert refusal(merkle.entry_bundle, [b"x" * 65_536]) == "entry_too_large"


def test_frontier_survives_being_stored() -> None:
    frontier = Frontier()
    for leaf in log_of(77).leaves:
        frontier.append(leaf)
    stored = Frontier.from_json(frontier.to_json())
    twin = frontier.copy()
    stored.append(merkle.leaf_hash(b"next"))
    twin.append(merkle.leaf_hash(b"next"))
    assert stored.root() == twin.root() != frontier.root()
    assert (stored.size, frontier.size) == (78, 77)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"size": 3, "hashes": ["00" * 32]},
        {"size": -1, "hashes": []},
        {"size": True, "hashes": ["00" * 32]},
        {"size": 1, "hashes": ["zz" * 32]},
        {"size": 1, "hashes": "00"},
    ],
)
def test_a_frontier_that_does_not_fit_is_refused(value: dict[str, Any]) -> None:
    assert refusal(Frontier.from_json, value) == "bad_frontier"


def test_only_hashes_enter_the_tree() -> None:
    assert refusal(Frontier().append, b"not a hash") == "wrong_hash_size"
