"""Keys in a file, in the environment, and behind a program: openssl, and PKCS#11 where it is installed."""

from __future__ import annotations

import base64
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from django.test import override_settings

from governance.audit import note
from governance.audit.logkey import SignerHome
from governance.audit.models import Checkpoint
from governance.audit.proofs import check_checkpoint, log_key
from governance.audit.sequencer import Sequencer
from governance.audit.signers import open_signer
from tests.audit.running import write

NAME = "muniment.local/test"
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = KEY.public_key().public_bytes_raw()
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


def signs(location: str) -> bool:
    signer = open_signer(location, NAME)
    assert signer.vkey == note.encode_vkey(NAME, PUBLIC)
    return note.verify_ed25519(PUBLIC, signer.sign(b"a message"), b"a message")


def refusal(location: str, message: bytes = b"x") -> str:
    with pytest.raises(note.NoteError) as caught:
        open_signer(location, NAME).sign(message)
    return caught.value.sentence


def program(folder: Path, text: str) -> Path:
    path = folder / "sign"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(PEM)
    return path


def test_a_file_signs(pem: Path) -> None:
    assert signs(str(pem)) and signs(f"file:{pem}")


def test_a_file_that_others_read_is_refused(pem: Path) -> None:
    pem.chmod(0o640)
    assert "set it to 0600" in refusal(str(pem))


def test_the_environment_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", PEM.decode())
    assert signs("env:TEST_KEY")
    monkeypatch.setenv("TEST_KEY", base64.b64encode(b"k" * 32).decode())
    assert signs("env:TEST_KEY")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("", "is not set"), ("nonsense", "holds no Ed25519 key"), ("AAAA", "holds no Ed25519 key")],
)
def test_a_variable_without_a_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, sentence: str
) -> None:
    monkeypatch.setenv("TEST_KEY", value)
    assert sentence in refusal("env:TEST_KEY")


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("keys/log.pem", "write an absolute path"),
        ("command:sign public=" + PUBLIC.hex(), "begins with an absolute path"),
        ("command:/bin/sign", "needs one word public="),
        ("command:/bin/sign public=12", "needs one word public="),
        ("command:/bin/sign 'x", "cannot be read"),
        ("command:/nowhere/sign public=" + PUBLIC.hex(), "cannot be run: No such file"),
        ("/nowhere/log.pem", "cannot be read: No such file"),
    ],
)
def test_a_place_that_is_none_is_refused(location: str, sentence: str) -> None:
    assert sentence in refusal(location)


@pytest.mark.parametrize("form", ["cat", "base64 -w0", "base64"])
def test_a_program_signs_with_openssl(pem: Path, form: str) -> None:
    """Raw bytes or base64, whatever the line length."""
    text = (
        'f=$(mktemp); cat > "$f"; '
        f'openssl pkeyutl -sign -rawin -inkey {pem} -in "$f" | {form}; rm "$f"'
    )
    if form == "base64":
        text = text.replace("| base64", "| base64 -w0; echo")
    path = program(pem.parent, text)
    assert signs(f"command:{path} public={PUBLIC.hex()}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cat > /dev/null; echo PIN locked >&2; exit 3", "ended with 3: PIN locked"),
        ("cat > /dev/null; echo hello", "printed no signature"),
        ("cat > /dev/null; head -c 64 /dev/zero", "signed with another key"),
        ("exit 0", "printed no signature"),
    ],
)
def test_what_a_program_does_wrong_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = program(tmp_path, text)
    assert sentence in refusal(f"command:{path} public={PUBLIC.hex()}", b"x" * 100_000)


def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.audit.signers.COMMAND_SECONDS", 0.3)
    path = program(tmp_path, "exec sleep 30")
    assert "did not sign within" in refusal(f"command:{path} public={PUBLIC.hex()}")


