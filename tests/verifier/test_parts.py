"""Tree, canonical JSON, notes: against published values and against the platform's own code."""

from __future__ import annotations

import hashlib
import random

import pytest

from governance.audit import canonical as audit_canonical
from governance.audit import merkle as audit_merkle
from governance.audit import note as audit_note
from tests.verifier import making
from verifier import canonical, merkle, note
from verifier.faults import Changed
from verifier.signatures import checker
from verifier.times import microseconds

# Certificate Transparency's reference inputs; the head of all eight.
CT_ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def tree_of(size: int) -> merkle.Tree:
    return merkle.Tree(b"".join(merkle.leaf_hash(b"%d" % number) for number in range(size)))


def simple_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(
        b"\x01" + simple_root(leaves[:half]) + simple_root(leaves[half:])
    ).digest()


def test_root_of_the_certificate_transparency_vector() -> None:
    leaves = b"".join(merkle.leaf_hash(bytes.fromhex(text)) for text in CT_ENTRIES)
    assert merkle.Tree(leaves).root(8).hex() == CT_ROOT


def test_every_root_of_small_trees() -> None:
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(70)]
    tree = merkle.Tree(b"".join(leaves))
    for size in range(71):
        assert tree.root(size) == simple_root(leaves[:size])


@pytest.mark.parametrize("size", [255, 256, 257, 511, 65_535, 65_536, 65_537, 65_793])
def test_roots_across_tiles_are_the_platforms(size: int) -> None:
    tree = tree_of(size)
    leaves = [tree.leaf(index) for index in range(size)]
    assert tree.root(size) == audit_merkle.root_of(leaves)
    grown = audit_merkle.grow_tiles(lambda _level, _index: b"", 0, leaves)
    expected = {tile.path: data for tile, data in grown}
    assert [path for *_, path in merkle.tiles(size)] == list(expected)
    for level, index, width, path in merkle.tiles(size):
        start = index * 8192
        assert tree.levels[level][start : start + width * 32] == expected[path]


def test_every_inclusion_proof_of_small_trees_and_no_other() -> None:
    for size in range(1, 34):
        tree = tree_of(size)
        tiles = {0: tree.levels[0]}
        for index in range(size):
            proof = audit_merkle.inclusion_proof(lambda level, _: tiles[level], index, size)  # noqa: B023
            merkle.check_inclusion(tree.leaf(index), index, size, proof, tree.root(size))
            for other in range(size):
                if other != index:
                    with pytest.raises(Changed):
                        merkle.check_inclusion(
                            tree.leaf(index), other, size, proof, tree.root(size)
                        )
            with pytest.raises(Changed):
                merkle.check_inclusion(
                    tree.leaf(index), index, size, [*proof, bytes(32)], tree.root(size)
                )


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"b": [1, None, True, {"a": 'é\u2028"\\\n\x1f\x7f'}], "a": -5},
        {"\U0001f600": 1, "\ufb33": 2, "\ue000": 3},
        2**53 - 1,
        "\U0010ffff",
        [[[[]]]],
    ],
)
def test_canonical_forms_are_the_platforms(value: object) -> None:
    data = audit_canonical.dumps(value)
    assert canonical.loads(data) == value
    assert canonical.dumps(value) == data


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"b":1,"a":1}',
        '{"a": 1}',
        '{"a":1}\n',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":-0}',
        '{"a":01}',
        '{"a":9007199254740992}',
        '{"a":NaN}',
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        '{"a":"\\u000A"}',
        '{"a":"\\ud800"}',
        '{"a":"\\u0000"}',
        '{"\\ufb33":1,"\\ud83d\\ude00":1}',
        '\ufeff{"a":1}',
        "[" * 65 + "]" * 65,
        "[" * 100_000,
        "1" * 5000,
        "{}x",
        "",
    ],
)
def test_what_is_not_canonical_is_refused_as_the_platform_does(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    with pytest.raises(Changed):
        canonical.loads(data)
    with pytest.raises(audit_canonical.CanonicalError):
        audit_canonical.loads(data, require_canonical=True)


def test_random_damage_is_judged_as_the_platform_judges_it() -> None:
    chance = random.Random(3)
    data = making.story().entries[300]
    for _ in range(3000):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] = chance.choice(b'{}[]",:0123 \\u\xf0\xee\n')
        found = accepted(canonical.loads, bytes(damaged))
        assert found == accepted(
            lambda held: audit_canonical.loads(held, require_canonical=True), bytes(damaged)
        )


def accepted(read, data: bytes) -> bool:
    try:
        read(data)
    except ValueError:
        return False
    except Changed:
        return False
    return True


def test_checkpoints_of_the_platform_are_read_and_their_damage_is_not() -> None:
    house = making.story()
    text = house.checkpoint()
    key = note.read_key(house.log_signers[-1].vkey)
    found = note.read_checkpoint(text)
    assert (found.origin, found.size, found.root) == (
        house.origin,
        house.size,
        house.root(house.size),
    )
    assert note.check_signatures(text, [key], checker()) == [key]
    with pytest.raises(Changed):
        note.check_signatures(text.replace("\n514\n", "\n513\n"), [key], checker())


@pytest.mark.parametrize("text", ["", "a+b", "name+00000000+AAAA", "name+zz+" + "A" * 44, "+0+"])
def test_texts_that_are_no_key_are_refused(text: str) -> None:
    with pytest.raises(Changed):
        note.read_key(text)
    with pytest.raises(audit_note.NoteError):
        audit_note.decode_vkey(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T00:00:00", None),
        ("1970-02-30T00:00:00Z", None),
        ("1970-01-01T00:00:00.1234567Z", None),
        (None, None),
    ],
)
def test_instants(text: object, expected: int | None) -> None:
    assert microseconds(text) == expected
