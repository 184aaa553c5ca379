"""Read one column of a table as a NumPy array of a declared type, or refuse it by row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from inference.engine.reasons import EngineError, printable

Table: TypeAlias = "pa.Table | Mapping[str, Any]"

_WORDS = {"b": "true/false", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}
_TAKES = {"float": "iuf", "int": "iuf", "bool": "biuf", "string": "O", "label": "biufO"}


def row_count(table: Table) -> int:
    """Rows of the table. Raises EngineError column_lengths where columns differ in length."""
    if not isinstance(table, Mapping):
        return int(table.num_rows)
    lengths = {len(values) for values in table.values()}
    if len(lengths) > 1:
        raise EngineError("column_lengths", "The columns of the data differ in length.")
    return lengths.pop() if lengths else 0


def column_values(
    table: Table, name: str, dtype: str, first_row: int = 0, *, null_as_nan: bool = False
) -> Any:
    """Values of shape [rows]: a float type, int64, bool, or object (text).

    `dtype` is float, int, bool, string, or label (any of these). A missing value is refused,
    or becomes NaN with `null_as_nan`. Raises EngineError: column_type, column_null,
    column_value, each naming the column and the first bad row (counted from `first_row`).
    """
    values, missing = _read(table, name)
    if values.dtype.kind not in _TAKES[dtype]:
        raise _type_error(name, values, dtype)
    if values.dtype.kind == "f":
        missing = missing | np.isnan(values)
    if missing.any() and not null_as_nan:
        what = "has no value" if dtype != "label" else "has no label"
        rule = "The model takes no missing values: fill or leave out such rows before."
        raise _row_error("column_null", name, missing, first_row, what, rule)
    return _typed(name, values, missing, dtype, first_row)


def _typed(name: str, values: Any, missing: Any, dtype: str, first_row: int) -> Any:
    if values.dtype.kind == "O":
        wrong = np.fromiter((not isinstance(v, str) for v in values), np.bool_, len(values))
        if wrong.any():
            raise _row_error("column_type", name, wrong, first_row, "is no text", "")
        return values
    if dtype == "label":
        return values
    if dtype == "float":
        return _float(name, values, missing, first_row)
    if dtype == "int":
        return _whole(name, values, first_row)
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        raise _row_error("column_value", name, wrong, first_row, "is neither true nor false", "")
    return values.astype(np.bool_)


def _float(name: str, values: Any, missing: Any, first_row: int) -> Any:
    if values.dtype.kind == "f" and np.isfinite(values).all() and not missing.any():
        return values  # the usual case, without a copy
    floats = values.astype(np.float64)
    endless = np.isinf(floats)
    if endless.any():
        raise _row_error("column_value", name, endless, first_row, "is infinite", "")
    floats[missing] = np.nan
    return floats


def _whole(name: str, values: Any, first_row: int) -> Any:
    if values.dtype.kind == "f":
        wrong = (values != np.floor(values)) | (np.abs(values) > 2**53)
    else:
        wrong = values > np.iinfo(np.int64).max if values.dtype == np.uint64 else None
    if wrong is not None and wrong.any():
        raise _row_error("column_value", name, wrong, first_row, "is no whole number", "")
    return values.astype(np.int64)


def _read(table: Table, name: str) -> tuple[Any, Any]:
    """Values and where they are missing, both of shape [rows]."""
    if isinstance(table, Mapping):
        values = np.asarray(table[name])
        if values.dtype.kind in "US":
            values = values.astype(str).astype(object)
        if values.ndim != 1 or values.dtype.kind not in "biufO":
            raise _type_error(name, values, "column")
        missing = np.zeros(len(values), np.bool_)
        if values.dtype.kind == "O":
            missing = np.fromiter((_is_missing(v) for v in values), np.bool_, len(values))
        return values, missing
    return _read_arrow(table, name)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _read_arrow(table: Any, name: str) -> tuple[Any, Any]:
    if table.column_names.count(name) > 1:
        raise EngineError("column_type", f"Column '{printable(name)}' occurs twice in the data.")
    column = _plain(name, table.column(name))
    kind = column.type
    missing = np.zeros(len(column), np.bool_)
    if column.null_count:
        missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan), missing
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.to_numpy(zero_copy_only=False).astype(object), missing
    if not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise _type_error(name, kind, "column")
    if column.null_count:
        # Filled only so that the type stays; the mask tells which rows were missing.
        column = column.fill_null(pa.scalar(0, pa.int8()).cast(column.type))
    return column.to_numpy(zero_copy_only=False), missing


def _plain(name: str, column: Any) -> Any:
    """Categories as their values, decimals as floats."""
    try:
        if pa.types.is_dictionary(column.type):
            return column.cast(column.type.value_type)
        return column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column
    except pa.ArrowException as error:
        raise _type_error(name, column.type, "column") from error


def _type_error(name: str, values: Any, dtype: str) -> EngineError:
    kind = values.dtype if isinstance(values, np.ndarray) else values
    held = _WORDS.get(values.dtype.kind, "text") if isinstance(values, np.ndarray) else kind
    wanted = "a number, text or truth value" if dtype == "column" else dtype
    sentence = (
        f"Column '{printable(name)}' holds {printable(held)} (from row 0 on); the model's "
        f"signature says {wanted}. Convert the column or correct the signature."
    )
    return EngineError("column_type", sentence)


def _row_error(
    code: str, name: str, wrong: Any, first_row: int, what: str, rule: str
) -> EngineError:
    rows = np.flatnonzero(wrong)
    rule = rule or "Correct the data."
    sentence = (
        f"Column '{printable(name)}', row {first_row + int(rows[0])}, {what} "
        f"({rows.size} such row(s) here). {rule}"
    )
    return EngineError(code, sentence)