def test_the_log_and_statements_are_signed_by_a_program(
    committed_db: str, pem: Path, connect_as, settings
) -> None:
    from governance.evidence import dsse
    from governance.evidence.keys import installation_signer

    text = f'f=$(mktemp); cat > "$f"; openssl pkeyutl -sign -rawin -inkey {pem} -in "$f"; rm "$f"'
    location = f"command:{program(pem.parent, text)} public={PUBLIC.hex()}"
    settings.KEYS_DIR = pem.parent / "keys"
    sequencer = Sequencer(connect_as("sequencer"), SignerHome(settings.KEYS_DIR, location))
    write(2)
    sequencer.append_all()
    sequencer.sign()
    key = log_key(settings.KEYS_DIR)
    assert check_checkpoint(Checkpoint.objects.get(), key).holds
    assert not (settings.KEYS_DIR / "log.pem").exists()
    with override_settings(EVIDENCE_KEY=location):
        envelope = dsse.sign(b"{}", installation_signer())
    assert not (settings.KEYS_DIR / "evidence.pem").exists()
    assert envelope["signatures"][0]["keyid"] == dsse.keyid(PUBLIC)


def test_a_key_that_is_not_at_hand_stops_no_entry(
    home: SignerHome, in_haste: None, tmp_path: Path
) -> None:
    """The key service is down: entries go into the log unsigned, and are signed when it is back."""
    from governance.audit.closing import refusal_in
    from governance.audit.queries import log_size
    from tests.audit.running import keeping, wait_for, wait_until_signed

    key = tmp_path / "away.pem"
    key.touch(mode=0o600)
    key.write_bytes(PEM)
    text = f'f=$(mktemp); cat > "$f"; openssl pkeyutl -sign -rawin -inkey {key} -in "$f"; rm "$f"'
    location = f"command:{program(tmp_path, text)} public={PUBLIC.hex()}"
    key.rename(tmp_path / "gone.pem")
    with keeping(SignerHome(home.folder, location)):
        write(3)
        wait_for(lambda: log_size() == 3)
        assert not Checkpoint.objects.exists() and refusal_in(home.folder) is None
        (tmp_path / "gone.pem").rename(key)
        wait_until_signed(3)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A software token (SoftHSM) with an Ed25519 key that never leaves it."""
    missing = [tool for tool in ("softhsm2-util", "pkcs11-tool") if shutil.which(tool) is None]
    if missing or not MODULE.exists():
        pytest.skip(f"Not installed: {', '.join(missing) or MODULE} (Debian: softhsm2 opensc)")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    tool = ["pkcs11-tool", "--module", str(MODULE), "--token-label", "log", "--pin", "1234"]
    for command in (
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "log",
            "--pin",
            "1234",
            "--so-pin",
            "1234",
        ],
        [*tool, "--login", "--keypairgen", "--key-type", "EC:edwards25519", "--id", "01"],
        [
            *tool,
            "--read-object",
            "--type",
            "pubkey",
            "--id",
            "01",
            "-o",
            str(tmp_path / "public.pem"),
        ],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"This PKCS#11 module makes no Ed25519 key: {done.stderr.strip()[-200:]}")
    return tmp_path


def test_a_program_signs_through_pkcs11(token: Path) -> None:
    path = program(
        token,
        f"""set -e
f=$(mktemp); trap 'rm -f "$f" "$f.sig"' EXIT; cat > "$f"
pkcs11-tool --module {MODULE} --token-label log --pin 1234 --login --sign \\
    --mechanism EDDSA --id 01 --input-file "$f" --output-file "$f.sig" >/dev/null 2>&1
cat "$f.sig\"""",
    )
    public = public_key(token / "public.pem")
    signer = open_signer(f"command:{path} public={public.hex()}", NAME)
    checkpoint = note.Checkpoint(NAME, 3, b"r" * 32)
    signed = note.sign_checkpoint(checkpoint, [signer])
    assert note.verify_checkpoint(signed, [note.decode_vkey(signer.vkey)], NAME) == checkpoint


def public_key(path: Path) -> bytes:
    return load_pem_public_key(path.read_bytes()).public_bytes_raw()


def test_the_key_file_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    home = SignerHome(tmp_path / "keys")
    first = home.signer.vkey
    assert stat.S_IMODE(home.key_path.stat().st_mode) == 0o600
    assert SignerHome(tmp_path / "keys").signer.vkey == first
    assert [path.name for path in home.folder.glob("*.pem*")] == ["log.pem"]


def test_public_key_of_the_test_is_that_of_its_pem() -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert load_pem_public_key(pem).public_bytes_raw() == PUBLIC
