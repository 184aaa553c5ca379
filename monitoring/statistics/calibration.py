"""Measures of probabilities: Brier score, log loss, calibration error, reliability table."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.estimate import Estimate
from monitoring.statistics.inputs import (
    MINIMUM_ROWS,
    BinaryLabels,
    Bools,
    Floats,
    check_level,
    check_rows,
    check_same_length,
    check_two_classes,
    is_positive,
    probabilities,
)
from monitoring.statistics.intervals import normal_quantile, wilson

RESAMPLES = 1000
ROWS_PER_BIN = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability table: scores in [lowest, highest], `n` rows.

    `observed` is the share of positives, with its Wilson interval `lower`, `upper`.
    """

    lowest: float
    highest: float
    n: int
    mean_score: float
    observed: float
    lower: float
    upper: float


def brier(
    labels: object,
    scores: object,
    classes: BinaryLabels,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Mean squared distance of probability and outcome (Brier 1950), two-class form in [0, 1].

    Interval: normal, on the mean of the row losses. A score of exactly 0 has no spread; its upper
    limit is Wilson's, since a loss in [0, 1] varies no more than a yes-or-no with the same mean.
    Raises MeasureError(empty, too_few_rows, length_mismatch, missing_value, unknown_label,
    not_finite, out_of_range, wrong_type, one_class).
    """
    positive, values = _checked(labels, scores, classes, minimum)
    losses = (values - positive) ** 2
    if not losses.any():
        upper = wilson(0, len(losses), level)[1]
        return Estimate("brier", 0.0, 0.0, upper, level, "Wilson (no loss seen)", len(losses))
    estimate = _mean("brier", losses, level, "normal, mean of row losses")
    return replace(estimate, upper=min(1.0, estimate.upper))


def log_loss(
    labels: object,
    scores: object,
    classes: BinaryLabels,
    *,
    clip: float | None = None,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Mean negative log of the probability given to what happened, in nats (Good 1952).

    Interval: normal, on the mean of the row losses. A score of exactly 0 or 1 is refused unless
    `clip` moves it into [clip, 1 - clip]; the method then says so. Raises MeasureError as `brier`.
    """
    positive, values = _checked(labels, scores, classes, minimum)
    method = "normal, mean of row losses"
    if clip is not None:
        values = np.clip(values, *_clip_range(clip))
        method += f", scores clipped at {clip:g}"
    if np.any((values == 0) | (values == 1)):
        raise MeasureError(
            MeasureCode.OUT_OF_RANGE,
            "Some scores are exactly 0 or 1, where the log loss can be infinite; state a clip.",
        )
    return _mean("log_loss", -np.log(np.where(positive, values, 1 - values)), level, method)


def expected_calibration_error(
    labels: object,
    scores: object,
    classes: BinaryLabels,
    *,
    bins: int = 10,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Mean distance of mean score and observed share over equal-mass bins (Naeini et al. 2015).

    The value is biased upward by noise, so a percentile bootstrap would exclude a calibrated model.
    The interval reaches as far as the summed bin deviations of row resamples from the sample do at
    `level`: by the triangle inequality it covers at least that often. Equal scores always share a
    bin. Raises MeasureError as `brier`.
    """
    positive, values = _checked(labels, scores, classes, max(minimum, bins * ROWS_PER_BIN))
    place = _equal_mass_bins(values, bins)
    gaps = values - positive
    value = _calibration_error(place, gaps)
    noise = _bootstrap_noise(place, gaps, resamples, np.random.default_rng(seed))
    check_level(level)
    reach = float(np.quantile(noise, level))
    return Estimate(
        metric="expected_calibration_error",
        value=value,
        lower=max(0.0, value - reach),
        upper=min(1.0, value + reach),
        level=level,
        method=f"bootstrap, triangle bound ({resamples} resamples, seed {seed}), "
        f"{place.max() + 1} bins",
        n=len(values),
    )


def reliability_table(
    labels: object,
    scores: object,
    classes: BinaryLabels,
    *,
    bins: int = 10,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> tuple[ReliabilityBin, ...]:
    """The equal-mass bins behind `expected_calibration_error`, lowest scores first.

    Raises MeasureError as `brier`.
    """
    positive, values = _checked(labels, scores, classes, max(minimum, bins * ROWS_PER_BIN))
    place = _equal_mass_bins(values, bins)
    return tuple(
        _reliability_bin(values[place == b], positive[place == b], level)
        for b in range(int(place.max()) + 1)
    )


def _reliability_bin(scores: Floats, positive: Bools, level: float) -> ReliabilityBin:
    successes, n = int(np.count_nonzero(positive)), len(scores)
    lower, upper = wilson(successes, n, level)
    return ReliabilityBin(
        lowest=float(scores.min()),
        highest=float(scores.max()),
        n=n,
        mean_score=float(scores.mean()),
        observed=successes / n,
        lower=lower,
        upper=upper,
    )


def _checked(
    labels: object, scores: object, classes: BinaryLabels, minimum: int
) -> tuple[Bools, Floats]:
    positive = is_positive(labels, classes, "labels")
    values = probabilities(scores)
    check_same_length(positive, values)
    check_rows(len(values), minimum)
    check_two_classes(positive)
    return positive, values


def _clip_range(clip: float) -> tuple[float, float]:
    if not 0 < clip < 0.5 or 1 - clip == 1:
        raise MeasureError(
            MeasureCode.BAD_PARAMETER, f"The clip is {clip}; give one between 1e-15 and 0.5."
        )
    return clip, 1 - clip


def _mean(metric: str, losses: Floats, level: float, method: str) -> Estimate:
    n = len(losses)
    value = float(losses.mean())
    reach = normal_quantile(level) * float(losses.std(ddof=1)) / math.sqrt(n)
    return Estimate(metric, value, max(0.0, value - reach), value + reach, level, method, n)


def _equal_mass_bins(scores: Floats, bins: int) -> NDArray[np.int64]:
    if bins < 2:
        raise MeasureError(MeasureCode.BAD_PARAMETER, f"{bins} bins; give at least 2.")
    shares = np.arange(1, bins) / bins
    cuts = np.unique(np.quantile(scores, shares, method="inverted_cdf"))
    cuts = cuts[cuts < scores.max()]
    return np.searchsorted(cuts, scores, side="left").astype(np.int64)


def _calibration_error(place: NDArray[np.int64], gaps: Floats) -> float:
    return float(np.abs(np.bincount(place, weights=gaps)).sum() / len(gaps))


def _bootstrap_noise(
    place: NDArray[np.int64], gaps: Floats, resamples: int, random: np.random.Generator
) -> Floats:
    n, bins = len(gaps), int(place.max()) + 1
    sums = np.bincount(place, weights=gaps)
    noise = np.empty(resamples)
    for i in range(resamples):
        rows = random.integers(0, n, n)
        drawn = np.bincount(place[rows], weights=gaps[rows], minlength=bins)
        noise[i] = np.abs(drawn - sums).sum() / n
    return noise
