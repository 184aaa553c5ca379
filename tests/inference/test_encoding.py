from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from inference.engine.encoding import encode, encode_labels
from inference.engine.reasons import EngineError
from inference.engine.signature import Column, ColumnType, ScoreOutput, Signature
from inference.engine.tensors import TensorSpec


def signature(*columns: Column, **changes: Any) -> Signature:
    found = {"task": "binary", "positive_label": "1", "classes": ("0", "1")} | changes
    return Signature(columns=columns, score=ScoreOutput("p", 1), label_column="label", **found)


AGE = Column("age", "int", "X")
PAY = Column("pay", "float", "X")
TWO = signature(AGE, PAY)


def refusal(table: Any, of: Signature = TWO, first_row: int = 0) -> EngineError:
    with pytest.raises(EngineError) as caught:
        encode(table, of, first_row=first_row)
    return caught.value


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"pay": [1.5, 2.5], "age": [30, 40], "other": ["x", "y"]}),
        {"pay": np.array([1.5, 2.5]), "age": np.array([30, 40])},
    ],
    ids=["arrow", "numpy"],
)
def test_columns_fill_one_tensor_in_the_signatures_order(table: Any) -> None:
    tensors = encode(table, TWO)
    assert tensors["X"].dtype == np.float32
    assert tensors["X"].tolist() == [[30.0, 1.5], [40.0, 2.5]]


def test_columns_fill_one_tensor_each() -> None:
    of = signature(Column("age", "int", "a"), Column("town", "string", "t"))
    specs = (TensorSpec("a", "int64", (None, 1)), TensorSpec("t", "string", (None,)))
    tensors = encode(pa.table({"age": [30], "town": ["Lynn"]}), of, specs)
    assert tensors["a"].tolist() == [[30]]
    assert tensors["t"].tolist() == ["Lynn"]
    assert tensors["a"].dtype == np.int64


def test_the_models_own_type_decides() -> None:
    specs = (TensorSpec("X", "double", (None, 2)),)
    tensors = encode({"age": np.array([30]), "pay": np.array([0.1])}, TWO, specs)
    assert tensors["X"].tolist() == [[30.0, 0.1]]


def test_categories_and_decimals_are_read() -> None:
    of = signature(Column("town", "string", "t"), Column("pay", "float", "p"))
    towns = pa.array(["Lynn", "Salem", "Lynn"]).dictionary_encode()
    pay = pa.array([1, 2, 3]).cast(pa.decimal128(21, 2))
    tensors = encode(pa.table({"town": towns, "pay": pay}), of)
    assert tensors["t"].ravel().tolist() == ["Lynn", "Salem", "Lynn"]
    assert tensors["p"].ravel().tolist() == [1.0, 2.0, 3.0]


def test_missing_columns_are_named() -> None:
    error = refusal({"other": np.array([1])})
    assert error.code == "columns_missing"
    assert "'age', 'pay'" in error.sentence


BAD_VALUES: dict[str, tuple[ColumnType, Any, str]] = {
    "text for a number": ("float", pa.array(["1", "2"]), "column_type"),
    "dates": ("float", pa.array([1, 2], pa.date32()), "column_type"),
    "lists": ("float", pa.array([[1], [2]]), "column_type"),
    "truth for a number": ("float", pa.array([True, False]), "column_type"),
    "numbers for text": ("string", pa.array([1, 2]), "column_type"),
    "null": ("float", pa.array([1.0, None]), "column_null"),
    "null whole number": ("int", pa.array([1, None]), "column_null"),
    "null text": ("string", pa.array(["a", None]), "column_null"),
    "only nulls": ("float", pa.nulls(2), "column_null"),
    "NaN": ("float", pa.array([1.0, float("nan")]), "column_null"),
    "infinity": ("float", pa.array([1.0, float("inf")]), "column_value"),
    "too large for float32": ("float", pa.array([1.0, 1e300]), "column_value"),
    "no whole number": ("int", pa.array([1.0, 1.5]), "column_value"),
    "two as truth": ("bool", pa.array([1, 2]), "column_value"),
    "mixed objects": ("string", np.array(["a", 1], dtype=object), "column_type"),
}


@pytest.mark.parametrize(("dtype", "values", "code"), BAD_VALUES.values(), ids=BAD_VALUES.keys())
def test_what_would_be_guessed_is_refused(dtype: ColumnType, values: Any, code: str) -> None:
    table = pa.table({"c": values}) if isinstance(values, pa.Array) else {"c": values}
    error = refusal(table, signature(Column("c", dtype, "X")))
    assert error.code == code
    assert "'c'" in error.sentence


def test_the_first_bad_row_is_named() -> None:
    values = pa.array([1.0] * 41 + [None, 1.0, None])
    error = refusal(pa.table({"age": pa.array([1] * 44), "pay": values}), first_row=1000)
    assert "row 1041" in error.sentence
    assert "2 such row(s)" in error.sentence


def test_missing_values_become_nan_only_where_declared() -> None:
    of = signature(Column("pay", "float", "X", "null-as-nan"))
    tensors = encode(pa.table({"pay": [1.0, None]}), of)
    assert np.isnan(tensors["X"][1, 0])
    assert tensors["X"][0, 0] == 1.0


def test_a_value_that_does_not_fit_a_small_integer_is_refused() -> None:
    specs = (TensorSpec("X", "int32", (None, 1)),)
    with pytest.raises(EngineError, match="column_value"):
        encode({"age": np.array([2**40])}, signature(AGE), specs)


def test_a_column_twice_is_refused() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["age", "age"])
    assert refusal(table, signature(AGE)).code == "column_type"


@pytest.mark.parametrize(
    "labels",
    [pa.array([1, 0]), pa.array([1.0, 0.0]), pa.array(["1", "0"]), pa.array([True, False])],
    ids=["whole", "float", "text", "truth"],
)
def test_labels_are_read_in_any_type(labels: Any) -> None:
    assert encode_labels(pa.table({"label": labels}), TWO).tolist() == [1, 0]


def test_the_positive_class_is_1_whatever_its_name() -> None:
    of = signature(AGE, positive_label="no", classes=("no", "yes"))
    assert encode_labels({"label": np.array(["yes", "no"])}, of).tolist() == [0, 1]


def test_multiclass_labels_are_numbers_of_classes() -> None:
    of = signature(AGE, task="multiclass", positive_label=None, classes=("a", "b", "c"))
    assert encode_labels({"label": np.array(["c", "a", "b"])}, of).tolist() == [2, 0, 1]


def test_an_unknown_label_is_refused_by_row() -> None:
    with pytest.raises(EngineError) as caught:
        encode_labels({"label": np.array([1, 0, 7])}, TWO, first_row=10)
    assert caught.value.code == "label_unknown"
    assert "row 12: '7'" in caught.value.sentence


def test_a_missing_label_is_refused() -> None:
    with pytest.raises(EngineError, match="column_null"):
        encode_labels(pa.table({"label": [1, None]}), TWO)
