"""Reading one column of an Arrow table or of a mapping of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import Floats

# A pyarrow.Table, or column name to array, list or pyarrow array.
Table: TypeAlias = pa.Table | Mapping[str, Any]


LARGEST = 1e150
LARGEST_CATEGORY = 2.0**53


@dataclass(frozen=True)
class NumericColumn:
    """Present values, sorted ascending, and how many are missing."""

    values: Floats
    nulls: int


@dataclass(frozen=True)
class CategoricalColumn:
    """Rows per present value, and how many are missing."""

    counts: dict[str, int]
    nulls: int


def row_count(table: Table) -> int:
    """Rows of a table. Raises MeasureError(length_mismatch) for a ragged mapping."""
    if isinstance(table, pa.Table):
        return int(table.num_rows)
    lengths = {len(column) for column in table.values()}
    if len(lengths) > 1:
        raise MeasureError(
            MeasureCode.LENGTH_MISMATCH,
            f"The columns have different lengths ({', '.join(map(str, sorted(lengths)))}).",
        )
    return lengths.pop() if lengths else 0


def read_numeric(table: Table, name: str) -> NumericColumn:
    """Finite numbers of one column. Null is missing; NaN is not a way to say missing.

    Raises MeasureError(missing_column, wrong_type, not_finite).
    """
    array = _column(table, name)
    if pa.types.is_null(array.type):
        return NumericColumn(np.empty(0), len(array))
    if not _is_number(array.type):
        raise MeasureError(
            MeasureCode.WRONG_TYPE, f"{name} holds {array.type}, where numbers are expected."
        )
    present = pc.cast(array.drop_null(), pa.float64(), safe=False)
    values = np.sort(present.to_numpy())
    # Squares of values beyond the limit overflow; NaN fails every comparison.
    bad = len(values) - int(np.count_nonzero(np.abs(values) < LARGEST))
    if bad:
        raise MeasureError(
            MeasureCode.NOT_FINITE,
            f"{name} holds {bad} values that are NaN, infinite or beyond {LARGEST:g}; "
            "send missing values as null.",
        )
    return NumericColumn(values, array.null_count)


def read_categorical(table: Table, name: str) -> CategoricalColumn:
    """Counts per category as text: 2 and 2.0 are both "2", booleans "true" and "false".

    Raises MeasureError(missing_column, wrong_type).
    """
    array = _column(table, name)
    if pa.types.is_null(array.type):
        return CategoricalColumn({}, len(array))
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    counted = pc.value_counts(array.drop_null())
    texts = _category_texts(counted.field("values"), name).to_pylist()
    numbers = counted.field("counts").to_pylist()
    counts: dict[str, int] = {}
    for text, number in zip(texts, numbers, strict=True):
        counts[text] = counts.get(text, 0) + number
    return CategoricalColumn(counts, array.null_count)


def _column(table: Table, name: str) -> Any:
    names = table.column_names if isinstance(table, pa.Table) else list(table)
    if name not in names:
        raise MeasureError(MeasureCode.MISSING_COLUMN, f"The column {name} is missing.")
    if names.count(name) > 1:
        raise MeasureError(MeasureCode.WRONG_TYPE, f"The table has {name} more than once.")
    column = table[name]
    if isinstance(column, pa.ChunkedArray):
        return column
    try:
        array = column if isinstance(column, pa.Array) else pa.array(column)
    except pa.ArrowException:
        raise MeasureError(
            MeasureCode.WRONG_TYPE, f"{name} is not one column of one type."
        ) from None
    return pa.chunked_array([array])


def _is_number(kind: Any) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) < LARGEST_CATEGORY


def _category_texts(values: Any, name: str) -> Any:
    kind = values.type
    if pa.types.is_floating(kind):
        whole = pc.cast(values, pa.float64())
        if not all(_is_whole(value) for value in whole.to_pylist()):
            raise MeasureError(
                MeasureCode.WRONG_TYPE,
                f"{name} holds fractions or NaN, where categories are expected.",
            )
        return pc.cast(pc.cast(whole, pa.int64()), pa.string())
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values
    raise MeasureError(
        MeasureCode.WRONG_TYPE, f"{name} holds {kind}, where categories are expected."
    )
