"""Ed25519 signatures in plain Python (RFC 8032 section 5.1), for machines without `cryptography`.

Strict: S below the group's order, A and R in their one canonical form and of large order. So there
is one signature text for one signature, whatever library checks it. About 1 ms each after the
first of a key; nothing here is secret, so nothing needs constant time.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
D2 = 2 * D % P
SQRT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, -1, P) % P
WINDOW = 4
WINDOWS = 64
DIGITS = 1 << WINDOW

# (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z (Hisil et al. 2008).
Point = tuple[int, int, int, int]
# (y - x, y + x, 2·d·x·y) of a point with Z = 1: what adding it needs.
Ready = tuple[int, int, int]
Table = tuple[tuple[Ready, ...], ...]
NEUTRAL: Point = (0, 1, 1, 0)


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the signature of the key (32 bytes) over the message."""
    if not is_strict(public_key, signature):
        return False
    table = _table_of_key(public_key)
    if table is None:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    answer = int.from_bytes(signature[32:], "little")
    # R = S·B - k·A; the table is that of -A.
    found = _add_multiple(_add_multiple(NEUTRAL, answer, _table_of_base()), challenge, table)
    return encode(found) == signature[:32]


def is_strict(public_key: bytes, signature: bytes) -> bool:
    """Sizes, S < L, and A and R canonical and not of small order. Says nothing of the signature."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    return _is_large(public_key) and _is_large(signature[:32])


def encode(point: Point) -> bytes:
    """The 32 bytes of a point (RFC 8032 section 5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> tuple[int, int] | None:
    """x and y of the 32 bytes of a point, None when they are none (RFC 8032 section 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    x = _root((y * y - 1) % P, (D * y * y + 1) % P)
    if x is None or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def _root(numerator: int, denominator: int) -> int | None:
    """The square root of the quotient: u·v³·(u·v⁷)^((p-5)/8), mended by sqrt(-1)."""
    cube = denominator**3 % P
    x = numerator * cube * pow(numerator * cube * denominator**4, (P - 5) // 8, P) % P
    square = denominator * x * x % P
    if square == numerator:
        return x
    if square == P - numerator:
        return x * SQRT_OF_MINUS_ONE % P
    return None


def _is_large(data: bytes) -> bool:
    y = int.from_bytes(data, "little") & (2**255 - 1)
    return y < P and y not in _small_orders()


@lru_cache(maxsize=1)
def _small_orders() -> frozenset:  # type: ignore[type-arg]
    """The y of the points whose order divides 8: 1, -1, 0, and two of order eight."""
    # Doubling (x, y) of order 8 gives (±sqrt(-1), 0), so y² = -x²: d·y⁴ + 2·y² - 1 = 0.
    found = {0, 1, P - 1}
    under = _root((1 + D) % P, 1)
    for sign in (1, -1):
        square = (sign * (under or 0) - 1) * pow(D, -1, P) % P
        y = _root(square, 1)
        if y is not None:
            found |= {y, P - y}
    return frozenset(found)


def _add(first: Point, second: Point) -> Point:
    """add-2008-hwcd-3: complete, so it doubles as well."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = t1 * D2 * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _add_multiple(point: Point, scalar: int, table: Table) -> Point:
    """point + scalar·Q, where the table holds the multiples of Q."""
    x, y, z, t = point
    for row in table:
        digit = scalar & (DIGITS - 1)
        scalar >>= WINDOW
        if not digit:
            continue
        minus, plus, product = row[digit - 1]
        a = (y - x) * minus % P
        b = (y + x) * plus % P
        c = t * product % P
        d = 2 * z
        e, f, g, h = b - a, d - c, d + c, b + a
        x, y, z, t = e * f % P, g * h % P, f * g % P, e * h % P
    return x, y, z, t


def _table(x: int, y: int) -> Table:
    """1 to 15 times 16^i times the point, for each of the 64 windows of a scalar."""
    base: Point = (x, y, 1, x * y % P)
    points = []
    for _ in range(WINDOWS):
        multiple = base
        for _ in range(DIGITS - 1):
            points.append(multiple)
            multiple = _add(multiple, base)
        base = multiple
    ready = _made_ready(points)
    width = DIGITS - 1
    return tuple(tuple(ready[i : i + width]) for i in range(0, len(ready), width))


def _made_ready(points: list[Point]) -> list[Ready]:
    """Divide all by their Z with one inversion (Montgomery's trick)."""
    products = [1]
    for point in points:
        products.append(products[-1] * point[2] % P)
    inverse = pow(products[-1], -1, P)
    found = []
    for point, before in zip(reversed(points), reversed(products[:-1])):
        own, inverse = inverse * before % P, inverse * point[2] % P
        x, y = point[0] * own % P, point[1] * own % P
        found.append(((y - x) % P, (y + x) % P, D2 * x * y % P))
    return found[::-1]


@lru_cache(maxsize=1)
def _table_of_base() -> Table:
    x, y = decode(BASE_Y.to_bytes(32, "little")) or (0, 1)
    return _table(x, y)


@lru_cache(maxsize=256)
def _table_of_key(public_key: bytes) -> Table | None:
    """The table of -A."""
    point = decode(public_key)
    return None if point is None else _table(P - point[0], point[1])
