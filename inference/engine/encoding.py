"""Turn the columns of a table into the tensors of a model; refuse what would be guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.engine.columns import Table, column_values, row_count
from inference.engine.probes import NUMPY_TYPES
from inference.engine.reasons import EngineError, printable
from inference.engine.signature import Column, Signature
from inference.engine.tensors import TensorSpec

_DEFAULT_TYPES = {"float": "float", "int": "int64", "string": "string", "bool": "bool"}


def encode(
    table: Table,
    signature: Signature,
    inputs: Sequence[TensorSpec] = (),
    first_row: int = 0,
) -> dict[str, Any]:
    """Tensors of the signature, each of shape [rows, columns] (or [rows] where declared so).

    `inputs` are the model's own specs and decide the element types; without them a tensor is
    float32, int64, text or bool, as its columns are. `first_row` is added to the row numbers
    in errors. Raises EngineError: columns_missing, column_type, column_null, column_value.
    """
    _refuse_missing(table, [column.name for column in signature.columns])
    specs = {spec.name: spec for spec in inputs}
    rows = row_count(table)
    return {
        name: _tensor(table, columns, specs.get(name), rows, first_row)
        for name, columns in signature.tensors.items()
    }


def encode_labels(table: Table, signature: Signature, first_row: int = 0) -> Any:
    """The label of each row: binary 1 for the positive class and 0 for the other (int64);
    multiclass the number of the class in `signature.classes` (int64); regression float64.

    Raises EngineError: columns_missing, column_type, column_null, label_unknown.
    """
    name = signature.label_column
    _refuse_missing(table, [name])
    if signature.task == "regression":
        return column_values(table, name, "float", first_row).astype(np.float64)
    texts = _label_texts(table, name, signature.classes, first_row)
    numbers = np.full(len(texts), -1, dtype=np.int64)
    for number, text in enumerate(signature.classes):
        numbers[texts == text] = number
    unknown = np.flatnonzero(numbers < 0)
    if unknown.size:
        found = printable(texts[unknown[0]])
        raise EngineError(
            "label_unknown",
            f"Label column '{printable(name)}', row {first_row + int(unknown[0])}: '{found}' is "
            f"none of {', '.join(printable(c) for c in signature.classes)}. Correct the data or "
            "the signature's classes.",
        )
    if signature.task == "multiclass" or signature.positive_label is None:
        return numbers
    return (numbers == signature.classes.index(signature.positive_label)).astype(np.int64)


def _tensor(
    table: Table, columns: tuple[Column, ...], spec: TensorSpec | None, rows: int, first_row: int
) -> Any:
    kind = spec.dtype if spec is not None else _widest(columns)
    dtype = NUMPY_TYPES[kind]
    filled = np.empty((rows, len(columns)), dtype=dtype)
    for position, column in enumerate(columns):
        nulls = column.encoding == "null-as-nan"
        values = column_values(table, column.name, column.dtype, first_row, null_as_nan=nulls)
        filled[:, position] = _cast(values, np.dtype(dtype), column, first_row)
    return filled[:, 0].copy() if spec is not None and len(spec.shape) == 1 else filled


def _cast(values: Any, dtype: np.dtype[Any], column: Column, first_row: int) -> Any:
    """Cast to the tensor's type; refuse what it cannot hold."""
    if values.dtype == dtype or dtype.kind == "O":
        return values
    with np.errstate(over="ignore", invalid="ignore"):
        cast = values.astype(dtype)
    if dtype.kind == "f" and np.isfinite(cast).all():
        return cast
    lost = ~np.isfinite(cast) & ~np.isnan(values) if dtype.kind == "f" else cast != values
    if lost.any():
        row = int(np.flatnonzero(lost)[0])
        raise EngineError(
            "column_value",
            f"Column '{printable(column.name)}', row {first_row + row}: "
            f"{printable(values[row])} does not fit the model's {dtype} input.",
        )
    return cast


def _widest(columns: tuple[Column, ...]) -> str:
    kinds = {column.dtype for column in columns}
    if kinds == {"string"} or len(kinds) == 1:
        return _DEFAULT_TYPES[columns[0].dtype]
    return "string" if "string" in kinds else "float"


def _label_texts(table: Table, name: str, classes: Sequence[str], first_row: int) -> Any:
    """Labels as text: 1, 1.0 and True all read "1" where the classes are written so."""
    values = column_values(table, name, "label", first_row)
    if values.dtype.kind == "b" and not {"0", "1"} & set(classes):
        return np.where(values, "true", "false").astype(object)
    if values.dtype.kind in "bf":
        whole = values.astype(np.float64)
        as_text = [str(int(v)) if v.is_integer() else repr(v) for v in whole.tolist()]
        return np.array(as_text, dtype=object)
    return values.astype(str).astype(object)


def _refuse_missing(table: Table, names: Sequence[str]) -> None:
    present = set(table if isinstance(table, Mapping) else table.column_names)
    missing = [name for name in names if name not in present]
    if missing:
        listed = ", ".join(f"'{printable(name)}'" for name in missing[:20])
        sentence = f"The data lacks {len(missing)} column(s) the model needs: {listed}."
        raise EngineError("columns_missing", sentence)
