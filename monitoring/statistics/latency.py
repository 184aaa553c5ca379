"""Latency percentiles with distribution-free intervals."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.estimate import Estimate
from monitoring.statistics.inputs import MINIMUM_ROWS, check_level, check_rows, finite_floats


def latency_percentile(
    seconds: object,
    percentile: float,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """A percentile (0 to 100, ends excluded) of durations of shape (n,), in seconds.

    The interval runs between two order statistics whose ranks are binomial quantiles (Conover
    1999, Practical Nonparametric Statistics, section 3.2): it holds whatever the distribution.
    Raises MeasureError(too_few_rows) where n is too small for such an interval (p99 needs 368
    at 95 %), and empty, not_finite, out_of_range, wrong_type, bad_parameter.
    """
    check_level(level)
    if not 0 < percentile < 100:
        raise MeasureError(
            MeasureCode.BAD_PARAMETER, f"The percentile is {percentile}; give one from 0 to 100."
        )
    values = np.sort(finite_floats(seconds, "durations"))
    share = percentile / 100
    check_rows(len(values), max(minimum, rows_needed(share, level)))
    if values[0] < 0:
        raise MeasureError(MeasureCode.OUT_OF_RANGE, "Some durations are negative.")
    low, high = _ranks(len(values), share, level)
    return Estimate(
        metric=f"latency_p{percentile:g}",
        value=float(np.quantile(values, share, method="inverted_cdf")),
        lower=float(values[low - 1]),
        upper=float(values[high - 1]),
        level=level,
        method=f"order statistics {low} and {high}",
        n=len(values),
    )


def rows_needed(share: float, level: float) -> int:
    """The fewest rows for which both order statistics exist."""
    tail = (1 - level) / 2
    # n - 1 or fewer of n rows lie below the quantile with probability 1 - share**n.
    return math.ceil(max(math.log(tail) / math.log(share), math.log(tail) / math.log(1 - share)))


def _ranks(n: int, share: float, level: float) -> tuple[int, int]:
    tail = (1 - level) / 2
    low, high = int(binom.ppf(tail, n, share)), int(binom.ppf(1 - tail, n, share)) + 1
    # Only rounding at the smallest allowed n can step outside.
    return max(1, low), min(n, high)
