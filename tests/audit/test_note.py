from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from governance.audit import merkle, note
from governance.audit.note import Checkpoint, Ed25519Signer, NoteError, TlogProof

# The example of c2sp.org/signed-note.
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6Tf"
    "Xppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "muniment.example/log"


def signer(seed: int = 1, name: str = ORIGIN) -> Ed25519Signer:
    return Ed25519Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def key(seed: int = 1, name: str = ORIGIN) -> note.VerifierKey:
    return note.decode_vkey(signer(seed, name).vkey)


def refusal(call: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(NoteError) as caught:
        call(*args)
    return caught.value.code


def test_the_example_of_the_specification_verifies() -> None:
    text, keys = note.verify_note(SPEC_NOTE, [note.decode_vkey(SPEC_VKEY)])
    assert text == "This is an example message.\n"
    assert [item.name for item in keys] == ["example.com/foo"]


def test_verifier_key_survives_its_text_form() -> None:
    spec = note.decode_vkey(SPEC_VKEY)
    assert note.encode_vkey(spec.name, spec.public_key) == SPEC_VKEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo+530d903a",
        SPEC_VKEY.replace("530d903a", "530d903b"),
        SPEC_VKEY.replace("530d903a", "530D903A"),
        SPEC_VKEY.replace("example.com/foo", "example.com/bar"),
        SPEC_VKEY.replace("+Aeky", "+Beky"),
        SPEC_VKEY[:-4],
        SPEC_VKEY[:-1] + "l",
    ],
)
def test_a_changed_verifier_key_is_refused(text: str) -> None:
    assert refusal(note.decode_vkey, text) == "bad_key"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tname", "no\u00a0break"])
def test_a_bad_key_name_is_refused(name: str) -> None:
    assert refusal(note.encode_vkey, name, b"0" * 32) == "bad_key_name"


def test_verifier_keys_with_a_plus_in_their_base64_are_read() -> None:
    vkeys = [signer(seed).vkey for seed in range(40)]
    assert any(vkey.count("+") > 2 for vkey in vkeys)
    for vkey in vkeys:
        parsed = note.decode_vkey(vkey)
        assert note.encode_vkey(parsed.name, parsed.public_key) == vkey


def test_a_public_key_of_another_size_is_refused() -> None:
    assert refusal(note.encode_vkey, ORIGIN, b"0" * 33) == "bad_key"


def test_every_changed_character_of_a_note_is_found() -> None:
    signed = note.sign_note("origin\n12\nroot\n", [signer()])
    for position, character in enumerate(signed):
        other = "A" if character != "A" else "B"
        changed = signed[:position] + other + signed[position + 1 :]
        assert refusal(note.verify_note, changed, [key()])


def test_a_note_signed_twice_names_both_keys() -> None:
    signed = note.sign_note("text\n", [signer(1), signer(2, "witness.example")])
    _, keys = note.verify_note(signed, [key(1), key(2, "witness.example")])
    assert [item.name for item in keys] == [ORIGIN, "witness.example"]


def test_signatures_of_unknown_keys_are_ignored() -> None:
    signed = note.sign_note("text\n", [signer(2, "witness.example"), signer(1)])
    assert note.verify_note(signed, [key(1)])[0] == "text\n"
    assert refusal(note.verify_note, signed, [key(3)]) == "unknown_key"


def test_one_failing_known_signature_spoils_the_note() -> None:
    good = note.sign_note("text\n", [signer(1), signer(2)])
    other = note.sign_note("other\n", [signer(2)])
    mixed = "".join(good.splitlines(keepends=True)[:3]) + other.splitlines(keepends=True)[2]
    assert refusal(note.verify_note, mixed, [key(1), key(2)]) == "bad_signature"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no signature\n", "unsigned"),
        ("text\n\n", "unsigned"),
        (SPEC_NOTE[:-1], "bad_note"),
        (SPEC_NOTE.replace("\u2014", "-"), "bad_note"),
        (SPEC_NOTE.replace("aQM=", "aQM"), "bad_note"),
        (SPEC_NOTE.replace("This", "Th\tis"), "bad_note"),
        ("x" * 1_100_000, "too_large"),
        ("text\n\n" + "\u2014 a AAAAAAA=\n" * 65, "too_large"),
    ],
)
def test_what_is_no_signed_note_is_refused(text: str, code: str) -> None:
    assert refusal(note.verify_note, text, [note.decode_vkey(SPEC_VKEY)]) == code


@pytest.mark.parametrize("text", ["no line break", "a\rb\n", "\udcff\n", "DSSEv1 3 abc 1 x\n"])
def test_text_that_must_not_be_signed_is_refused(text: str) -> None:
    assert refusal(note.sign_note, text, [signer()]) == "bad_note"


def test_a_note_needs_a_signer() -> None:
    assert refusal(note.sign_note, "text\n", []) == "unsigned"


def test_checkpoint_text_is_that_of_the_specification() -> None:
    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    checkpoint = Checkpoint("example.com/behind-the-sofa", 20852163, root)
    assert checkpoint.text == (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert Checkpoint.parse(checkpoint.text) == checkpoint


def test_a_signed_checkpoint_reads_back_with_its_extensions() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT, ("at 2026-11-24T00:00:00Z",))
    signed = note.sign_checkpoint(checkpoint, [signer()])
    assert note.verify_checkpoint(signed, [key()], ORIGIN) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        "origin\n01\n" + "A" * 43 + "=\n",
        "origin\n-1\n" + "A" * 43 + "=\n",
        "origin\n\u0661\n" + "A" * 43 + "=\n",
        "origin\n1\nAAAA\n",
        "origin\n1\n" + "A" * 43 + "=\n\nextension\n",
        "origin\n1\n" + "A" * 43 + "=",
        "\n1\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    assert refusal(Checkpoint.parse, text) == "bad_checkpoint"


