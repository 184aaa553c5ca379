from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from governance.identity.errors import Conflict, InvalidInput
from governance.registry import actions as registry
from governance.registry.models import ModelVersion, Release, Upload
from inference.engine.tensors import TensorSpec
from inference.signature_judge import SignatureJudge
from tests.cast import SIGNATURE, Cast, make_release

PAGE = Path(__file__).parents[2] / "docs/reference/signature.md"
BLOCK = re.compile(r"```json\n(.*?)```", re.DOTALL)


def examples() -> list[dict[str, Any]]:
    return [json.loads(text) for text in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def inspection_for(signature: dict[str, Any]) -> dict[str, Any]:
    """A file such as the page describes: one input of all columns, one output of all classes."""
    columns, classes = signature["columns"], signature.get("classes", ["0", "1"])
    inputs = {column["tensor"]: 0 for column in columns}
    for column in columns:
        inputs[column["tensor"]] += 1
    width = 1 if signature["task"] == "regression" else len(classes)
    output = TensorSpec(signature["score"]["output"], "float", ("rows", width))
    return {
        "reasons": [],
        "inputs": [
            TensorSpec(name, "float", ("rows", count)).to_json() for name, count in inputs.items()
        ],
        "outputs": [output.to_json()],
        "rowsIndependent": True,
    }


FITTING = inspection_for(SIGNATURE)


def pointers(signature: dict[str, Any]) -> list[str]:
    return [one["pointer"] for one in SignatureJudge().of_signature(signature, FITTING)]


def details(signature: dict[str, Any]) -> str:
    return " ".join(one["detail"] for one in SignatureJudge().of_signature(signature, FITTING))


def test_every_example_of_the_page_is_a_usable_signature() -> None:
    found = examples()
    assert {one["task"] for one in found} == {"binary", "multiclass", "regression"}
    for one in found:
        assert SignatureJudge().of_signature(one, inspection_for(one)) == []


def test_the_casts_signature_is_usable() -> None:
    assert pointers(SIGNATURE) == []


def test_all_problems_of_a_signature_are_told_at_once() -> None:
    column = {"name": "AGEP", "dtype": "date", "type": "float", "tensor": "AGEP"}
    wrong = {
        "task": "binary",
        "columns": [column],
        "score": {"output": "nothing"},
        "colour": "red",
        "decision": {"cutOff": "5", "favourable": "9"},
    }
    assert set(pointers(wrong)) >= {
        "", "/columns/0", "/columns/0/dtype", "/label", "/positive", "/decision/cutOff",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "Known keys: task, columns, score, label"),
        (
            {"columns": [{**SIGNATURE["columns"][0], "type": "x"}]},
            "known: dtype, encoding, name, tensor",
        ),
        ({"score": {"output": "probabilities", "column": 1}}, "known: index, output"),
        ({"decision": {"favorable": "1"}}, "Known keys: cutOff, favourable"),
        ({"columns": [{**SIGNATURE["columns"][0], "tensor": "Z"}]}, "Its inputs are: AGEP"),
        ({"score": {"output": "z", "index": 1}}, "Its outputs are: probabilities"),
        ({"score": {"output": "probabilities", "index": 7}}, "there is no column 7"),
        ({"score": "probabilities"}, "an object with named fields"),
        ({"columns": {}}, "It is a list"),
        ({"columns": [1]}, "an object with named fields"),
        ({"label": 3}, "text of 1 to 1024 characters"),
        ({"label_column": "employed"}, "leave one out"),
        ({"protected": "SEX"}, "It is a list"),
        ({"decision": {"cutOff": 0.5, "favourable": "1"}}, "decimals are written as text"),
        ({"decision": {"cutOff": 10**400}}, "a decimal from 0 to 1"),
        ({"positive": "yes"}, "name both in 'classes'"),
        ({"task": ["binary"]}, "say one of binary"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_right(changes: dict[str, Any], named: str) -> None:
    assert named in details({**SIGNATURE, **changes})


def admitted(cast: Cast) -> Upload:
    make_release(cast)
    return Upload.objects.get(kind="model")


def register(cast: Cast, upload: Upload, signature: Any) -> ModelVersion:
    return registry.register_model_version(
        cast.system.unit, "places", upload=upload, method="tree", signature=signature,
        training_data=["a" * 64], commit="", parameters={}, by=cast.by("owen"),
    )  # fmt: skip


@pytest.mark.parametrize("signature", [{}, [], "binary", None, {"task": "binary"}])
def test_an_insufficient_signature_registers_nothing(cast: Cast, signature: Any) -> None:
    upload = admitted(cast)
    with pytest.raises(InvalidInput) as refused:
        register(cast, upload, signature)
    assert refused.value.problems
    assert ModelVersion.objects.count() == 1


def test_the_same_file_with_another_signature_is_the_next_version(cast: Cast) -> None:
    upload = admitted(cast)
    assert register(cast, upload, {**SIGNATURE, "protected": []}).number == 2


def test_the_same_file_with_the_same_signature_is_refused(cast: Cast) -> None:
    upload = admitted(cast)
    with pytest.raises(Conflict, match="already with this signature"):
        register(cast, upload, SIGNATURE)


def release_with(cast: Cast, version: ModelVersion, **decision: str) -> Release:
    return registry.create_release(
        cast.system, [version], {"decision": decision}, by=cast.by("owen")
    )


@pytest.mark.parametrize(
    ("decision", "named"),
    [
        ({"favourable": "employed"}, "'employed' is not one of the model's classes: 0, 1."),
        ({"cutOff": "1.5"}, "a decimal from 0 to 1"),
        ({"cutOff": "0,5"}, "a decimal from 0 to 1"),
        ({"cutOff": "nan"}, "a decimal from 0 to 1"),
        ({"cutOff": ""}, "a decimal from 0 to 1"),
        ({"cutoff": "0.7"}, "Unknown key 'cutoff'. Known keys: cutOff, favourable."),
        ({"cut_off": "0.7"}, "Unknown key 'cut_off'. Known keys: cutOff, favourable."),
    ],
)
def test_a_release_whose_decision_cannot_be_applied_is_not_made(
    cast: Cast, decision: dict[str, str], named: str
) -> None:
    version = make_release(cast).model_versions.get()
    with pytest.raises(InvalidInput) as refused:
        release_with(cast, version, **decision)
    assert named in refused.value.problems[0]["detail"]
    assert Release.objects.count() == 1
