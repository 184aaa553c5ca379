from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from demo.drill import flipping, holder, owner
from demo.drill.data import MARK_OF_DRILL, copy_tree, fresh_drill, played_home
from demo.drill.desk import CHANGED, Desk, Said
from demo.home import MARK, HomeError
from demo.story.stage import Unexpected
from governance.audit import merkle

LEAVES = [hashlib.sha256(bytes([n])).digest() for n in range(256)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 200, 256])
def test_the_forger_computes_the_platforms_roots(size: int) -> None:
    assert holder.root_of(holder.peaks(LEAVES[:size])) == merkle.root_of(LEAVES[:size])


def test_the_forger_remembers_as_the_signer_does() -> None:
    frontier = merkle.Frontier()
    for leaf in LEAVES[:77]:
        frontier.append(leaf)
    assert [one.hex() for one in holder.peaks(LEAVES[:77])] == frontier.to_json()["hashes"]


def test_the_hash_above_a_full_tile() -> None:
    assert owner.root(b"".join(LEAVES)) == merkle.perfect_root(LEAVES)


def test_a_digit_of_an_entry_is_changed_and_the_zip_does_not_notice(tmp_path: Path) -> None:
    old, new = tmp_path / "old.zip", tmp_path / "new.zip"
    line = b'%d\t{"at":"2026-11-27T10:00:00.000000Z"}\n'
    with zipfile.ZipFile(old, "w") as archive:
        archive.writestr("README.txt", "words")
        archive.writestr(flipping.ENTRIES, b"".join(line % index for index in (4, 7, 9)))
    assert flipping.change_entry(old, new) == 7
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new) as after:
        assert after.testzip() is None
        assert after.read("README.txt") == before.read("README.txt")
        texts = before.read(flipping.ENTRIES), after.read(flipping.ENTRIES)
    assert sum(one != other for one, other in zip(*texts, strict=True)) == 1


def test_one_byte_of_a_file_is_changed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert flipping.change_file(tmp_path / "a", tmp_path / "b") == 2
    assert (tmp_path / "b").read_bytes() == b"12245"


def test_the_verifier_meets_nothing_but_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "told")
    desk = Desk(tmp_path, print)
    desk.keep("log.vkey", b"key")
    desk.keep(
        "verify.py",
        b"import os, sys\nprint(sorted(os.listdir()), 'SECRET' in os.environ)\nsys.exit(1)\n",
    )
    said = desk.verify(desk.keep("a.zip", b""), code=CHANGED)
    assert said.lines == ["['a.zip', 'verify.py'] False"]
    with pytest.raises(Unexpected, match="exited with 1, not 0"):
        desk.verify(tmp_path / "a.zip", code=0)


def test_what_is_wrong_stands_between_headings() -> None:
    lines = [
        "CHANGED. x",
        "Checked:",
        "  3 entries",
        "Wrong (2):",
        "  one",
        "  two",
        "Know:",
        "  no",
    ]
    assert Said(1, lines).wrong == ["one", "two"]
    assert Said(0, lines[:3]).wrong == []


def test_a_folder_that_no_drill_made_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo-drill"
    folder.mkdir()
    (folder / "letter").touch()
    with pytest.raises(HomeError, match="no drill made it"):
        fresh_drill(tmp_path / "demo")
    assert (folder / "letter").exists()


def test_a_drill_before_is_cleared_away(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    folder = fresh_drill(home)
    (folder / "auditor").mkdir()
    assert [one.name for one in fresh_drill(home).iterdir()] == [MARK_OF_DRILL]


def test_data_that_are_no_demonstrations_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUNIMENT_HOME", str(tmp_path))
    monkeypatch.setenv("MUNIMENT_DEMO", "true")
    (tmp_path / "letter").touch()
    with pytest.raises(HomeError, match="no demonstration made it"):
        played_home(print)
    assert not (tmp_path / MARK).exists()


def test_a_copy_has_the_modes_of_the_original(tmp_path: Path) -> None:
    old = tmp_path / "old"
    (old / "in").mkdir(parents=True, mode=0o700)
    (old / "in" / "key").write_text("k")
    (old / "in" / "key").chmod(0o600)
    (old / "postmaster.pid").touch()
    (old / "link").symlink_to("in")
    copy_tree(old, tmp_path / "new")
    new = tmp_path / "new"
    assert oct((new / "in" / "key").stat().st_mode)[-3:] == "600"
    assert oct((new / "in").stat().st_mode)[-3:] == "700"
    assert (new / "link").is_symlink()
    assert not (new / "postmaster.pid").exists()
