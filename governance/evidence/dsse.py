"""DSSE v1 envelopes (secure-systems-lab/dsse, protocol 1.0.2), signed with Ed25519 by one key.

Narrower than the protocol: the three fields, one signature and its key's id, nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import canonical
from governance.audit.note import verify_ed25519

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_PAYLOAD_BYTES = 1_048_576
MAX_ENVELOPE_BYTES = 1_500_000
MAX_KEYID = 200
FIELDS = frozenset({"payload", "payloadType", "signatures"})
SIGNATURE_FIELDS = frozenset({"keyid", "sig"})


class EnvelopeError(ValueError):
    """An envelope that cannot be accepted: `code` for programs, `sentence` for people, `pointer` into it."""

    def __init__(self, code: str, sentence: str, pointer: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.pointer = pointer


class Opened(NamedTuple):
    """A verified payload, the id of the known key that signed it, and the signature."""

    payload: bytes
    keyid: str
    signature: bytes


class Signer(Protocol):
    """Whatever holds a private Ed25519 key: a file here, a key service later."""

    @property
    def keyid(self) -> str:
        """`sha256:<hex>` of the raw public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""


class KeySigner:
    """A signer whose private key is in this process."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_bytes = key.public_key().public_bytes_raw()

    @property
    def keyid(self) -> str:
        return keyid(self.public_bytes)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def keyid(public_key: bytes) -> str:
    """Return `sha256:<hex>` of the 32 raw bytes of an Ed25519 public key."""
    return f"sha256:{hashlib.sha256(public_key).hexdigest()}"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding, the bytes that are signed (DSSE protocol)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, signer: Signer, *, payload_type: str = PAYLOAD_TYPE) -> dict[str, Any]:
    """Return the envelope `{payloadType, payload, signatures: [{keyid, sig}]}`.

    Raises EnvelopeError("too_large") above 1 MiB.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        _refuse_size(len(payload), MAX_PAYLOAD_BYTES)
    signature = signer.sign(pae(payload_type, payload))
    return envelope_of(Opened(payload, signer.keyid, signature), payload_type=payload_type)


def envelope_of(signed: Opened, *, payload_type: str = PAYLOAD_TYPE) -> dict[str, Any]:
    """The one envelope that says this, whatever the one looked like that it was read from."""
    return {
        "payloadType": payload_type,
        "payload": base64.b64encode(signed.payload).decode(),
        "signatures": [{"keyid": signed.keyid, "sig": base64.b64encode(signed.signature).decode()}],
    }


def verify(
    envelope: Mapping[str, Any],
    keys: Mapping[str, bytes],
    *,
    payload_type: str = PAYLOAD_TYPE,
) -> bytes:
    """Return the payload that a known key signed; use these bytes, never the envelope's again.

    `keys` maps key ids to raw public keys of 32 bytes. Raises EnvelopeError: bad_envelope, unknown_field,
    wrong_payload_type, too_large, unsigned, several_signatures, unknown_key, bad_signature.
    """
    return open_envelope(envelope, keys, payload_type=payload_type).payload


def open_envelope(
    envelope: Mapping[str, Any],
    keys: Mapping[str, bytes],
    *,
    payload_type: str = PAYLOAD_TYPE,
) -> Opened:
    """Like `verify`, and tells which key signed, and how."""
    _refuse_others(envelope, FIELDS, "")
    signed = Opened(_payload(envelope, payload_type), *_signature(envelope))
    if signed.keyid not in keys:
        raise EnvelopeError(
            "unknown_key",
            f"No known key signed this. Register the key first; its id is {signed.keyid}.",
            "/signatures",
        )
    if not verify_ed25519(keys[signed.keyid], signed.signature, pae(payload_type, signed.payload)):
        raise EnvelopeError(
            "bad_signature",
            f"The signature of key {signed.keyid} does not fit the payload. Sign these bytes with this key.",
            "/signatures",
        )
    return signed


