"""The bins of a column, fixed once from the reference, so that every later count fits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.statistics.inputs import Floats

FINE_BINS = 250
PSI_BINS = 10
MAXIMUM_CATEGORIES = 1000


@dataclass(frozen=True)
class NumericLayout:
    """Bins (-inf, low), [low, uppers[0]], (uppers[0], uppers[1]], ..., (uppers[-1], inf).

    `low` and `uppers[-1]` are the reference's smallest and largest value, so the first and last
    bin count what the reference never showed. `psi_ends` are the indices in `uppers` where the
    ten reference-quantile bins of the PSI end; ties make them fewer.
    """

    low: float
    uppers: tuple[float, ...]
    psi_ends: tuple[int, ...]

    def counts(self, values: Floats) -> tuple[int, ...]:
        """Rows per bin of values sorted ascending, len(uppers) + 2 counts."""
        below = np.searchsorted(values, self.low, side="left")
        upto = np.searchsorted(values, self.uppers, side="right")
        ends = np.concatenate([[0, below], upto, [len(values)]])
        return tuple(np.diff(ends).tolist())

    def psi_counts(self, counts: tuple[int, ...]) -> list[int]:
        """Fine counts joined into the PSI bins, whose outer two are open to infinity.

        A reference with one bin only (a constant) keeps below and above apart, else any value
        would fall in the same bin.
        """
        below, *inner, above = counts
        starts = [0, *(end + 1 for end in self.psi_ends[:-1])]
        joined: list[int] = np.add.reduceat(np.array(inner), starts).tolist()
        if len(joined) == 1:
            return [below, *joined, above]
        joined[0] += below
        joined[-1] += above
        return joined


@dataclass(frozen=True)
class CategoricalLayout:
    """The categories counted by name, in sorted order; all others count together."""

    categories: tuple[str, ...]


def numeric_layout(values: Floats) -> NumericLayout:
    """Bins of a non-empty sample sorted ascending.

    Each distinct value has its bin where there are few; else bins end at reference quantiles.
    """
    distinct = values[np.append(True, values[1:] > values[:-1])]
    fine = distinct if len(distinct) <= FINE_BINS else _quantiles(values, FINE_BINS)
    uppers = np.unique(fine)
    ends = np.unique(np.searchsorted(uppers, np.unique(_quantiles(values, PSI_BINS))))
    return NumericLayout(float(values[0]), tuple(uppers.tolist()), tuple(ends.tolist()))


def categorical_layout(counts: Mapping[str, int]) -> CategoricalLayout:
    """The most frequent categories, at most 1,000, ties by name."""
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return CategoricalLayout(tuple(sorted(ordered[:MAXIMUM_CATEGORIES])))


def _quantiles(values: Floats, bins: int) -> Floats:
    # Values of the sample itself, so that tied rows always fall on one side of a cut.
    places = -(-np.arange(1, bins + 1) * len(values) // bins) - 1
    return values[places]
