"""Floats as plain decimal strings: signed records hold no binary floating point."""

from __future__ import annotations

import math
from decimal import Decimal

from monitoring.statistics.errors import MeasureCode, MeasureError


def decimal_string(value: float) -> str:
    """The shortest decimal that reads back as the same float, without an exponent.

    Raises MeasureError(not_finite) for NaN and infinities, which have no decimal.
    """
    value = float(value)
    if not math.isfinite(value):
        raise MeasureError(MeasureCode.NOT_FINITE, f"{value} has no decimal form.")
    if value == 0:
        return "0"
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def optional_decimal(value: float | None) -> str | None:
    """`decimal_string`, with None kept as None."""
    return None if value is None else decimal_string(value)