def read_envelope(data: bytes, *, max_bytes: int = MAX_ENVELOPE_BYTES) -> dict[str, Any]:
    """Parse the JSON text of an envelope. Raises EnvelopeError for text that is no JSON object."""
    if len(data) > max_bytes:
        _refuse_size(len(data), max_bytes)
    try:
        value = canonical.loads(data, max_bytes=max_bytes)
    except canonical.CanonicalError as error:
        raise EnvelopeError("bad_envelope", f"No DSSE envelope: {error.sentence}") from None
    if not isinstance(value, dict):
        raise EnvelopeError("bad_envelope", "A DSSE envelope is a JSON object.")
    return value


def write_envelope(envelope: Mapping[str, Any]) -> bytes:
    """Return the envelope as canonical JSON, the form in which it is stored and hashed."""
    return canonical.dumps(dict(envelope))


def decoded(text: object) -> bytes | None:
    """Base64, standard or URL-safe as the protocol asks, and one text for one value; None for all else."""
    if not isinstance(text, str):
        return None
    standard = text.replace("-", "+").replace("_", "/")
    try:
        value = base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == standard else None


def _payload(envelope: Mapping[str, Any], payload_type: str) -> bytes:
    found = envelope.get("payloadType")
    if found != payload_type:
        raise EnvelopeError(
            "wrong_payload_type",
            f"The payload type is {str(found)[:80]!r}. Write {payload_type!r}.",
            "/payloadType",
        )
    text = envelope.get("payload")
    if isinstance(text, str) and len(text) > MAX_PAYLOAD_BYTES * 4 // 3 + 4:
        _refuse_size(len(text) * 3 // 4, MAX_PAYLOAD_BYTES, "/payload")
    payload = decoded(text)
    if payload is None:
        _refuse_base64("payload", "/payload")
    if len(payload) > MAX_PAYLOAD_BYTES:
        _refuse_size(len(payload), MAX_PAYLOAD_BYTES, "/payload")
    return payload


def _signature(envelope: Mapping[str, Any]) -> tuple[str, bytes]:
    """The key id and the bytes of the one signature."""
    item = _only(envelope.get("signatures"))
    _refuse_others(item, SIGNATURE_FIELDS, "/signatures/0")
    keyid, signature = item.get("keyid"), decoded(item.get("sig"))
    if not isinstance(keyid, str) or not 0 < len(keyid) <= MAX_KEYID:
        raise EnvelopeError(
            "bad_envelope",
            "Name the key that signed: keyid is sha256: and the SHA-256 of the public key.",
            "/signatures/0/keyid",
        )
    if not signature:
        _refuse_base64("sig", "/signatures/0/sig")
    return keyid, signature


def _only(items: object) -> Mapping[str, Any]:
    if items is None or items == []:
        raise EnvelopeError(
            "unsigned", "The envelope is not signed; sign it with a registered key.", "/signatures"
        )
    if not isinstance(items, list) or not isinstance(items[0], dict):
        raise EnvelopeError(
            "bad_envelope",
            "Write signatures as a list of one object, keyid and sig.",
            "/signatures",
        )
    if len(items) > 1:
        raise EnvelopeError(
            "several_signatures",
            "An envelope has one signature. Send only that of this token's key.",
            "/signatures",
        )
    return items[0]


def _refuse_others(value: Mapping[str, Any], fields: frozenset[str], pointer: str) -> None:
    """Nothing is taken that no signature covers and no reader needs."""
    unknown = sorted(value.keys() - fields)
    if unknown:
        raise EnvelopeError(
            "unknown_field", f"Unknown field: {', '.join(unknown)[:120]}. Remove it.", pointer
        )


def _refuse_base64(name: str, pointer: str) -> NoReturn:
    raise EnvelopeError(
        "bad_envelope",
        f"Write {name} as base64, standard or URL-safe, padded and without stray bits.",
        pointer,
    )


def _refuse_size(size: int, limit: int, pointer: str = "") -> NoReturn:
    raise EnvelopeError(
        "too_large", f"This has about {size} bytes; at most {limit} are taken.", pointer
    )
