"""The same findings by other programs: openssl for signatures, sha256sum for the tree."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.verifier.conftest import Kit
from verifier import dsse, note

PREFIX = bytes.fromhex("302a300506032b6570032100")

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("openssl", "sha256sum", "bash", "xxd"))),
    reason="openssl, sha256sum and xxd are needed",
)

# The root over eight leaves, by sha256sum alone: RFC 6962 section 2.1.
WALK = r"""
hash() { xxd -r -p | sha256sum | cut -d' ' -f1; }
row=()
for number in 0 1 2 3 4 5 6 7; do row+=("$({ printf '\0'; cat "entry.$number"; } | sha256sum | cut -d' ' -f1)"); done
while [ "${#row[@]}" -gt 1 ]; do
    next=()
    for ((i = 0; i < ${#row[@]}; i += 2)); do next+=("$(printf '01%s%s' "${row[i]}" "${row[i + 1]}" | hash)"); done
    row=("${next[@]}")
done
echo "${row[0]}"
"""


def accepts(folder: Path, public: bytes, signature: bytes, text: bytes) -> bool:
    (folder / "key.der").write_bytes(PREFIX + public)
    (folder / "signature").write_bytes(signature)
    (folder / "text").write_bytes(text)
    command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"
    return not subprocess.run(
        command.split(), cwd=folder, capture_output=True, check=False
    ).returncode


def test_openssl_takes_the_checkpoints_and_refuses_a_change(kit: Kit, tmp_path: Path) -> None:
    for number, text in enumerate(kit.house.checkpoints):
        body, lines = note._split(text)
        found = note.read_checkpoint(text)
        signer = kit.house.signer_at(found.size)[-1]
        public = note.read_key(signer.vkey).public
        signature = next(
            each
            for name, identifier, each in lines
            if identifier == note.read_key(signer.vkey).identifier
        )
        assert accepts(tmp_path, public, signature, body.encode()), number
        assert not accepts(tmp_path, public, signature, body.encode() + b"\n")


def test_openssl_takes_statements_manifest_and_rotation(kit: Kit, tmp_path: Path) -> None:
    keys = {key["keyid"]: bytes.fromhex(key["public"]) for key in kit.house.keys}
    with zipfile.ZipFile(kit.zip()) as archive:
        envelopes = [
            *archive.read("evidence/envelopes.ndjson").splitlines()[:5],
            archive.read("MANIFEST.dsse.json"),
        ]
    for data in envelopes:
        envelope = json.loads(data)
        payload = base64.b64decode(envelope["payload"])
        one = envelope["signatures"][0]
        text = dsse.signed_text(envelope["payloadType"], payload)
        assert accepts(tmp_path, keys[one["keyid"]], base64.b64decode(one["sig"]), text)
    facts = json.loads(kit.house.entries[kit.house.rotated[0]])["facts"]
    text = (
        f"muniment log key rotation\n{kit.house.origin}\n{facts['old']}\n{facts['new']}\n".encode()
    )
    for vkey, signature in zip((facts["old"], facts["new"]), facts["signatures"], strict=True):
        assert accepts(tmp_path, note.read_key(vkey).public, base64.b64decode(signature), text)


def test_sha256sum_gives_the_root_of_the_first_eight_entries(kit: Kit, tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"entry.{number}").write_bytes(kit.house.entries[number])
    done = subprocess.run(
        ["bash", "-ec", WALK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == kit.house.root(8).hex()
