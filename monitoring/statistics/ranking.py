"""Area under the ROC curve with DeLong's variance."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import rankdata

from monitoring.statistics.estimate import Estimate
from monitoring.statistics.inputs import (
    MINIMUM_ROWS,
    BinaryLabels,
    Bools,
    Floats,
    check_rows,
    check_same_length,
    check_two_classes,
    finite_floats,
    is_positive,
)
from monitoring.statistics.intervals import Interval, normal_quantile


def roc_auc(
    labels: object,
    scores: object,
    classes: BinaryLabels,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Chance that a positive row scores above a negative one, ties counting one half.

    Variance: DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837-845), by midranks
    (Sun and Xu 2014, IEEE Signal Processing Letters 21:1389-1393); interval on the logit scale.
    Perfect separation leaves that variance zero: then the bound is the exact binomial one over
    min(positives, negatives) disjoint pairs. Labels and scores have shape (n,).
    Raises MeasureError(empty, too_few_rows, length_mismatch, missing_value, unknown_label,
    not_finite, wrong_type, one_class).
    """
    actual = is_positive(labels, classes, "labels")
    values = finite_floats(scores, "scores")
    check_same_length(actual, values)
    check_rows(len(actual), minimum)
    check_two_classes(actual)
    area, variance = delong(actual, values)
    if area in (0.0, 1.0):
        pairs = int(min(np.count_nonzero(actual), np.count_nonzero(~actual)))
        lower, upper = _perfect(area, pairs, level)
        method = f"exact binomial over {pairs} disjoint pairs (perfect separation)"
        return Estimate("roc_auc", area, lower, upper, level, method, len(actual))
    lower, upper = _logit_interval(area, variance, level)
    return Estimate("roc_auc", area, lower, upper, level, "DeLong, logit scale", len(actual))


def delong(positive: Bools, scores: Floats) -> tuple[float, float]:
    """(area, variance of the area); both classes must occur."""
    ranks = rankdata(scores)
    m, n = int(np.count_nonzero(positive)), int(np.count_nonzero(~positive))
    above = (ranks[positive] - rankdata(scores[positive])) / n
    below = 1 - (ranks[~positive] - rankdata(scores[~positive])) / m
    return float(above.mean()), _variance_of_mean(above) + _variance_of_mean(below)


def _variance_of_mean(placements: Floats) -> float:
    # One row of a class has no spread to estimate; 1/4 is the most a value in [0, 1] can have.
    if len(placements) == 1:
        return 0.25
    return float(placements.var(ddof=1) / len(placements))


def _logit_interval(area: float, variance: float, level: float) -> Interval:
    centre = math.log(area / (1 - area))
    reach = normal_quantile(level) * math.sqrt(variance) / (area * (1 - area))
    # tanh form of the logistic function: no overflow far from zero.
    lower, upper = (0.5 * (1 + math.tanh((centre + side * reach) / 2)) for side in (-1, 1))
    return lower, upper


def _perfect(area: float, pairs: int, level: float) -> Interval:
    bound = ((1 - level) / 2) ** (1 / pairs)
    return (bound, 1.0) if area == 1.0 else (0.0, 1 - bound)
