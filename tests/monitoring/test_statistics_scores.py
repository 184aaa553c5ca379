"""Measures of scores: ROC AUC, Brier, log loss, calibration."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from monitoring.statistics.calibration import (
    brier,
    expected_calibration_error,
    log_loss,
    reliability_table,
)
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import BinaryLabels
from monitoring.statistics.ranking import delong, roc_auc

CLASSES = BinaryLabels(negative=0, positive=1)


def scored(n: int = 400, seed: int = 2, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    scores = random.uniform(0.02, 0.98, n)
    labels = (random.random(n) < scores).astype(int)
    return labels, np.round(scores, 1) if ties else scores


def delong_by_pairs(labels: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """The definition, pair by pair."""
    x, y = scores[labels == 1], scores[labels == 0]
    wins = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    variance = wins.mean(1).var(ddof=1) / len(x) + wins.mean(0).var(ddof=1) / len(y)
    return float(wins.mean()), float(variance)


@pytest.mark.parametrize("ties", [False, True])
def test_roc_auc_equals_scikit_learn_and_its_variance_the_definition(ties: bool) -> None:
    labels, scores = scored(ties=ties)
    area, variance = delong(labels == 1, scores)
    assert area == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)
    assert (area, variance) == pytest.approx(delong_by_pairs(labels, scores), abs=1e-12)


def test_roc_auc_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(5), 0
    truth = 0.5 * (1 + math.erf(1 / 2))  # two normals one sd apart: Phi(1 / sqrt 2)
    labels = np.repeat([0, 1], [80, 60])
    for _ in range(500):
        estimate = roc_auc(labels, random.normal(labels), CLASSES)
        covered += estimate.lower <= truth <= estimate.upper
    assert 0.925 <= covered / 500 <= 0.975


def test_perfect_separation_keeps_an_honest_interval() -> None:
    labels = np.repeat([0, 1], [50, 20])
    estimate = roc_auc(labels, labels * 0.9, CLASSES)
    assert (estimate.value, estimate.upper) == (1.0, 1.0)
    assert estimate.lower == pytest.approx(0.025 ** (1 / 20))


def test_reversed_separation_is_the_mirror_image() -> None:
    labels = np.repeat([0, 1], [50, 20])
    forward, backward = (roc_auc(labels, sign * labels, CLASSES) for sign in (1, -1))
    assert backward.upper == pytest.approx(1 - forward.lower)
    assert backward.value == backward.lower == 0


def test_brier_and_log_loss_equal_scikit_learn() -> None:
    labels, scores = scored()
    assert brier(labels, scores, CLASSES).value == pytest.approx(
        metrics.brier_score_loss(labels, scores), abs=1e-12
    )
    assert log_loss(labels, scores, CLASSES).value == pytest.approx(
        metrics.log_loss(labels, scores), abs=1e-12
    )


def test_a_faultless_brier_score_still_has_an_upper_limit() -> None:
    labels = np.repeat([0, 1], 50)
    estimate = brier(labels, labels.astype(float), CLASSES)
    assert (estimate.value, estimate.lower) == (0, 0)
    assert 0.03 < estimate.upper < 0.04


def test_log_loss_of_a_certain_score_needs_a_stated_clip() -> None:
    labels, scores = scored()
    scores[0] = 1.0
    assert refusal(log_loss, labels, scores) == MeasureCode.OUT_OF_RANGE
    clipped = log_loss(labels, scores, CLASSES, clip=1e-6)
    oracle = metrics.log_loss(labels, np.clip(scores, 1e-6, 1 - 1e-6))
    assert clipped.value == pytest.approx(oracle, abs=1e-12)
    assert "clipped at 1e-06" in clipped.method


def test_calibration_error_is_the_weighted_gap_of_the_reliability_table() -> None:
    labels, scores = scored(1000)
    table = reliability_table(labels, scores, CLASSES)
    error = sum(b.n * abs(b.mean_score - b.observed) for b in table) / 1000
    estimate = expected_calibration_error(labels, scores, CLASSES, resamples=100)
    assert estimate.value == pytest.approx(error, abs=1e-12)
    assert [b.n for b in table] == [100] * 10


def test_equal_scores_share_a_bin() -> None:
    labels, scores = scored(1000, ties=True)
    table = reliability_table(labels, scores, CLASSES, bins=20)
    assert sum(b.n for b in table) == 1000
    assert all(a.highest < b.lowest for a, b in pairwise(table))


def test_calibration_interval_of_a_calibrated_model_holds_zero() -> None:
    held = 0
    for seed in range(100):
        labels, scores = scored(600, seed=seed)
        estimate = expected_calibration_error(labels, scores, CLASSES, resamples=200)
        held += estimate.lower == 0
    assert held >= 90


def test_calibration_error_of_overconfidence_is_found() -> None:
    random = np.random.default_rng(3)
    truth = random.uniform(0.3, 0.7, 3000)
    labels = (random.random(3000) < truth).astype(int)
    estimate = expected_calibration_error(labels, 2.5 * (truth - 0.5) + 0.5, CLASSES, resamples=300)
    # The true gap is 1.5 |t - 0.5| with t uniform in 0.3 to 0.7: 0.15 on average.
    assert estimate.lower < 0.15 < estimate.upper
    assert estimate.lower > 0.1


def test_calibration_interval_covers_a_known_error() -> None:
    covered = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        scores = random.uniform(0.2, 0.8, 600)
        labels = (random.random(600) < scores + 0.1).astype(int)
        estimate = expected_calibration_error(labels, scores, CLASSES, resamples=200)
        covered += estimate.lower <= 0.1 <= estimate.upper
    assert covered >= 90


def test_the_same_seed_gives_the_same_interval() -> None:
    labels, scores = scored()
    first, second = (
        expected_calibration_error(labels, scores, CLASSES, seed=4, resamples=50) for _ in "ab"
    )
    assert first == second
    assert "seed 4" in first.method


def refusal(measure: Callable[..., Any], labels: Any, scores: Any, **options: Any) -> MeasureCode:
    with pytest.raises(MeasureError) as caught:
        measure(labels, scores, CLASSES, **options)
    return caught.value.code


MEASURES = [roc_auc, brier, log_loss, expected_calibration_error, reliability_table]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_refused(measure: Callable[..., Any], bad: float) -> None:
    labels, scores = scored()
    scores[7] = bad
    assert refusal(measure, labels, scores) == MeasureCode.NOT_FINITE


@pytest.mark.parametrize("measure", MEASURES)
def test_one_class_only_is_refused(measure: Callable[..., Any]) -> None:
    _, scores = scored()
    assert refusal(measure, [1] * 400, scores) == MeasureCode.ONE_CLASS


@pytest.mark.parametrize("measure", MEASURES)
def test_different_lengths_are_refused(measure: Callable[..., Any]) -> None:
    labels, scores = scored()
    assert refusal(measure, labels[1:], scores) == MeasureCode.LENGTH_MISMATCH


@pytest.mark.parametrize("measure", MEASURES)
def test_too_few_rows_are_refused(measure: Callable[..., Any]) -> None:
    labels, scores = scored(20)
    assert refusal(measure, labels, scores) == MeasureCode.TOO_FEW_ROWS


@pytest.mark.parametrize("measure", MEASURES[1:])
def test_a_score_outside_zero_to_one_is_no_probability(measure: Callable[..., Any]) -> None:
    labels, scores = scored()
    assert refusal(measure, labels, scores * 2) == MeasureCode.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        (np.array(["0.5"] * 400, dtype=object), MeasureCode.WRONG_TYPE),
        (np.array([0.5, None] * 200, dtype=object), MeasureCode.MISSING_VALUE),
        (np.array([True, False] * 200), MeasureCode.WRONG_TYPE),
        ([[0.5], [0.5, 0.6]], MeasureCode.WRONG_TYPE),
    ],
)
def test_scores_of_another_type_are_refused(scores: Any, code: MeasureCode) -> None:
    assert refusal(roc_auc, scored()[0], scores) == code


@pytest.mark.parametrize("options", [{"bins": 1}, {"level": 1.5}])
def test_senseless_parameters_are_refused(options: Any) -> None:
    labels, scores = scored()
    code = refusal(expected_calibration_error, labels, scores, **options, resamples=10)
    assert code == MeasureCode.BAD_PARAMETER


def test_bins_need_rows_to_fill_them() -> None:
    labels, scores = scored(99)
    assert refusal(reliability_table, labels, scores, bins=10) == MeasureCode.TOO_FEW_ROWS
