"""The platform's rule for keys and signatures is the offline verifier's, and stricter than the library's."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.audit import ed25519
from governance.audit.note import verify_ed25519
from tests.evidence.hostile import neutral
from verifier import ed25519 as offline

SECRET, MESSAGE = bytes([3]) * 32, b"message"
KEY = Ed25519PrivateKey.from_private_bytes(SECRET)
PUBLIC, SIGNATURE = KEY.public_key().public_bytes_raw(), KEY.sign(MESSAGE)


def points() -> list[bytes]:
    """Every y of small order, y that are too large, and others, with either sign."""
    chance = random.Random(7)
    odd = [*offline._small_orders(), *range(offline.P, 2**255)]
    values = [*odd, *range(2, 40), *(chance.randrange(2**255) for _ in range(40))]
    return [(y | sign).to_bytes(32, "little") for y in values for sign in (0, 1 << 255)]


def test_the_points_of_small_order_are_the_verifiers() -> None:
    assert offline._small_orders() == ed25519.SMALL_ORDERS


def test_both_take_the_same_keys_and_signatures() -> None:
    for point in points():
        expected = offline._is_large(point) and offline.decode(point) is not None
        assert ed25519.is_key(point) == expected, point.hex()
        for pair in ((point, SIGNATURE), (PUBLIC, point + SIGNATURE[32:])):
            assert ed25519.is_strict(*pair) == offline.is_strict(*pair), point.hex()
    for size in (0, 31, 33):
        assert not ed25519.is_key(bytes([9]) * size)


def test_answers_below_the_order_only() -> None:
    for answer in (0, ed25519.L - 1, ed25519.L, 2**256 - 1):
        signature = SIGNATURE[:32] + answer.to_bytes(32, "little")
        assert ed25519.is_strict(PUBLIC, signature) == (answer < ed25519.L)
        assert ed25519.is_strict(PUBLIC, signature) == offline.is_strict(PUBLIC, signature)


def test_what_the_library_alone_would_take_is_refused() -> None:
    forged = neutral(PUBLIC, SECRET, MESSAGE)
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(forged, MESSAGE)
    assert not verify_ed25519(PUBLIC, forged, MESSAGE)
    assert verify_ed25519(PUBLIC, SIGNATURE, MESSAGE)
