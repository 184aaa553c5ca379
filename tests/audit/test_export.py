"""The whole log as files that a stranger can check: nothing of ours is used to work the root out."""

from __future__ import annotations

import base64
import hashlib
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.audit.logkey import SignerHome
from governance.audit.models import Checkpoint, Leaf
from governance.audit.rotation import rotate
from governance.audit.sequencer import Sequencer
from tests.audit.running import write


def head(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, by its recursive definition."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + head(leaves[:split]) + head(leaves[split:])).digest()


def entries_of(folder: Path) -> list[bytes]:
    """Every entry, from the bundles in the order of their names."""
    files = sorted((folder / "tile/entries").rglob("*"), key=str)
    found = []
    for path in (path for path in files if path.is_file()):
        data, position = path.read_bytes(), 0
        while position < len(data):
            (length,) = struct.unpack_from(">H", data, position)
            found.append(data[position + 2 : position + 2 + length])
            position += 2 + length
    return found


@pytest.fixture
def exported(home: SignerHome, connect_as: Callable[[str], Any], tmp_path: Path) -> Path:
    sequencer = Sequencer(connect_as("sequencer"), home)
    write(520)
    sequencer.append_all()
    sequencer.sign()
    rotate(home)
    sequencer.append_all()
    sequencer.sign()
    # What came after the checkpoint is left out.
    write(3)
    sequencer.append_all()
    call_command("export_log", str(tmp_path / "out"))
    return tmp_path / "out"


def test_the_root_follows_from_the_entries(exported: Path) -> None:
    _, size, root, *_ = (exported / "checkpoint").read_text().split("\n")
    entries = entries_of(exported)
    assert len(entries) == int(size) == 521
    assert entries == [bytes(leaf.body) for leaf in Leaf.objects.filter(index__lt=521)]
    assert head(entries) == base64.b64decode(root)


def test_the_tiles_are_those_of_the_specification(exported: Path) -> None:
    entries = entries_of(exported)
    names = sorted(
        str(path.relative_to(exported)) for path in exported.rglob("*") if path.is_file()
    )
    assert names == [
        "checkpoint",
        "keys",
        "log.vkey",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/9",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/9",
    ]
    leaf = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
    assert (exported / "tile/0/002.p/9").read_bytes() == b"".join(leaf[512:])
    assert (exported / "tile/1/000.p/2").read_bytes() == head(entries[:256]) + head(
        entries[256:512]
    )


def test_the_checkpoint_verifies_with_openssl_and_the_key_of_its_size(exported: Path) -> None:
    keys = [line.split(" ") for line in (exported / "keys").read_text().splitlines()]
    assert [since for since, _ in keys] == ["0", "521"]
    assert (exported / "log.vkey").read_text().strip() == keys[0][1]
    text, _, signatures = (exported / "checkpoint").read_text().rpartition("\n\n")
    public = base64.b64decode(keys[1][1].split("+", 2)[2])[1:]
    raw = base64.b64decode(signatures.splitlines()[1].split(" ")[2])[4:]
    (exported / "text").write_text(text + "\n")
    (exported / "signature").write_bytes(raw)
    (exported / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + public)
    done = subprocess.run(
        [
            "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.der", "-keyform", "DER",
            "-in", "text", "-sigfile", "signature",
        ],
        cwd=exported, capture_output=True, text=True,
    )  # fmt: skip
    assert "Signature Verified Successfully" in done.stdout


def test_a_folder_that_holds_something_is_refused(exported: Path) -> None:
    before = sorted(exported.rglob("*"))
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_log", str(exported))
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_log", str(exported / "checkpoint"))
    assert sorted(exported.rglob("*")) == before


def test_a_log_without_a_checkpoint_or_key_says_so(home: SignerHome, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="has no key yet"):
        call_command("export_log", str(tmp_path / "out"))
    assert home.signer.vkey and not Checkpoint.objects.exists()
    with pytest.raises(CommandError, match="No checkpoint was signed yet"):
        call_command("export_log", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
