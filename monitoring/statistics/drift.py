"""Compare a batch with its reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from monitoring.statistics.categorical_drift import categorical_drift
from monitoring.statistics.column_drift import ColumnDrift, DriftResult, DriftStatus
from monitoring.statistics.columns import Table, read_categorical, read_numeric, row_count
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import Floats
from monitoring.statistics.multiple import benjamini_hochberg
from monitoring.statistics.numeric_drift import numeric_drift
from monitoring.statistics.profile import (
    CategoricalProfile,
    Fault,
    NumericProfile,
    Profile,
    categorical_profile,
    layout_of,
    numeric_profile,
    reference_categorical,
    reference_numeric,
)
from monitoring.statistics.spec import ColumnKind, ColumnSpec, DriftSpec

Source: TypeAlias = Table | Profile


@dataclass(frozen=True)
class _Side:
    """One side of one column; `raw` are its sorted values where they are at hand."""

    profile: NumericProfile | CategoricalProfile
    raw: Floats | None = None


def compare(reference: Source, current: Source, spec: DriftSpec) -> DriftResult:
    """Drift of every column of `spec` between a reference and a batch, each a table or a profile.

    A profile of the batch must have been made with the reference profile as its layout. A run is
    completed when every column could be compared (a constant column may stand aside), no-data when
    no column had enough values, else invalid; `reason` names what was not compared, and why.
    Raises MeasureError(length_mismatch) for a ragged mapping.
    """
    rows = _rows(reference), _rows(current)
    if rows[1] == 0:
        columns = [_refused(c, DriftStatus.NO_DATA, "The batch has no rows.") for c in spec.columns]
        return DriftResult(tuple(columns), DriftStatus.NO_DATA, "The batch has no rows.", *rows)
    columns = [_compare_column(reference, current, column, spec) for column in spec.columns]
    judged = tuple(_judged(columns, spec))
    status = _run_status(judged)
    return DriftResult(judged, status, _run_reason(judged), *rows)


def _rows(source: Source) -> int:
    return source.rows if isinstance(source, Profile) else row_count(source)


def _compare_column(
    reference: Source, current: Source, column: ColumnSpec, spec: DriftSpec
) -> ColumnDrift:
    try:
        before = _reference_side(reference, column)
        after = _current_side(current, column, before)
    except MeasureError as error:
        return _refused(column, DriftStatus.INVALID, error.sentence)
    if refusal := _too_little(column, before, after, spec):
        return refusal
    r, c = before.profile, after.profile
    if r.constant is not None and r.constant == c.constant:
        reason = f"{column.name} holds one and the same value in reference and batch."
        return _refused(column, DriftStatus.CONSTANT, reason)
    if isinstance(r, NumericProfile) and isinstance(c, NumericProfile):
        return numeric_drift(column.name, r, c, spec, _raw_pair(before, after))
    if isinstance(r, CategoricalProfile) and isinstance(c, CategoricalProfile):
        return categorical_drift(column.name, r, c, spec)
    raise TypeError("Two profiles of one layout are of one kind.")


def _raw_pair(before: _Side, after: _Side) -> tuple[Floats, Floats] | None:
    if before.raw is None or after.raw is None:
        return None
    return before.raw, after.raw


def _reference_side(source: Source, column: ColumnSpec) -> _Side:
    if isinstance(source, Profile):
        return _Side(layout_of(column.name, column.kind, source))
    try:
        if column.kind is ColumnKind.NUMERIC:
            numbers = read_numeric(source, column.name)
            return _Side(_sound(reference_numeric(column.name, numbers)), numbers.values)
        categories = read_categorical(source, column.name)
        return _Side(_sound(reference_categorical(column.name, categories)))
    except MeasureError as error:
        raise MeasureError(error.code, f"In the reference: {error.sentence}") from None


def _current_side(source: Source, column: ColumnSpec, before: _Side) -> _Side:
    layout = before.profile.layout
    if isinstance(source, Profile):
        profile = _sound(source.columns.get(column.name, _missing(column.name)))
        if profile.layout != layout:
            raise MeasureError(
                MeasureCode.LAYOUT_MISMATCH,
                f"{column.name} was not profiled with the bins of this reference.",
            )
        return _Side(profile)
    if isinstance(before.profile, NumericProfile):
        numbers = read_numeric(source, column.name)
        return _Side(numeric_profile(before.profile.layout, numbers), numbers.values)
    categories = read_categorical(source, column.name)
    return _Side(categorical_profile(before.profile.layout, categories))


def _sound(
    profile: NumericProfile | CategoricalProfile | Fault,
) -> NumericProfile | CategoricalProfile:
    if isinstance(profile, Fault):
        raise MeasureError(profile.code, profile.sentence)
    return profile


def _missing(name: str) -> Fault:
    return Fault(MeasureCode.MISSING_COLUMN, f"The column {name} is missing.")


def _too_little(
    column: ColumnSpec, before: _Side, after: _Side, spec: DriftSpec
) -> ColumnDrift | None:
    for side, where in ((before, "reference"), (after, "batch")):
        n = side.profile.n
        if n == 0:
            reason = f"{column.name}: all {side.profile.nulls} values of the {where} are missing."
            return _refused(column, DriftStatus.NO_DATA, reason)
        if n < spec.minimum_rows:
            reason = (
                f"{column.name}: {n} values in the {where}, at least {spec.minimum_rows} needed."
            )
            return _refused(column, DriftStatus.NO_DATA, reason)
    return None


def _refused(column: ColumnSpec, status: DriftStatus, reason: str) -> ColumnDrift:
    return ColumnDrift(column.name, column.kind, status, reason)


def _judged(columns: list[ColumnDrift], spec: DriftSpec) -> Iterable[ColumnDrift]:
    q_values = iter(benjamini_hochberg([c.p for c in columns if c.p is not None]))
    for column in columns:
        if column.p is None or column.psi is None or column.effect is None:
            yield column
            continue
        q = next(q_values)
        matters = column.psi >= spec.psi_floor or column.effect >= spec.effect_floor
        yield replace(column, q=q, drifted=q < spec.alpha and matters)


def _run_status(columns: tuple[ColumnDrift, ...]) -> DriftStatus:
    seen = Counter(column.status for column in columns)
    if seen[DriftStatus.NO_DATA] == len(columns):
        return DriftStatus.NO_DATA
    if seen[DriftStatus.COMPLETED] + seen[DriftStatus.CONSTANT] < len(columns):
        return DriftStatus.INVALID
    return DriftStatus.COMPLETED if seen[DriftStatus.COMPLETED] else DriftStatus.INVALID


def _run_reason(columns: tuple[ColumnDrift, ...]) -> str:
    return " ".join(c.reason for c in columns if c.status is not DriftStatus.COMPLETED)
