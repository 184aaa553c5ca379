"""Which Ed25519 keys and signatures count: RFC 8032, strictly, as the offline verifier has it.

Libraries differ about the rest, and what one of them takes here must not fail at an auditor's. The rule
is that of verifier/ed25519.py; a test holds the two together.
"""

from __future__ import annotations

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
KEY_BYTES, SIGNATURE_BYTES = 32, 64
ORDER_EIGHT = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y of the points whose order divides 8.
SMALL_ORDERS = frozenset({0, 1, P - 1, ORDER_EIGHT, P - ORDER_EIGHT})


def is_strict(public_key: bytes, signature: bytes) -> bool:
    """Sizes, S < L, and A and R canonical and not of small order. Says nothing of the signature."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    if int.from_bytes(signature[KEY_BYTES:], "little") >= L:
        return False
    return is_large(public_key) and is_large(signature[:KEY_BYTES])


def is_key(data: bytes) -> bool:
    """Whether these bytes are a key that can sign: a point of the curve, canonical and not of small order."""
    if len(data) != KEY_BYTES or not is_large(data):
        return False
    square = y_of(data) ** 2
    # x² = (y² - 1) / (d·y² + 1) has a root where the product of the two has one (Euler).
    return pow((square - 1) * (D * square + 1), (P - 1) // 2, P) == 1


def is_large(data: bytes) -> bool:
    y = y_of(data)
    return y < P and y not in SMALL_ORDERS


def y_of(data: bytes) -> int:
    return int.from_bytes(data, "little") & (2**255 - 1)
