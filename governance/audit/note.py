"""Signed notes (c2sp.org/signed-note), checkpoints (tlog-checkpoint) and proofs (tlog-proof@v1).

Ed25519 only. Keys that live elsewhere (KMS, PKCS#11) implement `Signer`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from governance.audit import ed25519
from governance.audit.merkle import HASH_BYTES, verify_inclusion

ED25519 = b"\x01"
MAX_NOTE_BYTES = 1_048_576
MAX_SIGNATURES = 64
MAX_PROOF_HASHES = 64
_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
# A DSSE signature covers text that starts so; the same key must never sign such a note.
_DSSE_PREFIX = "DSSEv1 "


class NoteError(ValueError):
    """A key, note, checkpoint or proof that cannot be accepted; `code` is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Signer(Protocol):
    """Whatever holds a private Ed25519 key: a file here, a key service elsewhere."""

    @property
    def name(self) -> str:
        """Key name, as in the signature line."""

    @property
    def vkey(self) -> str:
        """Verifier key, `<name>+<key id>+<base64>`."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key that is trusted under a name: `key_id` has 4 bytes, `public_key` 32."""

    name: str
    key_id: bytes
    public_key: bytes


class Ed25519Signer:
    """A signer whose private key is in this process."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._name = name
        self._vkey = encode_vkey(name, key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        return self._name

    @property
    def vkey(self) -> str:
        return self._vkey

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def key_id(name: str, public_key: bytes) -> bytes:
    """First 4 bytes of SHA-256(name || newline || 0x01 || public key) (signed-note, Ed25519)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def encode_vkey(name: str, public_key: bytes) -> str:
    """Return the verifier key text. Raises NoteError for a bad name or key size."""
    _check_name(name)
    if len(public_key) != 32:
        raise NoteError("bad_key", f"An Ed25519 public key has 32 bytes, not {len(public_key)}.")
    material = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{material}"


def decode_vkey(text: str) -> VerifierKey:
    """Read a verifier key. Raises NoteError("bad_key") unless form, type and key id fit."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("bad_key", "A verifier key has the form name+keyid+base64.")
    name, identifier, encoded = parts
    material = _decode(encoded)
    if material is None or len(material) != 33 or material[:1] != ED25519:
        raise NoteError("bad_key", f"The verifier key of {name!r} holds no Ed25519 key.")
    if encode_vkey(name, material[1:]).split("+", 2)[1] != identifier:
        raise NoteError(
            "bad_key", f"The key id {identifier!r} does not belong to this key of {name!r}."
        )
    return VerifierKey(name, bytes.fromhex(identifier), material[1:])


def create_key(path: Path) -> None:
    """Write a new Ed25519 key as PEM, mode 0600. Raises FileExistsError: no key is replaced."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    draft = path.with_name(f"{path.name}.draft-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces what is there, and a crash leaves no half-written key.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def load_signer(path: Path, name: str) -> Ed25519Signer:
    """Read an unencrypted PEM key. Raises NoteError unless only the file's owner may read it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            pem = file.read(65_536)
    except OSError as error:
        raise NoteError(
            "key_unreadable", f"The key file {path} cannot be read: {error.strerror}."
        ) from None
    if mode & 0o177:
        raise NoteError("key_too_open", f"The key file {path} has mode {mode:04o}; set it to 0600.")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoteError(
            "bad_key", f"The key file {path} holds no readable PEM private key."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoteError("bad_key", f"The key file {path} holds no Ed25519 key.")
    return Ed25519Signer(name, key)


def verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the signature is the key's over the message (RFC 8032, strictly)."""
    if not ed25519.is_strict(public_key, signature):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_note(text: str, signers: Iterable[Signer]) -> str:
    """Return the text and a signature line for each signer. Raises NoteError for bad text."""
    _check_text(text)
    if text.startswith(_DSSE_PREFIX):
        raise NoteError("bad_note", "A note must not start like a DSSE statement.")
    lines = [_signature_line(text, signer) for signer in signers]
    if not lines:
        raise NoteError("unsigned", "A note needs at least one signer.")
    return text + "\n" + "".join(lines)


def verify_note(note: str, keys: Iterable[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return the text and the known keys that signed it; signatures of unknown keys are ignored.

    Raises NoteError: bad_note, too_large, unsigned, bad_signature (a known key's signature fails,
    whatever the others say), unknown_key (no known key signed).
    """
    text, signatures = _split(note)
    known = {(key.name, key.key_id): key for key in keys}
    verified: list[VerifierKey] = []
    for name, identifier, signature in signatures:
        key = known.get((name, identifier))
        if key is None or key in verified:
            continue
        if not verify_ed25519(key.public_key, signature, text.encode()):
            raise NoteError("bad_signature", f"The signature of {name} does not fit the text.")
        verified.append(key)
    if not verified:
        raise NoteError("unknown_key", "No key that is trusted here has signed this note.")
    return text, tuple(verified)


@dataclass(frozen=True)
class Checkpoint:
    """A log's tree head: `root` has 32 bytes, `size` counts leaves, extensions are opaque lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text of c2sp.org/tlog-checkpoint, signatures not included."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read note text. Raises NoteError("bad_checkpoint") when it is none."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteError(
                "bad_checkpoint", "A checkpoint has at least three lines, none of them empty."
            )
        root = _decode(lines[2])
        if root is None or len(root) != HASH_BYTES:
            raise NoteError(
                "bad_checkpoint", "The third line of a checkpoint is a base64 hash of 32 bytes."
            )
        return cls(lines[0], _number(lines[1], "bad_checkpoint"), root, tuple(lines[3:]))


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer]) -> str:
    """Return the signed note. Raises NoteError when a part would not survive the text form."""
    if Checkpoint.parse(checkpoint.text) != checkpoint:
        raise NoteError(
            "bad_checkpoint", "The origin or an extension of the checkpoint holds a line break."
        )
    return sign_note(checkpoint.text, signers)


