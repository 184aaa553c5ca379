"""Interval methods shared by the measures."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import check_level

Interval = tuple[float, float]


def normal_quantile(level: float) -> float:
    """z with P(|Z| <= z) = level. Raises MeasureError(bad_parameter)."""
    check_level(level)
    return float(norm.ppf(0.5 + level / 2))


def wilson(successes: int, n: int, level: float) -> Interval:
    """Wilson's score interval of a proportion (Wilson 1927, JASA 22:209-212).

    Raises MeasureError(empty) for n = 0.
    """
    if n == 0:
        raise MeasureError(MeasureCode.EMPTY, "A proportion of no rows has no interval.")
    z = normal_quantile(level)
    p = successes / n
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    centre = p + z * z / (2 * n)
    # At 0 and n successes one limit is the bound itself; rounding must not move it.
    lower = 0.0 if successes == 0 else (centre - spread) / scale
    upper = 1.0 if successes == n else (centre + spread) / scale
    return lower, upper


def newcombe_difference(first: tuple[int, int], second: tuple[int, int], level: float) -> Interval:
    """Hybrid score interval of p1 - p2; `first` and `second` are (successes, n).

    Newcombe 1998, Statistics in Medicine 17:873-890, method 10.
    """
    p1, p2 = first[0] / first[1], second[0] / second[1]
    l1, u1 = wilson(*first, level)
    l2, u2 = wilson(*second, level)
    lower = p1 - p2 - math.hypot(p1 - l1, u2 - p2)
    upper = p1 - p2 + math.hypot(u1 - p1, p2 - l2)
    return lower, upper


def log_ratio(first: tuple[int, int], second: tuple[int, int], level: float) -> Interval:
    """Delta-method interval of p1 / p2 on the log scale (Katz et al. 1978, Biometrics 34:469-474).

    `first` and `second` are (successes, n). Raises MeasureError(undefined) for zero successes.
    """
    (x1, n1), (x2, n2) = first, second
    if x1 == 0 or x2 == 0:
        raise MeasureError(MeasureCode.UNDEFINED, "The log of a ratio with a zero is undefined.")
    error = math.sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
    reach = math.exp(normal_quantile(level) * error)
    ratio = (x1 / n1) / (x2 / n2)
    return ratio / reach, ratio * reach


def zero_ratio(first: tuple[int, int], second: tuple[int, int], level: float) -> Interval:
    """Interval of p1 / p2 where p1 is zero, from the two Wilson intervals.

    MOVER-R of Donner and Zou 2012 (Statistical Methods in Medical Research 21:347-359), p1 = 0.
    """
    upper1 = wilson(*first, level)[1]
    p2 = second[0] / second[1]
    lower2 = wilson(*second, level)[0]
    return 0.0, upper1 / math.sqrt(lower2 * (2 * p2 - lower2))


def percentile_interval(draws: ArrayLike, level: float) -> Interval:
    """Equal-tailed percentile interval of bootstrap draws (Efron and Tibshirani 1993, ch. 13)."""
    check_level(level)
    tail = (1 - level) / 2
    lower, upper = np.quantile(np.asarray(draws), [tail, 1 - tail])
    return float(lower), float(upper)
