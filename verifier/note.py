"""Signed notes, checkpoints and proof files: C2SP signed-note, tlog-checkpoint and tlog-proof."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .faults import Changed
from .signatures import Check

ED25519 = b"\x01"
MOST_CHARACTERS = 4_000_000
MOST_LINES = 64
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Key:
    """A public key of the log under the log's name; `vkey` is its text."""

    name: str
    identifier: bytes
    public: bytes
    vkey: str


@dataclass(frozen=True)
class Checkpoint:
    """A tree head as it was signed, with the whole note."""

    origin: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Proof:
    """A `.tlog-proof` file; nothing but a signature and the hashes vouches for `extra`."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None


def read_key(text: str) -> Key:
    """Read a vkey, `name+keyid+base64`. Raises Changed unless its parts fit each other."""
    parts = text.strip().split("+", 2)
    material = plain_base64(parts[2]) if len(parts) == 3 else None
    if material is None or len(material) != 33 or material[:1] != ED25519 or not parts[0]:
        raise Changed(f"{text.strip()[:80]!r} is no verifier key of the form name+keyid+base64.")
    identifier = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
    if identifier.hex() != parts[1]:
        raise Changed(f"The key id {parts[1][:20]!r} does not belong to this verifier key.")
    return Key(parts[0], identifier, material[1:], text.strip())


def read_checkpoint(note: str) -> Checkpoint:
    """Read a signed checkpoint without checking its signatures. Raises Changed when it is none."""
    text, _ = _split(note)
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Changed("A checkpoint has at least three lines, none of them empty.")
    root = plain_base64(lines[2])
    if root is None or len(root) != 32:
        raise Changed("The third line of a checkpoint is a base64 hash of 32 bytes.")
    return Checkpoint(lines[0], number(lines[1]), root, note)


def check_signatures(note: str, keys: Iterable[Key], verify: Check) -> list[Key]:
    """The known keys that signed the note. Raises Changed when a known key's signature is wrong."""
    text, lines = _split(note)
    known = {(key.name, key.identifier): key for key in keys}
    signed: list[Key] = []
    for name, identifier, signature in lines:
        key = known.get((name, identifier))
        if key is None or key in signed:
            continue
        if not verify(key.public, signature, text.encode()):
            raise Changed(f"The signature of {name} does not fit the text.")
        signed.append(key)
    return signed


def read_proof(text: str) -> Proof:
    """Read a proof file. Raises Changed when it is none."""
    if len(text) > MOST_CHARACTERS:
        raise Changed("The proof file is too large.")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != PROOF_HEADER:
        raise Changed(f"A proof starts with the line {PROOF_HEADER}.")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _bytes(lines.pop(0)[6:])
    if not lines or not lines[0].startswith("index "):
        raise Changed("A proof names the index of its entry.")
    index = number(lines.pop(0)[6:])
    return Proof(index, proof_hashes(lines), checkpoint, extra)


def proof_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """The hashes of an inclusion proof, each a base64 text of 32 bytes, at most 64."""
    hashes = tuple(_bytes(line) for line in lines)
    if len(hashes) > MOST_LINES or any(len(one) != 32 for one in hashes):
        raise Changed(f"A proof has at most {MOST_LINES} hashes of 32 bytes.")
    return hashes


def plain_base64(text: object) -> bytes | None:
    """The bytes of standard base64, None unless it is the one text for them."""
    if not isinstance(text, str):
        return None
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == text else None


def number(text: object) -> int:
    """A plain decimal number of at most 19 digits. Raises Changed for anything else."""
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()) or len(text) > 19:
        raise Changed(f"{str(text)[:40]!r} is no plain decimal number.")
    if text[0] == "0" and text != "0":
        raise Changed(f"{text!r} is no plain decimal number.")
    return int(text)


def _bytes(text: str) -> bytes:
    value = plain_base64(text)
    if value is None:
        raise Changed(f"This line of the proof is not base64: {text[:60]!r}.")
    return value


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    if len(note) > MOST_CHARACTERS:
        raise Changed("The note is too large.")
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise Changed("The note has no signature, or its last line is cut off.")
    if any(one < " " and one != "\n" for one in text):
        raise Changed("The note holds control characters.")
    lines = rest[:-1].split("\n")
    if len(lines) > MOST_LINES:
        raise Changed(f"A note has at most {MOST_LINES} signatures.")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    blob = plain_base64(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
    if blob is None or len(blob) < 5:
        raise Changed(f"This is no signature line: {line[:80]!r}.")
    return parts[1], blob[:4], blob[4:]
