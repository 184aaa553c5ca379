"""Which program checks an Ed25519 signature: `cryptography` where it is installed, else ours."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable

from . import ed25519

# check(public key of 32 bytes, signature of 64 bytes, message) -> whether it fits
Check = Callable[[bytes, bytes, bytes], bool]


def checker(pure: bool = False) -> Check:
    """The function that checks signatures. Both refuse the same texts: `ed25519.is_strict` first."""
    return ed25519.verify if pure or not has_library() else _by_library


def has_library() -> bool:
    """Whether `cryptography` can be imported."""
    return _library() is not None


@lru_cache(maxsize=1)
def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519 as found  # noqa: PLC0415
    except Exception:  # noqa: BLE001 (a broken installation must not end the check)
        return None
    return found


@lru_cache(maxsize=256)
def _key(public_key: bytes) -> Any:
    if ed25519.decode(public_key) is None:
        raise ValueError("These bytes are no point of the curve.")
    return _library().Ed25519PublicKey.from_public_bytes(public_key)


def _by_library(public_key: bytes, signature: bytes, message: bytes) -> bool:
    if not ed25519.is_strict(public_key, signature):
        return False
    try:
        _key(public_key).verify(signature, message)
    except Exception:  # noqa: BLE001 (InvalidSignature, or a key the library refuses)
        return False
    return True
