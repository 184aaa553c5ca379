"""Where a signing key lives: a file, the environment, or a program that signs (PKCS#11, a key service).

/srv/keys/log.pem               a PEM file of mode 0600 (also file:/srv/keys/log.pem)
env:MUNIMENT_LOG_PEM            a PEM text, or 32 bytes as base64, in a variable of the environment
command:/opt/sign log public=<64 hex digits>
                                a program: the message on its standard input, 64 bytes of signature or
                                their base64 on its standard output
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import shlex
import subprocess
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from governance.audit import note

COMMAND_SECONDS = 20.0
SIGNATURE_BYTES = 64


def open_signer(location: str, name: str) -> note.Signer:
    """The signer that lives at a location. Raises NoteError with a sentence that says what to do."""
    kind, colon, rest = location.partition(":")
    if kind == "command" and colon:
        return command_signer(rest, name)
    if kind == "env" and colon:
        return note.Ed25519Signer(name, key_of_environment(rest))
    path = Path(rest if kind == "file" and colon else location)
    if not path.is_absolute():
        raise note.NoteError(
            "bad_location",
            f"The key's place {location[:80]!r} is none: write an absolute path, env:NAME, or "
            "command:/program public=<64 hex digits>.",
        )
    return note.load_signer(path, name)


def open_or_make(path: Path, name: str) -> note.Signer:
    """The signer of a key file that is made at first use, mode 0600."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Another process may be first, and then sweep up this one's draft: its key is the key.
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            note.create_key(path)
    # A process that was killed may have left its draft, which is a private key.
    for draft in path.parent.glob(f"{path.name}.draft-*"):
        draft.unlink(missing_ok=True)
    return note.load_signer(path, name)


def key_of_environment(variable: str) -> Ed25519PrivateKey:
    text = os.environ.get(variable, "").strip()
    if not text:
        raise note.NoteError("key_missing", f"The variable {variable} that holds a key is not set.")
    try:
        if text.startswith("-----BEGIN"):
            key = load_pem_private_key(text.encode(), password=None)
        else:
            key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise note.NoteError(
            "bad_key",
            f"The variable {variable} holds no Ed25519 key: give PEM, or 32 bytes as base64.",
        )
    return key


def command_signer(line: str, name: str) -> CommandSigner:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise note.NoteError(
            "bad_location", f"The key's command cannot be read: {error}."
        ) from None
    told = [word for word in words if word.startswith("public=")]
    command = [word for word in words if not word.startswith("public=")]
    if not command or not Path(command[0]).is_absolute():
        raise note.NoteError("bad_location", "The key's command begins with an absolute path.")
    try:
        public = bytes.fromhex(told[0].removeprefix("public="))
    except (IndexError, ValueError):
        public = b""
    if len(told) != 1 or len(public) != 32:
        raise note.NoteError(
            "bad_location",
            "The key's command needs one word public=<64 hex digits>, the Ed25519 public key.",
        )
    return CommandSigner(command, name, public)


class CommandSigner:
    """A key that never enters this process: a program signs, and each signature is checked."""

    def __init__(self, command: list[str], name: str, public: bytes) -> None:
        self.command = command
        self.public = public
        self._name = name
        self._vkey = note.encode_vkey(name, public)

    @property
    def name(self) -> str:
        return self._name

    @property
    def vkey(self) -> str:
        return self._vkey

    def sign(self, message: bytes) -> bytes:
        signature = signature_of(self._run(message))
        if signature is None:
            raise note.NoteError(
                "signing_failed",
                f"{self.command[0]} printed no signature: 64 bytes or their base64 are expected.",
            )
        if not note.verify_ed25519(self.public, signature, message):
            raise note.NoteError(
                "signing_failed",
                f"{self.command[0]} signed with another key than public= names in its place.",
            )
        return signature

    def _run(self, message: bytes) -> bytes:
        try:
            done = subprocess.run(
                self.command,
                input=message,
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except OSError as error:
            raise note.NoteError(
                "signing_failed", f"{self.command[0]} cannot be run: {error.strerror}."
            ) from None
        except subprocess.TimeoutExpired:
            raise note.NoteError(
                "signing_failed", f"{self.command[0]} did not sign within {COMMAND_SECONDS:.0f} s."
            ) from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().split("\n")[-1][:200]
            raise note.NoteError(
                "signing_failed", f"{self.command[0]} ended with {done.returncode}: {said}"
            )
        return done.stdout


def signature_of(output: bytes) -> bytes | None:
    if len(output) == SIGNATURE_BYTES:
        return output
    try:
        decoded = base64.b64decode(output.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) == SIGNATURE_BYTES else None