def verify_checkpoint(note: str, keys: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """Return the checkpoint if a key named like the origin signed it.

    Raises NoteError as `verify_note` does, and wrong_origin for another log's checkpoint.
    """
    text, verified = verify_note(note, keys)
    checkpoint = Checkpoint.parse(text)
    if checkpoint.origin != origin:
        raise NoteError(
            "wrong_origin", f"This checkpoint is of {checkpoint.origin!r}, not of {origin!r}."
        )
    if not any(key.name == origin for key in verified):
        raise NoteError("unknown_key", f"No key of the log {origin!r} has signed this checkpoint.")
    return checkpoint


@dataclass(frozen=True)
class TlogProof:
    """A `.tlog-proof` file for one entry; `checkpoint` is the signed note, `extra` is unproven."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """The file's text (c2sp.org/tlog-proof@v1)."""
        lines = [_PROOF_HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(item).decode() for item in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> TlogProof:
        """Read a proof file. Raises NoteError("bad_proof") or ("too_large")."""
        _check_size(text)
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != _PROOF_HEADER:
            raise NoteError("bad_proof", f"A proof starts with the line {_PROOF_HEADER}.")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = _proof_bytes(lines.pop(0)[6:])
        if not lines or not lines[0].startswith("index "):
            raise NoteError("bad_proof", "A proof names the index of its entry.")
        index = _number(lines.pop(0)[6:], "bad_proof")
        return cls(index, _proof_hashes(lines), checkpoint, extra)


def verify_tlog_proof(
    text: str, leaf: bytes, keys: Iterable[VerifierKey], origin: str
) -> tuple[int, Checkpoint]:
    """Return the entry's index and the checkpoint that includes the leaf hash `leaf`.

    Raises NoteError for the file, its checkpoint or signature, and ProofError when the entry
    is not included.
    """
    proof = TlogProof.parse(text)
    checkpoint = verify_checkpoint(proof.checkpoint, keys, origin)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return proof.index, checkpoint


def _signature_line(text: str, signer: Signer) -> str:
    key = decode_vkey(signer.vkey)
    signature = base64.b64encode(key.key_id + signer.sign(text.encode())).decode()
    return f"\u2014 {key.name} {signature}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    _check_size(note)
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest:
        raise NoteError("unsigned", "The note has no signature; nothing in it can be trusted.")
    _check_text(text + "\n")
    if not rest.endswith("\n"):
        raise NoteError("bad_note", "The last signature line of the note is cut off.")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("too_large", f"A note has at most {MAX_SIGNATURES} signatures.")
    return text + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    blob = _decode(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
    if blob is None or len(blob) < 5:
        raise NoteError("bad_note", f"This is no signature line: {line[:80]!r}.")
    _check_name(parts[1])
    return parts[1], blob[:4], blob[4:]


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("bad_note", "A note's text ends with a line break.")
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("bad_note", "A note's text holds no control characters but line breaks.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("bad_note", "A note's text is valid Unicode.") from None


def _check_size(text: str) -> None:
    if len(text) > MAX_NOTE_BYTES:
        raise NoteError("too_large", f"The file has more than {MAX_NOTE_BYTES} characters.")


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError(
            "bad_key_name", f"A key name is not empty and has no spaces or plus: {name[:80]!r}."
        )


def _decode(text: str) -> bytes | None:
    """Standard base64, one text for one value: no stray bits, no white space."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == text else None


def _number(text: str, code: str) -> int:
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > 19
        or (text[0] == "0" and text != "0")
    ):
        raise NoteError(code, f"{text[:40]!r} is no plain decimal number.")
    return int(text)


def _proof_bytes(text: str) -> bytes:
    value = _decode(text)
    if value is None:
        raise NoteError("bad_proof", f"This line of the proof is not base64: {text[:80]!r}.")
    return value


def _proof_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(_proof_bytes(line) for line in lines)
    if len(hashes) > MAX_PROOF_HASHES or any(len(item) != HASH_BYTES for item in hashes):
        raise NoteError(
            "bad_proof", f"A proof has at most {MAX_PROOF_HASHES} hashes of 32 bytes each."
        )
    return hashes
