"""KS and Wasserstein distance when only binned counts are left of both samples."""

from __future__ import annotations

import numpy as np

from monitoring.statistics.inputs import Floats
from monitoring.statistics.profile import NumericProfile


def ks_bounds(reference: NumericProfile, current: NumericProfile) -> tuple[float, float]:
    """(lower, upper) limit of the exact KS D.

    Lower: the largest gap of the distribution functions at the bin ends. Upper: inside a bin the
    gap cannot exceed one function's end minus the other's start. Both profiles hold values and
    share a layout. The limits differ by at most the mass of one bin.
    """
    r, c = _cumulative(reference), _cumulative(current)
    lower = float(np.abs(r - c).max())
    inside = np.maximum(r[1:] - c[:-1], c[1:] - r[:-1])
    if reference.layout.uppers[0] == reference.layout.low:
        inside[1] = 0  # a bin of one single value has no inside
    return lower, max(lower, float(inside.max()))


def binned_wasserstein(reference: NumericProfile, current: NumericProfile) -> float:
    """First Wasserstein distance by the trapezoid rule over the bin ends."""
    gap = np.abs(_cumulative(reference) - _cumulative(current))
    layout = reference.layout
    low, high = layout.low, layout.uppers[-1]
    start = low if current.minimum is None else min(low, current.minimum)
    end = high if current.maximum is None else max(high, current.maximum)
    widths = np.diff([start, low, *layout.uppers, end])
    return float(widths @ (gap[:-1] + gap[1:]) / 2)


def _cumulative(profile: NumericProfile) -> Floats:
    total = np.concatenate([[0], np.cumsum(profile.counts)])
    return np.asarray(total / profile.n, dtype=np.float64)
