"""Profiles: a table reduced to counts that merge exactly over partitions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitoring.statistics.columns import (
    CategoricalColumn,
    NumericColumn,
    Table,
    read_categorical,
    read_numeric,
    row_count,
)
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import Floats
from monitoring.statistics.layout import (
    CategoricalLayout,
    NumericLayout,
    categorical_layout,
    numeric_layout,
)
from monitoring.statistics.spec import ColumnKind, ColumnSpec, DriftSpec

UNSEEN_SHOWN = 5
UNSEEN_LENGTH = 64


@dataclass(frozen=True)
class Fault:
    """Why a column could not be profiled."""

    code: MeasureCode
    sentence: str


@dataclass(frozen=True)
class NumericProfile:
    """Counts per bin of `layout`, missing rows, extremes, mean and sum of squared deviations.

    Counts, extremes and nulls merge exactly; mean and m2 up to rounding.
    """

    layout: NumericLayout
    counts: tuple[int, ...]
    nulls: int
    minimum: float | None
    maximum: float | None
    mean: float
    m2: float

    @property
    def n(self) -> int:
        """Rows with a value."""
        return sum(self.counts)

    @property
    def constant(self) -> float | None:
        """The one value of all rows, if there is one only."""
        return self.minimum if self.minimum == self.maximum and not self.nulls else None

    @property
    def sd(self) -> float:
        """Sample standard deviation; 0 below two rows."""
        return math.sqrt(self.m2 / (self.n - 1)) if self.n > 1 else 0.0


@dataclass(frozen=True)
class CategoricalProfile:
    """Counts per category of `layout`, rows of `other` categories, missing rows.

    `unseen` shows the first few other categories in sorted order, cut to 64 characters.
    """

    layout: CategoricalLayout
    counts: tuple[int, ...]
    other: int
    unseen: tuple[str, ...]
    nulls: int

    @property
    def n(self) -> int:
        """Rows with a value."""
        return sum(self.counts) + self.other

    @property
    def constant(self) -> str | None:
        """The one category of all rows, if there is one only and the layout names it."""
        held = [c for c, n in zip(self.layout.categories, self.counts, strict=True) if n]
        return held[0] if len(held) == 1 and not self.other and not self.nulls else None


ColumnProfile = NumericProfile | CategoricalProfile | Fault


@dataclass(frozen=True)
class Profile:
    """Column profiles of one table or partition of `rows` rows."""

    rows: int
    columns: dict[str, ColumnProfile]


def profile_columns(table: Table, spec: DriftSpec, layout: Profile | None = None) -> Profile:
    """Profile the columns of `spec`.

    Without `layout` the bins come from this table: it is the reference. With it they are those of
    that profile, and the result compares and merges with it. A column that cannot be read becomes
    a Fault, not an exception. Raises MeasureError(length_mismatch) for a ragged mapping.
    """
    columns = {column.name: _profile_column(table, column, layout) for column in spec.columns}
    return Profile(row_count(table), columns)


def numeric_profile(layout: NumericLayout, column: NumericColumn) -> NumericProfile:
    """Count a column into the bins of `layout`."""
    values = column.values
    mean, m2 = _moments(values)
    return NumericProfile(
        layout=layout,
        counts=layout.counts(values),
        nulls=column.nulls,
        minimum=float(values[0]) if len(values) else None,
        maximum=float(values[-1]) if len(values) else None,
        mean=mean,
        m2=m2,
    )


def categorical_profile(layout: CategoricalLayout, column: CategoricalColumn) -> CategoricalProfile:
    """Count a column into the categories of `layout`."""
    known = set(layout.categories)
    others = {name: n for name, n in column.counts.items() if name not in known}
    return CategoricalProfile(
        layout=layout,
        counts=tuple(column.counts.get(name, 0) for name in layout.categories),
        other=sum(others.values()),
        unseen=_shown(others),
        nulls=column.nulls,
    )


def reference_numeric(name: str, column: NumericColumn) -> NumericProfile | Fault:
    """A profile whose bins come from the column itself."""
    if not len(column.values):
        return _no_values(name)
    return numeric_profile(numeric_layout(column.values), column)


def reference_categorical(name: str, column: CategoricalColumn) -> CategoricalProfile | Fault:
    """A profile whose categories come from the column itself."""
    if not column.counts:
        return _no_values(name)
    return categorical_profile(categorical_layout(column.counts), column)


def layout_of(name: str, kind: ColumnKind, profile: Profile) -> NumericProfile | CategoricalProfile:
    """The reference column that gives the bins.

    Raises MeasureError(missing_column, layout_mismatch, or the reference's own fault).
    """
    column = profile.columns.get(name)
    if column is None:
        raise MeasureError(
            MeasureCode.MISSING_COLUMN, f"The column {name} is not in the reference profile."
        )
    if isinstance(column, Fault):
        raise MeasureError(column.code, f"In the reference: {column.sentence}")
    if isinstance(column, NumericProfile) != (kind is ColumnKind.NUMERIC):
        raise MeasureError(
            MeasureCode.LAYOUT_MISMATCH, f"{name} is not {kind} in the reference profile."
        )
    return column


def _profile_column(table: Table, column: ColumnSpec, layout: Profile | None) -> ColumnProfile:
    name = column.name
    try:
        known = layout_of(name, column.kind, layout) if layout else None
        if column.kind is ColumnKind.NUMERIC:
            numbers = read_numeric(table, name)
            if isinstance(known, NumericProfile):
                return numeric_profile(known.layout, numbers)
            return reference_numeric(name, numbers)
        categories = read_categorical(table, name)
        if isinstance(known, CategoricalProfile):
            return categorical_profile(known.layout, categories)
        return reference_categorical(name, categories)
    except MeasureError as error:
        return Fault(error.code, error.sentence)


def _moments(values: Floats) -> tuple[float, float]:
    if not len(values):
        return 0.0, 0.0
    # A mean of equal values can round away from them; a constant must have no spread.
    if values[0] == values[-1]:
        return float(values[0]), 0.0
    mean = float(values.mean())
    return mean, float(np.square(values - mean).sum())


def _shown(names: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted({name[:UNSEEN_LENGTH] for name in names})[:UNSEEN_SHOWN])


def _no_values(name: str) -> Fault:
    return Fault(MeasureCode.ALL_MISSING, f"{name} holds no value.")
