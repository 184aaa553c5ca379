"""Dead Simple Signing Envelopes (DSSE 1.0) with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import canonical
from .faults import Changed
from .signatures import Check

STATEMENT = "application/vnd.in-toto+json"
MANIFEST = "application/vnd.muniment.manifest+json"
MOST_SIGNATURES = 16


class Opened(NamedTuple):
    """The payload, and the ids of the known keys whose signatures fit it."""

    payload: bytes
    keyids: tuple[str, ...]


def keyid(public: bytes) -> str:
    """`sha256:<hex>` of the 32 bytes of a public key."""
    return f"sha256:{hashlib.sha256(public).hexdigest()}"


def signed_text(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def open_envelope(
    data: bytes, keys: Mapping[str, bytes], verify: Check, payload_type: str = STATEMENT
) -> Opened:
    """Check an envelope's signatures against known keys. Raises Changed when one does not fit.

    Signatures of unknown keys are passed over; `keyids` may be empty.
    """
    envelope = canonical.loads(data)
    if not isinstance(envelope, dict) or envelope.get("payloadType") != payload_type:
        raise Changed(f"This is no DSSE envelope of the type {payload_type}.")
    payload = _decoded(envelope.get("payload"))
    message = signed_text(payload_type, payload)
    verified: list[str] = []
    for identifier, signature in _signatures(envelope):
        if identifier not in keys or identifier in verified:
            continue
        if not verify(keys[identifier], signature, message):
            raise Changed(f"The signature of key {_short(identifier)} does not fit the payload.")
        verified.append(identifier)
    return Opened(payload, tuple(verified))


def _signatures(envelope: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    items = envelope.get("signatures")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_SIGNATURES:
        raise Changed(f"An envelope has 1 to {MOST_SIGNATURES} signatures.")
    found = []
    for item in items:
        identifier = item.get("keyid") if isinstance(item, dict) else None
        if not isinstance(identifier, str):
            raise Changed("A signature of an envelope has a keyid and a sig.")
        found.append((identifier, _decoded(item.get("sig"))))
    return found


def _decoded(text: object) -> bytes:
    """Base64, standard or URL-safe, as the protocol asks of verifiers."""
    if not isinstance(text, str):
        raise Changed("A part of the envelope is missing.")
    standard = text.replace("-", "+").replace("_", "/")
    try:
        value = base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        raise Changed("A part of the envelope is not base64.") from None
    # Stray bits at the end would let one signature have several texts.
    if base64.b64encode(value).decode() != standard:
        raise Changed("A part of the envelope is not plain base64.")
    return value


def _short(identifier: str) -> str:
    return identifier[:19]
