"""What the verifier says: counts of what holds, checkpoints as people keep them, a proof that stands alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier import making
from tests.verifier.conftest import Kit, Run, check
from tests.verifier.making import Package


def test_what_is_wrong_is_not_counted_among_what_holds(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    members = made.signed()
    members["README.txt"] += b"More."
    verdict = check(making.write_zip(tmp_path / "p.zip", members), kit.key, kit.kept())
    number = len(members) - 2
    counted = [
        (count, words) for count, words in verdict.findings.checked if "size and digest" in words
    ]
    assert counted == [
        (number - 1, f"of {number} files have the size and digest that the manifest says")
    ]


@pytest.mark.parametrize(
    "kept_as",
    [
        lambda note: note.rstrip("\n").encode(),
        lambda note: note.replace("\n", "\r\n").encode(),
        lambda note: note.encode("utf-8-sig"),
        lambda note: note.rstrip("\n").replace("\n", "\r\n").encode("utf-8-sig"),
    ],
    ids=["no last line break", "CRLF", "BOM", "all of it"],
)
def test_a_checkpoint_is_read_as_editors_keep_it(
    made: Package, kit: Kit, tmp_path: Path, kept_as: object
) -> None:
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(kept_as(made.members["log/checkpoint"].decode()))  # type: ignore[operator]
    assert check(made.write(tmp_path / "p.zip"), kit.key, kept).exit == 0


def test_a_checkpoint_in_another_coding_says_so(made: Package, kit: Kit, tmp_path: Path) -> None:
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(made.members["log/checkpoint"].decode().encode("utf-16"))
    verdict = check(made.write(tmp_path / "p.zip"), kit.key, kept)
    assert verdict.exit == 2 and "Save the checkpoint as plain UTF-8." in verdict.sentence


def test_a_proof_alone_is_told_what_it_is_for(kit: Kit, run: Run, tmp_path: Path) -> None:
    proof = tmp_path / "entry-1.tlog-proof"
    proof.write_text(kit.house.proof(1, kit.house.size), "utf-8")
    done = run(proof, "--key", kit.key)
    assert done.returncode == 2 and "This is a proof. A report's goes with its PDF" in done.stdout