def test_an_origin_cannot_smuggle_lines_into_a_checkpoint() -> None:
    forged = Checkpoint("origin\n7", 9, merkle.EMPTY_ROOT)
    assert refusal(note.sign_checkpoint, forged, [signer()]) == "bad_checkpoint"
    forged = Checkpoint("origin", 9, merkle.EMPTY_ROOT, ("one\ntwo",))
    assert refusal(note.sign_checkpoint, forged, [signer()]) == "bad_checkpoint"


def test_another_logs_checkpoint_is_refused() -> None:
    other = signer(1, "other.example")
    signed = note.sign_checkpoint(Checkpoint("other.example", 1, b"0" * 32), [other])
    trusted = [key(1, "other.example")]
    assert refusal(note.verify_checkpoint, signed, trusted, ORIGIN) == "wrong_origin"


def test_a_witness_alone_cannot_issue_a_checkpoint() -> None:
    signed = note.sign_checkpoint(Checkpoint(ORIGIN, 1, b"0" * 32), [signer(2, "witness.example")])
    trusted = [key(1), key(2, "witness.example")]
    assert refusal(note.verify_checkpoint, signed, trusted, ORIGIN) == "unknown_key"


def proof_file(index: int = 2) -> tuple[str, list[bytes]]:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(5)]
    tiles = {(t.level, t.index): data for t, data in merkle.grow_tiles(lambda *_: b"", 0, leaves)}
    hashes = merkle.inclusion_proof(lambda level, at: tiles[level, at], index, 5)
    checkpoint = Checkpoint(ORIGIN, 5, merkle.root_of(leaves))
    signed = note.sign_checkpoint(checkpoint, [signer()])
    return TlogProof(index, tuple(hashes), signed, b"report.pdf").text, leaves


def test_a_proof_file_proves_its_entry() -> None:
    text, leaves = proof_file()
    index, checkpoint = note.verify_tlog_proof(text, leaves[2], [key()], ORIGIN)
    assert (index, checkpoint.size) == (2, 5)
    lines = text.splitlines()
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra cmVwb3J0LnBkZg==", "index 2"]
    assert TlogProof.parse(text).text == text


def test_a_proof_file_does_not_prove_another_entry() -> None:
    text, leaves = proof_file()
    with pytest.raises(merkle.ProofError):
        note.verify_tlog_proof(text, leaves[3], [key()], ORIGIN)
    with pytest.raises(merkle.ProofError):
        note.verify_tlog_proof(text.replace("index 2", "index 3"), leaves[2], [key()], ORIGIN)


def test_every_changed_character_of_a_proof_file_is_found() -> None:
    text, leaves = proof_file()
    text = text.replace("extra cmVwb3J0LnBkZg==\n", "")
    for position, character in enumerate(text):
        other = "A" if character != "A" else "B"
        changed = text[:position] + other + text[position + 1 :]
        with pytest.raises((NoteError, merkle.ProofError)):
            note.verify_tlog_proof(changed, leaves[2], [key()], ORIGIN)


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    leaf = merkle.leaf_hash(b"only")
    signed = note.sign_checkpoint(Checkpoint(ORIGIN, 1, leaf), [signer()])
    text = TlogProof(0, (), signed).text
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\n" + ORIGIN)
    assert note.verify_tlog_proof(text, leaf, [key()], ORIGIN)[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 65 + "\nx",
    ],
)
def test_what_is_no_proof_file_is_refused(text: str) -> None:
    assert refusal(TlogProof.parse, text) == "bad_proof"


def test_a_created_key_is_private_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    note.create_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    loaded = note.load_signer(path, ORIGIN)
    public = note.decode_vkey(loaded.vkey).public_key
    assert note.verify_ed25519(public, loaded.sign(b"message"), b"message")
    with pytest.raises(FileExistsError):
        note.create_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644])
def test_a_key_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "log.pem"
    note.create_key(path)
    path.chmod(mode)
    assert refusal(note.load_signer, path, ORIGIN) == "key_too_open"


def test_a_read_only_key_file_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    note.create_key(path)
    path.chmod(0o400)
    assert note.load_signer(path, ORIGIN).name == ORIGIN


def test_files_that_hold_no_usable_key_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    assert refusal(note.load_signer, path, ORIGIN) == "key_unreadable"
    path.touch(0o600)
    assert refusal(note.load_signer, path, ORIGIN) == "bad_key"
    elliptic = generate_private_key(SECP256R1())
    pem = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    assert refusal(note.load_signer, path, ORIGIN) == "bad_key"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_accepts_a_checkpoint_signature(tmp_path: Path) -> None:
    checkpoint = Checkpoint(ORIGIN, 5, b"0" * 32)
    signed = note.sign_checkpoint(checkpoint, [signer()])
    public = Ed25519PublicKey.from_public_bytes(key().public_key)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key").write_bytes(pem)
    (tmp_path / "text").write_text(checkpoint.text)
    (tmp_path / "signature").write_bytes(base64.b64decode(signed.split(" ")[-1])[4:])
    command = "openssl pkeyutl -verify -pubin -inkey key -rawin -in text -sigfile signature"
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "text").write_text(checkpoint.text.replace("5", "6"))
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode != 0
