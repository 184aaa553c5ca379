"""Measures of decisions, against scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from monitoring.statistics.classification import (
    Confusion,
    accuracy,
    confusion,
    f1,
    precision,
    recall,
)
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import BinaryLabels

YES_NO = BinaryLabels(negative="no", positive="yes")


def decided(n: int = 500, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.random(n) < 0.3
    wrong = random.random(n) < 0.2
    return np.where(labels, "yes", "no"), np.where(labels ^ wrong, "yes", "no")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (precision, metrics.precision_score),
        (recall, metrics.recall_score),
        (f1, metrics.f1_score),
    ],
)
def test_binary_measures_equal_scikit_learn(
    ours: Callable[..., Any], theirs: Callable[..., Any]
) -> None:
    labels, predictions = decided()
    estimate = ours(labels, predictions, YES_NO)
    assert estimate.value == pytest.approx(theirs(labels, predictions, pos_label="yes"), abs=1e-12)
    assert 0 < estimate.lower < estimate.value < estimate.upper < 1
    assert estimate.n == 500


def test_accuracy_has_the_wilson_interval_scipy_gives() -> None:
    labels, predictions = decided()
    estimate = accuracy(labels, predictions, ("no", "yes"), level=0.9)
    right = int((labels == predictions).sum())
    oracle = binomtest(right, 500).proportion_ci(0.9, method="wilson")
    assert estimate.value == metrics.accuracy_score(labels, predictions)
    assert (estimate.lower, estimate.upper) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


def test_accuracy_takes_more_than_two_classes() -> None:
    labels, predictions = np.arange(90) % 3, np.arange(90) % 2
    oracle = metrics.accuracy_score(labels, predictions)
    assert accuracy(labels, predictions, (0, 1, 2)).value == pytest.approx(oracle)


def test_f1_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(7), 0
    truth = 2 * 0.15 / (2 * 0.15 + 0.1 + 0.05)
    for _ in range(400):
        tp, fp, fn, tn = random.multinomial(300, [0.15, 0.1, 0.05, 0.7])
        labels = np.repeat([1, 0, 1, 0], [tp, fp, fn, tn])
        predictions = np.repeat([1, 1, 0, 0], [tp, fp, fn, tn])
        estimate = f1(labels, predictions, BinaryLabels(0, 1))
        covered += estimate.lower <= truth <= estimate.upper
    assert 0.92 <= covered / 400 <= 0.98


def test_confusion_of_partitions_adds_up_to_the_whole() -> None:
    labels, predictions = decided()
    parts = [confusion(labels[s], predictions[s], YES_NO) for s in (slice(0, 123), slice(123, 500))]
    whole = confusion(labels, predictions, YES_NO)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, predictions, labels=["no", "yes"]).ravel()
    assert parts[0] + parts[1] == whole == Confusion(tp, fp, fn, tn)


def refusal(measure: Callable[..., Any], *arguments: Any, **options: Any) -> MeasureCode:
    with pytest.raises(MeasureError) as caught:
        measure(*arguments, **options)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def test_a_label_outside_the_named_classes_is_refused() -> None:
    labels, predictions = decided()
    labels[3] = "ne"
    assert refusal(f1, labels, predictions, YES_NO) == MeasureCode.UNKNOWN_LABEL


def test_a_prediction_outside_the_named_classes_is_refused() -> None:
    labels, predictions = decided()
    assert refusal(accuracy, labels, predictions, ("no", "ja")) == MeasureCode.UNKNOWN_LABEL


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_label_is_refused(missing: Any) -> None:
    labels = np.array(["yes", "no", missing] * 20, dtype=object)
    predictions = ["yes"] * 60
    assert refusal(recall, labels, predictions, YES_NO) == MeasureCode.MISSING_VALUE


def test_different_lengths_are_refused() -> None:
    labels, predictions = decided()
    code = refusal(precision, labels, predictions[:-1], YES_NO)
    assert code == MeasureCode.LENGTH_MISMATCH


@pytest.mark.parametrize("measure", [f1, precision, recall])
def test_one_class_only_is_refused(measure: Callable[..., Any]) -> None:
    assert refusal(measure, ["no"] * 50, ["no"] * 50, YES_NO) == MeasureCode.ONE_CLASS


def test_accuracy_on_one_class_is_refused() -> None:
    assert refusal(accuracy, [1] * 50, [1] * 50, (0, 1)) == MeasureCode.ONE_CLASS


def test_precision_without_a_predicted_positive_is_undefined_not_zero() -> None:
    labels = ["yes", "no"] * 25
    assert refusal(precision, labels, ["no"] * 50, YES_NO) == MeasureCode.UNDEFINED


def test_fewer_rows_than_the_minimum_are_refused() -> None:
    labels, predictions = decided(40)
    assert refusal(f1, labels, predictions, YES_NO, minimum=41) == MeasureCode.TOO_FEW_ROWS


def test_no_rows_are_refused() -> None:
    assert refusal(accuracy, [], [], (0, 1)) == MeasureCode.EMPTY


def test_a_table_instead_of_a_column_is_refused() -> None:
    assert refusal(accuracy, [[1, 0]], [1], (0, 1)) == MeasureCode.WRONG_TYPE


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_outside_zero_to_one_is_refused(level: float) -> None:
    labels, predictions = decided()
    code = refusal(f1, labels, predictions, YES_NO, level=level)
    assert code == MeasureCode.BAD_PARAMETER


def test_an_estimate_speaks_in_decimal_strings() -> None:
    estimate = accuracy([0, 1] * 50, [0, 1] * 50, (0, 1))
    assert estimate.as_dict() == {
        "metric": "accuracy",
        "value": "1",
        "lower": "0.9630065017930143",
        "upper": "1",
        "level": "0.95",
        "method": "Wilson",
        "n": 100,
    }
