"""Measures of decisions: accuracy, precision, recall, F1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.estimate import Estimate
from monitoring.statistics.inputs import (
    MINIMUM_ROWS,
    BinaryLabels,
    Label,
    check_rows,
    check_same_length,
    check_two_classes,
    is_positive,
    known_labels,
)
from monitoring.statistics.intervals import wilson


@dataclass(frozen=True)
class Confusion:
    """Counts of a binary decision against its label. Adds up over partitions."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def n(self) -> int:
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            self.true_negative + other.true_negative,
        )


def confusion(labels: object, predictions: object, classes: BinaryLabels) -> Confusion:
    """Count the four outcomes of arrays of shape (n,).

    Raises MeasureError(length_mismatch, missing_value, unknown_label).
    """
    actual = is_positive(labels, classes, "labels")
    predicted = is_positive(predictions, classes, "predictions")
    check_same_length(actual, predicted)
    hits = int(np.count_nonzero(actual & predicted))
    return Confusion(
        hits,
        int(np.count_nonzero(predicted)) - hits,
        int(np.count_nonzero(actual)) - hits,
        int(np.count_nonzero(~actual & ~predicted)),
    )


def accuracy(
    labels: object,
    predictions: object,
    classes: Sequence[Label],
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Share of rows predicted right, any number of classes; Wilson interval.

    Raises MeasureError(empty, too_few_rows, length_mismatch, missing_value, unknown_label,
    one_class).
    """
    actual = known_labels(labels, classes, "labels")
    predicted = known_labels(predictions, classes, "predictions")
    check_same_length(actual, predicted)
    check_rows(len(actual), minimum)
    check_two_classes(np.asarray(actual == actual[0], dtype=np.bool_))
    right = int(np.count_nonzero(actual == predicted))
    return _proportion("accuracy", right, len(actual), len(actual), level)


def precision(
    labels: object,
    predictions: object,
    classes: BinaryLabels,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Share of predicted positives that are positive; Wilson interval on the predicted positives.

    Raises MeasureError as `accuracy`, and undefined where nothing was predicted positive.
    """
    counts = _checked(labels, predictions, classes, minimum)
    predicted = counts.true_positive + counts.false_positive
    if predicted == 0:
        raise MeasureError(
            MeasureCode.UNDEFINED, "No row was predicted positive: precision is undefined."
        )
    return _proportion("precision", counts.true_positive, predicted, counts.n, level)


def recall(
    labels: object,
    predictions: object,
    classes: BinaryLabels,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Share of positives that were predicted positive; Wilson interval on the positives.

    Raises MeasureError as `accuracy`.
    """
    counts = _checked(labels, predictions, classes, minimum)
    positives = counts.true_positive + counts.false_negative
    return _proportion("recall", counts.true_positive, positives, counts.n, level)


def f1(
    labels: object,
    predictions: object,
    classes: BinaryLabels,
    *,
    level: float = 0.95,
    minimum: int = MINIMUM_ROWS,
) -> Estimate:
    """Harmonic mean of precision and recall, 2TP / (2TP + FP + FN).

    The interval is Wilson's for J = TP / (TP + FP + FN), carried through F1 = 2J / (1 + J)
    (the "Wilson indirect" method of Lam, Gopal and Qian 2023, arXiv:2309.14621).
    Raises MeasureError as `accuracy`.
    """
    counts = _checked(labels, predictions, classes, minimum)
    touched = counts.true_positive + counts.false_positive + counts.false_negative
    lower, upper = wilson(counts.true_positive, touched, level)
    return Estimate(
        metric="f1",
        value=_f1_of_jaccard(counts.true_positive / touched),
        lower=_f1_of_jaccard(lower),
        upper=_f1_of_jaccard(upper),
        level=level,
        method="Wilson (indirect, through TP/(TP+FP+FN))",
        n=counts.n,
    )


def _f1_of_jaccard(share: float) -> float:
    return 2 * share / (1 + share)


def _checked(labels: object, predictions: object, classes: BinaryLabels, minimum: int) -> Confusion:
    counts = confusion(labels, predictions, classes)
    check_rows(counts.n, minimum)
    check_two_classes(is_positive(labels, classes, "labels"))
    return counts


def _proportion(metric: str, successes: int, of: int, n: int, level: float) -> Estimate:
    lower, upper = wilson(successes, of, level)
    method = "Wilson" if of == n else f"Wilson on {of} rows"
    return Estimate(metric, successes / of, lower, upper, level, method, n)
