"""Rows grouped by a protected attribute, with small groups set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.decimals import decimal_string
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import (
    BinaryLabels,
    Bools,
    check_rows,
    check_same_length,
    is_missing,
    is_positive,
    one_dimensional,
)
from monitoring.statistics.intervals import wilson

MINIMUM_GROUP = 200
NOT_RECORDED = "not recorded"

AGE_BANDS = ("16-24", "25-34", "35-44", "45-54", "55-64")
_AGE_STARTS = np.array([16, 25, 35, 45, 55, 65], dtype=np.float64)


@dataclass(frozen=True)
class DecisionGroup:
    """One group of rows: `positives` of `n` favourable, the rate `value` with Wilson's interval."""

    slice: str
    n: int
    positives: int
    value: float
    lower: float
    upper: float

    def as_dict(self) -> dict[str, str | int]:
        """One entry of a measurement statement's `groups`."""
        return {
            "slice": self.slice,
            "n": self.n,
            "value": decimal_string(self.value),
            "lower": decimal_string(self.lower),
            "upper": decimal_string(self.upper),
            "positives": self.positives,
        }


@dataclass(frozen=True)
class LeftOut:
    """A group that enters no ratio, and why."""

    slice: str
    n: int
    reason: str

    def as_dict(self) -> dict[str, str | int]:
        """One entry of a measurement statement's `leftOut`."""
        return {"slice": self.slice, "n": self.n, "reason": self.reason}


@dataclass(frozen=True)
class DecisionGroups:
    """The groups of one attribute. `kept` are compared, `left_out` are only listed."""

    attribute: str
    kept: tuple[DecisionGroup, ...]
    left_out: tuple[LeftOut, ...]
    level: float

    @property
    def n(self) -> int:
        """Rows in the groups that are compared."""
        return sum(group.n for group in self.kept)


def decision_groups(
    attribute: str,
    values: object,
    decisions: object,
    classes: BinaryLabels,
    *,
    minimum: int = MINIMUM_GROUP,
    level: float = 0.95,
) -> DecisionGroups:
    """Selection rate per value of an attribute; `classes.positive` is the favourable decision.

    `values` and `decisions` have shape (n,); a missing attribute value is a group of its own that
    is left out. Raises MeasureError(empty, length_mismatch, missing_value, unknown_label).
    """
    favourable = is_positive(decisions, classes, "decisions")
    counts = group_counts(values, favourable)
    return groups_of_counts(attribute, counts, minimum=minimum, level=level)


def group_counts(values: object, favourable: Bools) -> dict[str, tuple[int, int]]:
    """(rows, favourable rows) per attribute value. Counts of partitions add up.

    Raises MeasureError(empty, length_mismatch).
    """
    array = one_dimensional(values, "attribute values")
    check_same_length(array, favourable)
    check_rows(len(array), 1)
    names, place = group_places(array)
    rows = np.bincount(place, minlength=len(names))
    hits = np.bincount(place[favourable], minlength=len(names))
    return {name: (int(n), int(k)) for name, n, k in zip(names, rows, hits, strict=True)}


def groups_of_counts(
    attribute: str,
    counts: Mapping[str, tuple[int, int]],
    *,
    minimum: int = MINIMUM_GROUP,
    level: float = 0.95,
    too_small: str = "{n} rows, fewer than {minimum}",
) -> DecisionGroups:
    """Groups from (rows, favourable rows) per value, sorted by value."""
    kept: list[DecisionGroup] = []
    left_out: list[LeftOut] = []
    for name, (n, positives) in sorted(counts.items()):
        slice_name = f"{attribute}={name}"
        if name == NOT_RECORDED:
            left_out.append(LeftOut(slice_name, n, f"{attribute} is not recorded"))
        elif n < max(minimum, 1):
            reason = too_small.format(n=n, minimum=minimum)
            left_out.append(LeftOut(slice_name, n, reason))
        else:
            lower, upper = wilson(positives, n, level)
            kept.append(DecisionGroup(slice_name, n, positives, positives / n, lower, upper))
    return DecisionGroups(attribute, tuple(kept), tuple(left_out), level)


def group_places(values: NDArray[Any]) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct values as text, and each row's index among them."""
    try:
        distinct, place = np.unique(values, return_inverse=True)
    except TypeError:  # None or mixed types have no order
        texts = np.array([group_name(value) for value in values.tolist()])
        distinct, place = np.unique(texts, return_inverse=True)
    names = [group_name(value) for value in distinct.tolist()]
    merged = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return list(merged), np.array([merged[name] for name in names])[place]


def group_name(value: object) -> str:
    """A value as the text of its group: 2 and 2.0 are "2", missing is "not recorded"."""
    if is_missing(value):
        return NOT_RECORDED
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def age_bands(ages: object) -> NDArray[Any]:
    """Ages in years as bands 16-24, 25-34, 35-44, 45-54, 55-64; None outside them or missing.

    Raises MeasureError(wrong_type) for anything but numbers.
    """
    array = one_dimensional(ages, "ages")
    try:
        years = array.astype(np.float64)
    except (TypeError, ValueError):
        raise MeasureError(
            MeasureCode.WRONG_TYPE, "The ages are not all numbers; give ages in years."
        ) from None
    place = np.searchsorted(_AGE_STARTS, years, side="right")
    bands = np.array([None, *AGE_BANDS, None], dtype=object)
    banded: NDArray[Any] = bands[place]
    return banded
