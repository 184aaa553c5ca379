"""Decimals of signed records: strings, compared exactly."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Callable

_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)

# In a sentence; what is judged keeps all of them.
PLACES = 4
COMPARATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": lambda value, threshold: value >= threshold,
    ">": lambda value, threshold: value > threshold,
    "<=": lambda value, threshold: value <= threshold,
    "<": lambda value, threshold: value < threshold,
    "==": lambda value, threshold: value == threshold,
}
WORDS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly"}
USES = ("point", "lower", "upper")
FIELD_OF_USE = {"point": "value", "lower": "lower", "upper": "upper"}
# A context of our own: the thread's may be changed by anybody.
_EXACT = Context(prec=2200)


def decimal_or_none(text: object) -> Decimal | None:
    """Read a finite decimal string (or an integer); None for everything else, NaN and infinities
    included."""
    if isinstance(text, int) and not isinstance(text, bool):
        return Decimal(text)
    if isinstance(text, str) and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return None


def rounded(text: object, threshold: object = None, places: int = PLACES) -> str:
    """A decimal as a sentence says it, with few places; whatever is no decimal stays as it is.

    It stays whole where the shorter one would stand on another side of the threshold.
    """
    value, limit = decimal_or_none(text), decimal_or_none(threshold)
    if value is None or int(value.as_tuple().exponent) >= -places:
        return str(text)
    short = Decimal(f"{value:.{places}f}")
    if limit is not None and (short < limit, short > limit) != (value < limit, value > limit):
        return str(text)
    return str(short)


def badness(value: Decimal, comparator: str, threshold: Decimal) -> Decimal:
    """Order values judged by one criterion: the larger, the worse."""
    if comparator in (">=", ">"):
        return value.copy_negate()
    if comparator in ("<=", "<"):
        return value
    return _EXACT.subtract(value, threshold).copy_abs()
