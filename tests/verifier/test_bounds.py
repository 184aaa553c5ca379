"""What anybody can put into a package to cost time and memory ends in exit 2 and names its bound."""

from __future__ import annotations

import argparse
import base64
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier import making
from tests.verifier.conftest import Kit, Run, check
from tests.verifier.making import Package
from verifier import tables
from verifier.archive import MOST_LINE
from verifier.faults import Enough, Findings
from verifier.main import hours_of
from verifier.signatures import checker

BOM = b"\xef\xbb\xbf"
LONG = MOST_LINE + 1
HEADS = "log/checkpoints.ndjson"
OVERSIZE: dict[str, tuple[str, bytes, str]] = {
    "commas": ("log/words.csv", BOM + b"a,b,c,d\r\n" + b"," * LONG, "line of more than 4 MiB"),
    "titles": ("keys.csv", BOM + b"," * 5000 + b"\r\n", "has 5001 columns; in a package at most"),
    "open quote": (
        "log/anchors.csv",
        BOM + b'a,b,c,d,e,f\r\n"' + b"x,\r\n" * (LONG // 4),
        "log/anchors.csv has a line of more than 4 MiB",
    ),
    "row of many lines": (
        "results/results.csv",
        BOM + b'"\n",,' * (LONG // 5),
        "results/results.csv has a line of more than 4 MiB",
    ),
    "entry": ("log/entries.tsv", b"0\t" + b"[" * LONG, "log/entries.tsv has a line of more"),
    "envelope": ("evidence/envelopes.ndjson", b"[]," * LONG, "line of more than 4 MiB"),
    "result": ("results/results.ndjson", b"[" * LONG, "line of more than 4 MiB"),
    "baseline": ("results/baseline.json", b"[]," * LONG, "in a package it has at most 4194304"),
    "checkpoint": ("log/checkpoint", b"x" * LONG, "in a package it has at most 1048576"),
    "heads": (HEADS, b'""\n' * (tables.MOST_HEADS + 1), "has more than 50,000 lines"),
    "anchors": (
        "log/anchors.csv",
        BOM + b"a,b,c,d,e,f\r\n" * (tables.MOST_HEADS + 2),
        "has more than 50,000 lines",
    ),
}


@pytest.mark.parametrize("case", OVERSIZE)
def test_what_is_larger_than_in_any_package_is_not_read(
    made: Package, tmp_path: Path, case: str
) -> None:
    name, data, sentence = OVERSIZE[case]
    package = made.copy()
    package.members[name] = data
    verdict = check(package.write(tmp_path / "p.zip"))
    assert (verdict.exit, sentence in verdict.sentence) == (2, True), verdict.sentence


def test_a_manifest_is_no_larger_than_what_can_be_signed(made: Package, tmp_path: Path) -> None:
    members = made.signed()
    members["MANIFEST.json"] = members["MANIFEST.json"][:-1] + b',"x":["' + b"x" * 2**20 + b'"]}'
    verdict = check(making.write_zip(tmp_path / "p.zip", members))
    assert verdict.exit == 2
    assert "MANIFEST.json has" in verdict.sentence
    assert "at most 1048576" in verdict.sentence


def notes(kit: Kit, number: int) -> Iterator[str]:
    """Each genuine note many times: with lines that nobody signed, and as it is."""
    for one in kit.house.checkpoints:
        for turn in range(number):
            junk = base64.b64encode(turn.to_bytes(9, "big")).decode()
            yield f"{one}\u2014 nobody {junk}\n"
            yield one


def test_a_checkpoint_is_not_checked_again_however_often_it_stands_there(
    made: Package, kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    genuine = checker()

    def counted(public: bytes, signature: bytes, message: bytes) -> bool:
        asked.append(message)
        return genuine(public, signature, message)

    monkeypatch.setattr("verifier.package.checker", lambda pure: counted)
    package = made.copy()
    package.members[HEADS] = making.lines(notes(kit, 900))
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert verdict.exit == 0
    assert (9000, "earlier checkpoints have the root of the same leaf hashes") in (
        verdict.findings.checked
    )
    assert len([one for one in asked if one.startswith(kit.house.origin.encode())]) < 20


def test_many_wrong_checkpoints_are_not_all_read(made: Package, kit: Kit, tmp_path: Path) -> None:
    package = made.copy()
    package.members[HEADS] = making.lines(
        kit.house.checkpoints[0].replace("\n246\n", f"\n{size}\n") for size in range(1, 500)
    )
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert verdict.exit == 1
    assert len([one for one in verdict.findings.faults if one.file.startswith(HEADS)]) == 101
    assert "From line 101 on nothing was read" in "".join(
        one.line for one in verdict.findings.faults
    )


def test_rows_beyond_what_the_log_says_are_not_read(made: Package, tmp_path: Path) -> None:
    """A table of millions of rows costs no more than the rows that are due."""
    for name in ("log/words.csv", "evidence/register.csv", "keys.csv", "populations/alerts.csv"):
        package = made.copy()
        # The row that is broken stands behind the first that is too many.
        rows = package.members[name].splitlines(keepends=True)
        package.members[name] = b"".join([*rows, *rows[1:] * 3, b"broken\r\n"])
        verdict = check(package.write(tmp_path / "p.zip"))
        assert verdict.exit == 1
        assert "has 1 cells" not in "".join(one.line for one in verdict.findings.faults), name


def test_the_check_ends_when_too_much_is_wrong(
    made: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("verifier.faults.MOST_FAULTS", 50)
    package = made.copy()
    package.members["evidence/envelopes.ndjson"] = b"\n" * 1000
    verdict = check(package.write(tmp_path / "p.zip"))
    assert (verdict.exit, verdict.findings.number) == (1, 50)
    assert "too much is wrong" in verdict.findings.notes[-1]
    with pytest.raises(Enough), Findings(number=49).caught("a"):
        raise ValueError


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"index,field,salt,text\r\n", "does not start with a byte order mark"),
        (BOM + b'index,field,salt,text\r\n1,"a', "last row is cut off"),
        (BOM + b'index,field,salt,text\r\n1,"a"b,c,d\r\n', "This is no table"),
        (BOM + b"index,field,salt,text\r\n1,a,b,c\0\r\n", "may not hold"),
        (BOM + b"index,field,salt,text\r\n1,a\r,b,c\r\n", "This is no table"),
        (BOM + b"index,field,salt,text\r\n1,\xff,b,c\r\n", "This is no table"),
        (BOM + b"index,field,salt\r\n", "fewer than 4 columns"),
        (BOM, "fewer than 4 columns"),
    ],
)
def test_what_is_no_table_is_a_change(
    made: Package, tmp_path: Path, data: bytes, sentence: str
) -> None:
    package = made.copy()
    package.members["log/words.csv"] = data
    verdict = check(package.write(tmp_path / "p.zip"))
    assert verdict.exit == 1
    assert any(
        sentence in one.sentence and one.file == "log/words.csv" for one in verdict.findings.faults
    )


def test_a_bomb_of_commas_needs_little_memory(made: Package, single: Path, tmp_path: Path) -> None:
    package = made.copy()
    package.members["log/words.csv"] = BOM + b"a,b,c,d\r\n" + b"," * (100 << 20)
    path = package.write(tmp_path / "p.zip")

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(single), str(path), "--pure"],
        preexec_fn=small,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "line of more than 4 MiB" in done.stdout) == (2, True), done.stdout


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-1", "1e300", "x", ""])
def test_an_age_that_is_none_is_refused(kit: Kit, run: Run, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        hours_of(text)
    if text in {"nan", "inf"}:
        done = run(kit.zip(), "--max-age", text)
        assert done.returncode == 2
        assert "is no age: give hours from 0 to 1000000, such as 24 or 0.5" in done.stderr


def test_ages_are_hours() -> None:
    assert [hours_of(text) for text in ("0", "0.5", "24", "1e6")] == [0, 0.5, 24, 1_000_000]
