from __future__ import annotations

import copy
from typing import Any

import pytest

from inference.engine.inspection import Inspection
from inference.engine.matching import match
from inference.engine.reasons import EngineError
from inference.engine.signature import Signature
from inference.engine.tensors import TensorSpec

BINARY: dict[str, Any] = {
    "task": "binary",
    "columns": [
        {"name": "AGEP", "dtype": "int", "tensor": "X", "encoding": "value"},
        {"name": "WAGP", "dtype": "float", "tensor": "X", "encoding": "value"},
    ],
    "score": {"output": "probabilities", "index": 1},
    "label_column": "employed",
    "positive_label": "1",
    "classes": ["0", "1"],
    "protected": ["SEX"],
    "decision": {"cut_off": "0.5", "favourable": "0"},
}


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(BINARY) | changes


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in BINARY.items() if name not in names}


def test_a_signature_survives_json() -> None:
    assert Signature.from_json(BINARY).to_json() == BINARY


def test_binary_classes_0_and_1_need_no_naming() -> None:
    assert Signature.from_json(without("classes")).classes == ("0", "1")


def test_a_cut_off_given_as_a_number_is_kept_as_a_decimal() -> None:
    data = changed(decision={"cut_off": 0.25, "favourable": "1"})
    assert Signature.from_json(data).to_json()["decision"]["cut_off"] == "0.25"


INVALID = {
    "no object": ([], "signature"),
    "no task": (without("task"), "task"),
    "unknown field": (changed(colour="red"), "colour"),
    "unknown task": (changed(task="ranking"), "task"),
    "no columns": (changed(columns=[]), "columns"),
    "column twice": (changed(columns=BINARY["columns"] * 2), "'AGEP' is named twice"),
    "unknown type": (changed(columns=[{"name": "a", "dtype": "date", "tensor": "X"}]), "dtype"),
    "nothing as nan": (
        changed(columns=[{"name": "a", "dtype": "int", "tensor": "X", "encoding": "null-as-nan"}]),
        "only float columns",
    ),
    "negative index": (changed(score={"output": "p", "index": -1}), "score.index"),
    "true as index": (changed(score={"output": "p", "index": True}), "score.index"),
    "label is an input": (changed(label_column="AGEP"), "also an input"),
    "label is protected": (changed(protected=["employed"]), "protected"),
    "positive is no class": (changed(positive_label="yes"), "positive_label"),
    "three classes": (changed(classes=["0", "1", "2"]), "two classes"),
    "cut-off over 1": (changed(decision={"cut_off": "1.5", "favourable": "0"}), "cut_off"),
    "cut-off is NaN": (changed(decision={"cut_off": "nan", "favourable": "0"}), "cut_off"),
    "cut-off is text": (changed(decision={"cut_off": "half", "favourable": "0"}), "cut_off"),
    "favourable unknown": (changed(decision={"cut_off": "0.5", "favourable": "2"}), "favourable"),
    "regression with classes": (changed(task="regression"), "positive_label"),
}


@pytest.mark.parametrize(("data", "named"), INVALID.values(), ids=INVALID.keys())
def test_invalid_signatures_name_what_is_wrong(data: Any, named: str) -> None:
    with pytest.raises(EngineError) as caught:
        Signature.from_json(data)
    assert caught.value.code == "signature_invalid"
    assert named in caught.value.sentence


def inspected(**changes: Any) -> Inspection:
    found: dict[str, Any] = {
        "inputs": (TensorSpec("X", "float", (None, 2)),),
        "outputs": (
            TensorSpec("label", "int64", (None,)),
            TensorSpec("probabilities", "float", (None, 2)),
        ),
    }
    return Inspection(admitted=True, **(found | changes))


def mismatches(data: dict[str, Any], inspection: Inspection) -> list[str]:
    return sorted({reason.code for reason in match(Signature.from_json(data), inspection)})


def test_a_fitting_signature_has_no_mismatch() -> None:
    assert mismatches(BINARY, inspected()) == []


MISMATCHES: dict[str, tuple[dict[str, Any], Inspection, list[str]]] = {
    "other input": (
        BINARY,
        inspected(inputs=(TensorSpec("Z", "float", (None, 2)),)),
        ["tensor_not_fed", "tensor_unknown"],
    ),
    "more columns": (
        BINARY,
        inspected(inputs=(TensorSpec("X", "float", (None, 3)),)),
        ["column_count_unfit"],
    ),
    "text tensor": (
        BINARY,
        inspected(inputs=(TensorSpec("X", "string", (None, 2)),)),
        ["column_type_unfit"],
    ),
    "float into whole numbers": (
        BINARY,
        inspected(inputs=(TensorSpec("X", "int64", (None, 2)),)),
        ["column_type_unfit"],
    ),
    "one row only": (
        BINARY,
        inspected(inputs=(TensorSpec("X", "float", (1, 2)),)),
        ["input_shape_unfit"],
    ),
    "image": (
        BINARY,
        inspected(inputs=(TensorSpec("X", "float", (None, 2, 8)),)),
        ["input_shape_unfit"],
    ),
    "no such output": (
        changed(score={"output": "p", "index": 1}),
        inspected(),
        ["score_output_unknown"],
    ),
    "label as score": (
        changed(score={"output": "label"}),
        inspected(),
        ["score_output_no_float"],
    ),
    "index too large": (
        changed(score={"output": "probabilities", "index": 2}),
        inspected(),
        ["score_index_unfit"],
    ),
    "no index": (
        changed(score={"output": "probabilities"}),
        inspected(),
        ["score_index_unfit"],
    ),
    "ZipMap": (
        changed(score={"output": "p", "index": 1}),
        inspected(outputs=(TensorSpec("p", "seq(map(int64,tensor(float)))", ()),)),
        ["score_output_no_tensor"],
    ),
    "mixed rows": (BINARY, inspected(rows_independent=False), ["rows_not_independent"]),
}


@pytest.mark.parametrize(
    ("data", "inspection", "expected"), MISMATCHES.values(), ids=MISMATCHES.keys()
)
def test_a_signature_that_does_not_fit_is_told_why(
    data: dict[str, Any], inspection: Inspection, expected: list[str]
) -> None:
    assert mismatches(data, inspection) == expected
