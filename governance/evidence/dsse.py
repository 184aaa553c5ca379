"""DSSE v1 envelopes (secure-systems-lab/dsse, protocol 1.0.2), signed with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import canonical
from governance.audit.note import verify_ed25519

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_PAYLOAD_BYTES = 1_048_576
MAX_ENVELOPE_BYTES = 1_500_000
MAX_SIGNATURES = 16


class EnvelopeError(ValueError):
    """An envelope that cannot be accepted: `code` for programs, `sentence` for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Opened(NamedTuple):
    """A verified payload and the ids of the known keys that signed it."""

    payload: bytes
    keyids: tuple[str, ...]


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
    return {
        "payloadType": payload_type,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": signer.keyid, "sig": base64.b64encode(signature).decode()}],
    }


def verify(
    envelope: Mapping[str, Any],
    keys: Mapping[str, bytes],
    *,
    payload_type: str = PAYLOAD_TYPE,
) -> bytes:
    """Return the payload that a known key signed; use these bytes, never the envelope's again.

    `keys` maps key ids to raw public keys of 32 bytes. Raises EnvelopeError: bad_envelope,
    wrong_payload_type, too_large, unsigned, unknown_key, bad_signature.
    """
    return open_envelope(envelope, keys, payload_type=payload_type).payload


def open_envelope(
    envelope: Mapping[str, Any],
    keys: Mapping[str, bytes],
    *,
    payload_type: str = PAYLOAD_TYPE,
) -> Opened:
    """Like `verify`, and tells which known keys signed; one bad signature of theirs refuses all."""
    payload = _payload(envelope, payload_type)
    message = pae(payload_type, payload)
    signatures = _signatures(envelope)
    verified: list[str] = []
    for identifier, signature in signatures:
        if identifier not in keys or identifier in verified:
            continue
        if not verify_ed25519(keys[identifier], signature, message):
            raise EnvelopeError(
                "bad_signature", f"The signature of key {identifier} does not fit the payload."
            )
        verified.append(identifier)
    if not verified:
        shown = ", ".join(identifier or "(none)" for identifier, _ in signatures)
        raise EnvelopeError(
            "unknown_key", f"No known key signed this. Register the key first; key ids: {shown}."
        )
    return Opened(payload, tuple(verified))


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


def _payload(envelope: Mapping[str, Any], payload_type: str) -> bytes:
    found = envelope.get("payloadType")
    if found != payload_type:
        raise EnvelopeError(
            "wrong_payload_type", f"The payload type is {str(found)[:80]!r}, not {payload_type!r}."
        )
    text = envelope.get("payload")
    if isinstance(text, str) and len(text) > MAX_PAYLOAD_BYTES * 4 // 3 + 4:
        _refuse_size(len(text) * 3 // 4, MAX_PAYLOAD_BYTES)
    payload = _decode(text)
    if payload is None:
        raise EnvelopeError("bad_envelope", "The payload of the envelope is not base64.")
    if len(payload) > MAX_PAYLOAD_BYTES:
        _refuse_size(len(payload), MAX_PAYLOAD_BYTES)
    return payload


def _signatures(envelope: Mapping[str, Any]) -> Sequence[tuple[str, bytes]]:
    items = envelope.get("signatures")
    if items is None or items == []:
        raise EnvelopeError(
            "unsigned", "The envelope is not signed; sign it with a registered key."
        )
    if not isinstance(items, list) or len(items) > MAX_SIGNATURES:
        raise EnvelopeError("bad_envelope", f"An envelope has 1 to {MAX_SIGNATURES} signatures.")
    return [_signature(item) for item in items]


def _signature(item: object) -> tuple[str, bytes]:
    if not isinstance(item, dict):
        raise EnvelopeError("bad_envelope", "A signature is an object with keyid and sig.")
    identifier = item.get("keyid") or ""
    signature = _decode(item.get("sig"))
    if not isinstance(identifier, str) or len(identifier) > 200 or not signature:
        raise EnvelopeError("bad_envelope", "A signature has a keyid and a base64 sig.")
    return identifier, signature


def _decode(text: object) -> bytes | None:
    """Base64, standard or URL-safe: the protocol makes verifiers accept both."""
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _refuse_size(size: int, limit: int) -> None:
    raise EnvelopeError("too_large", f"The statement has about {size} bytes; at most {limit}.")
