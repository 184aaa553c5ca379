"""Checks at the door of every measure: what is wrong is named, never computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.errors import MeasureCode, MeasureError

Label = str | int | bool
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

# Below this many rows no interval here deserves trust; a plan may ask for more, not for less.
MINIMUM_ROWS = 30


@dataclass(frozen=True)
class BinaryLabels:
    """The two named classes; `positive` is the class that scores and rates speak of."""

    negative: Label
    positive: Label


def check_level(level: float) -> None:
    """Raise MeasureError(bad_parameter) unless 0 < level < 1."""
    if not 0 < level < 1:
        raise MeasureError(
            MeasureCode.BAD_PARAMETER, f"The confidence level is {level}; give one between 0 and 1."
        )


def check_rows(n: int, minimum: int) -> None:
    """Raise MeasureError(empty or too_few_rows) when n rows are not enough."""
    if n == 0:
        raise MeasureError(MeasureCode.EMPTY, "There are no rows to measure.")
    if n < minimum:
        raise MeasureError(
            MeasureCode.TOO_FEW_ROWS, f"{n} rows; this measure needs at least {minimum}."
        )


def check_same_length(*arrays: NDArray[Any]) -> None:
    """Raise MeasureError(length_mismatch) unless all arrays have one length."""
    lengths = {len(array) for array in arrays}
    if len(lengths) > 1:
        raise MeasureError(
            MeasureCode.LENGTH_MISMATCH,
            f"The columns have different lengths ({', '.join(map(str, sorted(lengths)))}).",
        )


def finite_floats(values: object, what: str) -> Floats:
    """A one-dimensional float64 array without NaN or infinity.

    Raises MeasureError(wrong_type, missing_value, not_finite).
    """
    array = one_dimensional(values, what)
    if array.dtype == object and any(value is None for value in array):
        raise MeasureError(MeasureCode.MISSING_VALUE, f"The {what} have missing values.")
    texts = array.dtype == object and any(isinstance(value, str) for value in array)
    if texts or array.dtype.kind not in "iufO":
        raise MeasureError(MeasureCode.WRONG_TYPE, f"The {what} are {array.dtype}, not numbers.")
    try:
        floats = array.astype(np.float64)
    except (TypeError, ValueError):
        raise MeasureError(MeasureCode.WRONG_TYPE, f"The {what} are not all numbers.") from None
    bad = int(np.count_nonzero(~np.isfinite(floats)))
    if bad:
        raise MeasureError(
            MeasureCode.NOT_FINITE, f"{bad} of {len(floats)} {what} are NaN or infinite."
        )
    return floats


def probabilities(values: object) -> Floats:
    """Finite scores in [0, 1]. Raises as `finite_floats`, and MeasureError(out_of_range)."""
    scores = finite_floats(values, "scores")
    outside = int(np.count_nonzero((scores < 0) | (scores > 1)))
    if outside:
        raise MeasureError(
            MeasureCode.OUT_OF_RANGE,
            f"{outside} of {len(scores)} scores lie outside 0 to 1; give probabilities.",
        )
    return scores


def one_dimensional(values: object, what: str) -> NDArray[Any]:
    """`values` as an array of shape (n,). Raises MeasureError(wrong_type) for any other shape."""
    try:
        array: NDArray[Any] = np.asarray(values)
    except ValueError:
        raise MeasureError(MeasureCode.WRONG_TYPE, f"The {what} are not one column.") from None
    if array.ndim != 1:
        raise MeasureError(
            MeasureCode.WRONG_TYPE, f"The {what} have {array.ndim} dimensions; give one column."
        )
    return array


def is_missing(value: object) -> bool:
    """None, NaN, or a marker that refuses to be compared with itself (as pandas' NA does)."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def known_labels(values: object, classes: Sequence[Label], what: str) -> NDArray[Any]:
    """Labels, each one of `classes`. Raises MeasureError(missing_value, unknown_label)."""
    array = one_dimensional(values, what)
    try:
        found = set(array.tolist())
    except TypeError:
        raise MeasureError(MeasureCode.WRONG_TYPE, f"The {what} are not plain labels.") from None
    if any(map(is_missing, found)):
        raise MeasureError(MeasureCode.MISSING_VALUE, f"The {what} have missing values.")
    unknown = found - set(classes)
    if unknown:
        shown = ", ".join(sorted(map(repr, unknown))[:3])
        raise MeasureError(
            MeasureCode.UNKNOWN_LABEL,
            f"The {what} hold {shown}, which is not among the named classes "
            f"({', '.join(map(repr, classes))}).",
        )
    return array


def is_positive(values: object, labels: BinaryLabels, what: str) -> Bools:
    """Shape (n,) booleans: is each value the positive class. Raises as `known_labels`."""
    if labels.negative == labels.positive:
        raise MeasureError(
            MeasureCode.BAD_PARAMETER, "The negative and the positive class are the same label."
        )
    array = known_labels(values, (labels.negative, labels.positive), what)
    return np.asarray(array == labels.positive, dtype=np.bool_)


def check_two_classes(positive: Bools) -> None:
    """Raise MeasureError(one_class) unless both classes occur."""
    share = np.count_nonzero(positive)
    if share in (0, len(positive)):
        raise MeasureError(
            MeasureCode.ONE_CLASS,
            "The labels hold one class only; this measure needs rows of both.",
        )
