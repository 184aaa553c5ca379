"""One byte changed anywhere is found: over every member, under the old manifest and under new ones."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.evidence import dsse
from tests.verifier import making
from tests.verifier.conftest import Kit, check
from tests.verifier.making import Package

STRANGER = dsse.KeySigner(making.private(77))
# For these the log, the signatures and the rules vouch, so that not even a right manifest helps.
VOUCHED = (
    *(
        "log/checkpoint",
        "log/entries.tsv",
        "log/tile/0/000",
        "log/tile/0/002.p/2",
        "log/tile/1/000.p/2",
    ),
    *("evidence/envelopes.ndjson", "results/results.ndjson", "results/baseline.json"),
    *("reports/report.pdf", "reports/report.pdf.tlog-proof"),
)
NAMED = (*VOUCHED, "MANIFEST.json", "MANIFEST.dsse.json", "log/words.csv", "log/checkpoints.ndjson")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of packages need no disk."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=shared, prefix="mnm-flips-") as folder:
        yield Path(folder)


def flipped(chance: random.Random, data: bytes) -> bytes:
    """Another byte at one place. Base64 has two alphabets, and either may stand in an envelope."""
    while True:
        place, byte = chance.randrange(len(data)), chance.randrange(256)
        pair = {data[place], byte}
        if len(pair) == 2 and pair not in ({*b"+-"}, {*b"/_"}):
            return data[:place] + bytes([byte]) + data[place + 1 :]


def checked(members: dict[str, bytes], kit: Kit, folder: Path) -> int:
    path = making.write_zip(folder / "p.zip", members, stored=True)
    return check(path, kit.key, kit.kept()).exit


def under_the_old_manifest(made: Package, kit: Kit, folder: Path, number: int, seed: int) -> None:
    chance, members = random.Random(seed), made.signed()
    names = sorted(name for name, data in members.items() if data)
    for turn in range(number):
        # Every member in turn, then the ones that matter more often.
        name = names[turn % len(names)] if turn % 2 else NAMED[turn // 2 % len(NAMED)]
        data = flipped(chance, members[name])
        assert checked({**members, name: data}, kit, folder) in {1, 2}, (name, turn)


def under_a_new_manifest(
    made: Package, kit: Kit, folder: Path, number: int, seed: int, *, signer: dsse.KeySigner | None
) -> None:
    chance = random.Random(seed)
    names = (
        VOUCHED if signer is None else sorted(name for name, data in made.members.items() if data)
    )
    for turn in range(number):
        package, name = made.copy(), names[turn % len(names)]
        package.members[name] = flipped(chance, package.members[name])
        assert checked(package.signed(signer), kit, folder) == 1, (name, turn)


def test_some_flips_are_found(made: Package, kit: Kit, memory: Path) -> None:
    under_the_old_manifest(made, kit, memory, 70, 1)


def test_some_flips_are_found_though_a_stranger_signs_the_manifest_anew(
    made: Package, kit: Kit, memory: Path
) -> None:
    under_a_new_manifest(made, kit, memory, 20, 2, signer=STRANGER)


def test_some_flips_are_found_though_the_right_key_signs_the_manifest_anew(
    made: Package, kit: Kit, memory: Path
) -> None:
    under_a_new_manifest(made, kit, memory, 50, 3, signer=None)


@pytest.mark.long
def test_two_thousand_flips_are_found(made: Package, kit: Kit, memory: Path) -> None:
    under_the_old_manifest(made, kit, memory, 2000, 11)


@pytest.mark.long
def test_six_hundred_flips_are_found_though_a_stranger_signs(
    made: Package, kit: Kit, memory: Path
) -> None:
    under_a_new_manifest(made, kit, memory, 600, 12, signer=STRANGER)


@pytest.mark.long
def test_two_thousand_flips_are_found_though_the_right_key_signs(
    made: Package, kit: Kit, memory: Path
) -> None:
    under_a_new_manifest(made, kit, memory, 2000, 13, signer=None)
