"""Canonical JSON (RFC 8785) of what results and entries hold: strings, integers, booleans, null,
arrays, objects.

A second, small copy beside governance.audit.canonical: this package imports nothing but itself.
"""

from __future__ import annotations

import hashlib
import json


def dumps(value: object) -> bytes:
    """Return the canonical UTF-8 bytes. Raises TypeError for floats, other types and keys that
    are no strings."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes as 64 lower-case hex digits."""
    return hashlib.sha256(dumps(value)).hexdigest()


def _ordered(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    raise TypeError(
        f"A {type(value).__name__} cannot stand in canonical JSON; write decimals as strings."
    )


def _utf16(key: object) -> bytes:
    if not isinstance(key, str):
        raise TypeError("A key of a JSON object is a string.")
    return key.encode("utf-16-be")
