"""Numbers as a reader sees them. What is no number is written as such, never as zero."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

NO_VALUE = "no value"
PLACES = 4
Numeric = int | float | str | Decimal | None


def number(value: object) -> Decimal | None:
    """A finite decimal, or None for None, NaN, infinity and text that is no number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        parsed = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None


def count_words(value: object) -> str:
    """A whole number with thousands apart: 1,482."""
    parsed = number(value)
    return NO_VALUE if parsed is None else f"{parsed:,.0f}"


def fixed_words(value: object, places: int = 3) -> str:
    """A number with a fixed count of decimal places: 0.871."""
    parsed = number(value)
    return NO_VALUE if parsed is None else f"{parsed:,.{places}f}"


def percent_words(value: object, places: int = 1) -> str:
    """A share of one as per cent, with a narrow space before the sign: 4.1 %."""
    parsed = number(value)
    return NO_VALUE if parsed is None else f"{parsed * 100:,.{places}f}\u202f%"


def plain_words(value: object) -> str:
    """A number as given, to four places at most: 0.80 stays 0.80, 12000 becomes 12,000."""
    parsed = number(value)
    if parsed is None:
        return NO_VALUE
    is_short = int(parsed.as_tuple().exponent) >= -PLACES
    return f"{parsed:,f}" if is_short else f"{parsed:,.{PLACES}f}"
