"""Whoever holds the database and both signing keys: signs the past again, and the signer's memory with it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from demo.drill.owner import Connection, Owner, Rows, canonical, put_all

SIGNED_LATER = "SELECT id, size, note FROM audit_checkpoint WHERE size > %s"
ANCHORED_LATER = "SELECT id, size FROM audit_anchor WHERE size > %s"


@dataclass(frozen=True)
class Holder:
    owner: Owner

    @property
    def keys(self) -> Path:
        return self.owner.home / "keys"

    def rewrite(self, rows: Rows) -> int:
        """Make the measurement say what `rows` say, everywhere inside; how many checkpoints were signed anew."""
        signed = self.signed(rows)
        with self.owner.connection(unguarded=True) as connection:
            put_all(connection, signed)
            leaves = leaves_of(connection)
            later = connection.execute(SIGNED_LATER, (rows.index,)).fetchall()
            for number, size, note in later:
                root = root_of(peaks(leaves[:size]))
                connection.execute(
                    "UPDATE audit_checkpoint SET root = %s, note = %s WHERE id = %s",
                    (root, self.note(note, root), number),
                )
            for number, size in connection.execute(ANCHORED_LATER, (rows.index,)).fetchall():
                connection.execute(
                    "UPDATE audit_anchor SET root = %s WHERE id = %s",
                    (root_of(peaks(leaves[:size])), number),
                )
            self.remember(leaves)
        return len(later)

    def signed(self, rows: Rows) -> Rows:
        """The rows with a signature that holds (DSSE)."""
        envelope = json.loads(rows.envelope)
        payload = base64.b64decode(envelope["payload"])
        kind = envelope["payloadType"].encode()
        text = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        signature = self.key("evidence.pem").sign(text)
        envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
        return replace(rows, envelope=canonical(envelope))

    def note(self, old: str, root: bytes) -> str:
        """The checkpoint over another root, signed by the log's key (c2sp.org/signed-note)."""
        head, _, signatures = old.partition("\n\n")
        origin, size, _ = head.split("\n")
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        name, blob = signatures.splitlines()[0].removeprefix("\u2014 ").split(" ")
        signature = base64.b64decode(blob)[:4] + self.key("log.pem").sign(text.encode())
        return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"

    def remember(self, leaves: Sequence[bytes]) -> None:
        """Let the signer believe that this is what it signed last."""
        path = self.keys / "log.signed"
        size = json.loads(path.read_text(encoding="ascii"))["size"]
        hashes = [one.hex() for one in peaks(leaves[:size])]
        new = path.with_suffix(".forged")
        new.write_text(json.dumps({"size": size, "hashes": hashes}), encoding="ascii")
        new.replace(path)

    def key(self, name: str) -> Ed25519PrivateKey:
        key = load_pem_private_key((self.keys / name).read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        return key


def leaves_of(connection: Connection) -> list[bytes]:
    rows = connection.execute("SELECT leaf_hash FROM audit_leaf ORDER BY index").fetchall()
    return [bytes(row[0]) for row in rows]


def peaks(leaves: Sequence[bytes]) -> list[bytes]:
    """The roots of the perfect trees that the leaves make, largest first (RFC 6962)."""
    found: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, value = 0, leaf
        while found and found[-1][0] == height:
            value = node(found.pop()[1], value)
            height += 1
        found.append((height, value))
    return [value for _, value in found]


def root_of(hashes: Sequence[bytes]) -> bytes:
    *rest, value = hashes
    for one in reversed(rest):
        value = node(one, value)
    return value


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
