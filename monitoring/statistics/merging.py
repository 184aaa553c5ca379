"""Adding profiles of partitions."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.profile import (
    UNSEEN_SHOWN,
    CategoricalProfile,
    ColumnProfile,
    Fault,
    NumericProfile,
    Profile,
    profile_columns,
)
from monitoring.statistics.spec import DriftSpec


def merge_profiles(first: Profile, second: Profile) -> Profile:
    """Add two profiles over the same layout; counts are the same in whatever order.

    Raises MeasureError(layout_mismatch).
    """
    if first.columns.keys() != second.columns.keys():
        raise MeasureError(MeasureCode.LAYOUT_MISMATCH, "The profiles hold different columns.")
    columns = {
        name: _merge_column(name, column, second.columns[name])
        for name, column in first.columns.items()
    }
    return Profile(first.rows + second.rows, columns)


def profile_parquet(
    path: str | Path, spec: DriftSpec, layout: Profile, batch_rows: int = 131_072
) -> Profile:
    """Profile a Parquet file in batches against `layout`, in memory that does not grow with rows.

    Raises MeasureError(wrong_type) for a file that is not Parquet, and missing_column where a
    column of `spec` is not in the file.
    """
    names = [column.name for column in spec.columns]
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(file.schema_arrow.names, names)
            batches = file.iter_batches(batch_size=batch_rows, columns=names)
            empty = file.schema_arrow.empty_table().select(names)
            parts = (pa.table(batch.columns, batch.schema.names) for batch in batches)
            profiles = (profile_columns(part, spec, layout) for part in parts)
            return reduce(merge_profiles, profiles, profile_columns(empty, spec, layout))
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise MeasureError(
            MeasureCode.WRONG_TYPE, "The file is not sound Parquet; write it again."
        ) from error


def _check_columns(present: list[str], wanted: list[str]) -> None:
    missing = sorted(set(wanted) - set(present))
    if missing:
        raise MeasureError(
            MeasureCode.MISSING_COLUMN, f"The file lacks the column(s) {', '.join(missing)}."
        )


def _merge_column(name: str, a: ColumnProfile, b: ColumnProfile) -> ColumnProfile:
    if isinstance(a, Fault):
        return a
    if isinstance(b, Fault):
        return b
    if a.layout != b.layout:
        raise MeasureError(MeasureCode.LAYOUT_MISMATCH, f"{name}: the bins are not the same.")
    if isinstance(a, NumericProfile) and isinstance(b, NumericProfile):
        return _merge_numeric(a, b)
    if isinstance(a, CategoricalProfile) and isinstance(b, CategoricalProfile):
        return _merge_categorical(a, b)
    raise MeasureError(MeasureCode.LAYOUT_MISMATCH, f"{name}: the kinds are not the same.")


def _merge_numeric(a: NumericProfile, b: NumericProfile) -> NumericProfile:
    extremes = [x for x in (a.minimum, b.minimum, a.maximum, b.maximum) if x is not None]
    mean, m2 = _merge_moments(a, b)
    return NumericProfile(
        layout=a.layout,
        counts=_added(a.counts, b.counts),
        nulls=a.nulls + b.nulls,
        minimum=min(extremes, default=None),
        maximum=max(extremes, default=None),
        mean=mean,
        m2=m2,
    )


def _merge_categorical(a: CategoricalProfile, b: CategoricalProfile) -> CategoricalProfile:
    return CategoricalProfile(
        layout=a.layout,
        counts=_added(a.counts, b.counts),
        other=a.other + b.other,
        # The smallest few of a union are among the smallest few of its parts.
        unseen=tuple(sorted({*a.unseen, *b.unseen})[:UNSEEN_SHOWN]),
        nulls=a.nulls + b.nulls,
    )


def _added(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _merge_moments(a: NumericProfile, b: NumericProfile) -> tuple[float, float]:
    """Chan, Golub and LeVeque 1983 (American Statistician 37:242-247)."""
    if a.n == 0 or b.n == 0:
        held = b if a.n == 0 else a
        return held.mean, held.m2
    gap, n = b.mean - a.mean, a.n + b.n
    return a.mean + gap * b.n / n, a.m2 + b.m2 + gap * gap * a.n * b.n / n
