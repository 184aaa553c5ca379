"""Latency percentiles."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.latency import latency_percentile, rows_needed


def test_a_percentile_is_a_value_that_was_seen() -> None:
    estimate = latency_percentile(np.arange(1, 1001) / 1000, 95)
    assert (estimate.value, estimate.metric) == (0.95, "latency_p95")
    assert estimate.lower < 0.95 < estimate.upper


@pytest.mark.parametrize("percentile", [50, 95])
def test_the_interval_covers_whatever_the_distribution(percentile: float) -> None:
    random = np.random.default_rng(11)
    truth = float(np.exp(np.sqrt(2) * _normal_quantile(percentile / 100)))
    hits = 0
    for _ in range(500):
        estimate = latency_percentile(random.lognormal(0, np.sqrt(2), 150), percentile)
        hits += estimate.lower <= truth <= estimate.upper
    assert hits / 500 >= 0.935


def _normal_quantile(share: float) -> float:
    return NormalDist().inv_cdf(share)


def test_p99_needs_368_rows_at_95_percent() -> None:
    assert rows_needed(0.99, 0.95) == 368
    estimate = latency_percentile(np.arange(368.0), 99)
    assert estimate.upper == 367
    assert refusal(np.arange(367.0), 99) == MeasureCode.TOO_FEW_ROWS


@pytest.mark.parametrize(
    ("seconds", "percentile", "code"),
    [
        ([], 50, MeasureCode.EMPTY),
        ([0.1] * 10, 50, MeasureCode.TOO_FEW_ROWS),
        ([0.1] * 40 + [np.nan], 50, MeasureCode.NOT_FINITE),
        ([0.1] * 40 + [-0.1], 50, MeasureCode.OUT_OF_RANGE),
        ([0.1] * 40, 100, MeasureCode.BAD_PARAMETER),
    ],
)
def test_bad_durations_are_refused(seconds: Any, percentile: float, code: MeasureCode) -> None:
    assert refusal(seconds, percentile) == code


def refusal(seconds: Any, percentile: float) -> MeasureCode:
    with pytest.raises(MeasureError) as caught:
        latency_percentile(seconds, percentile)
    return caught.value.code


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("percentile", [1, 10, 50, 90, 99, 99.9])
def test_the_smallest_allowed_sample_has_both_limits(percentile: float, level: float) -> None:
    n = rows_needed(percentile / 100, level)
    estimate = latency_percentile(np.arange(1.0, n + 1), percentile, level=level, minimum=1)
    assert 1 <= estimate.lower <= estimate.value <= estimate.upper <= n
