from __future__ import annotations

import pytest
from onnx import ModelProto, helper

from inference.engine.categories import input_categories
from inference.engine.limits import Limits
from inference.engine.static_checks import (
    checker_reasons,
    inferred_shape_reasons,
    operator_counts,
    parameter_count,
    static_reasons,
    weight_reasons,
)
from tests.inference import onnx_files as files


def codes(proto: ModelProto, limits: Limits | None = None) -> list[str]:
    return [reason.code for reason in static_reasons(proto, limits or Limits())]


def compiled_blob() -> ModelProto:
    node = helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft")
    return files.model([node], [files.value("x")], [files.value("y")])


def huge_output() -> ModelProto:
    shape = [2**31, 2**31]
    node = helper.make_node("Relu", ["x"], ["y"])
    inputs = [files.value("x", shape=shape)]
    return files.model([node], inputs, [files.value("y", shape=shape)])


def training() -> ModelProto:
    proto = files.halves()
    proto.training_info.add()
    return proto


def described_at_length() -> ModelProto:
    proto = files.halves()
    proto.metadata_props.add(key="<script>", value="x" * 10_000_000)
    return proto


REFUSED = {
    "absolute path": (files.external("/etc/passwd"), "external_data"),
    "device": (files.external("/dev/zero"), "external_data"),
    "plain name": (files.external("w.bin"), "external_data"),
    "in an attribute": (files.external_in_attribute(), "external_data"),
    "nested graphs": (files.nested_ifs(12), "nested_too_deep"),
    "exploding functions": (files.exploding_functions(), "functions_too_large"),
    "no operator": (files.model([], [files.value("x")], [files.value("x")]), "empty_model"),
    "huge output": (huge_output(), "tensor_too_large"),
    "compiled blob": (compiled_blob(), "compiled_blob"),
    "training graph": (training(), "training_graph"),
    "10 MB of metadata": (described_at_length(), "metadata_too_large"),
    "no graph": (ModelProto(), "not_onnx"),
}


@pytest.mark.parametrize(("proto", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_before_anything_runs(proto: ModelProto, code: str) -> None:
    assert codes(proto) == [code]


def test_too_many_nodes_are_refused() -> None:
    nodes = [helper.make_node("Relu", ["x"], [f"y{i}"]) for i in range(50)]
    proto = files.model(nodes, [files.value("x")], [files.value("y0")])
    assert codes(proto, Limits(nodes=49)) == ["too_many_nodes"]
    assert codes(proto, Limits(nodes=50)) == []


def test_a_model_with_functions_of_its_own_is_fine() -> None:
    assert codes(files.exploding_functions(levels=3)) == []


def test_functions_that_call_themselves_are_refused() -> None:
    proto = files.exploding_functions(levels=2)
    node = proto.functions[1].node[0]
    node.op_type, node.domain = "f0", "own"
    assert codes(proto) == ["functions_too_large"]


def test_external_data_in_a_nested_graph_is_found() -> None:
    proto = files.nested_ifs(3)
    inner = proto.graph.node[0].attribute[0].g
    inner.initializer.append(files.external("../x").graph.initializer[0])
    assert codes(proto) == ["external_data"]


def test_nan_in_a_list_of_weights_is_refused() -> None:
    found = weight_reasons(files.with_weights([1.0, float("nan")]))
    assert [reason.code for reason in found] == ["weights_not_finite"]
    assert weight_reasons(files.with_weights([1.0, float("inf")])) == []


def test_one_lone_nan_marks_missing_values_and_is_allowed() -> None:
    assert weight_reasons(files.with_weights([float("nan")])) == []


def test_sizes_known_before_the_run_are_refused() -> None:
    found = inferred_shape_reasons(files.thirty_two_gigabytes(), Limits())
    assert [reason.code for reason in found] == ["tensor_too_large"]
    assert "20000 x 20000 x 20" in found[0].sentence


def test_the_checker_finds_a_cycle() -> None:
    nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    proto = files.model(nodes, [files.value("x")], [files.value("a")])
    assert [reason.code for reason in checker_reasons(proto)] == ["invalid_model"]


def test_operators_of_nested_graphs_are_counted() -> None:
    assert operator_counts(files.nested_ifs(2)) == {"ai.onnx::Identity": 3, "ai.onnx::If": 2}


def test_parameters_are_counted() -> None:
    assert parameter_count(files.with_weights([1.0, 2.0])) == 2


def test_categories_are_followed_to_their_column() -> None:
    pick = helper.make_tensor("one", files.INT64, [1], [1])
    nodes = [
        helper.make_node("Gather", ["x", "one"], ["c"], axis=1),
        helper.make_node(
            "OneHotEncoder", ["c"], ["y"], domain="ai.onnx.ml", cats_strings=["S", "M"], zeros=0
        ),
    ]
    inputs = [files.value("x", files.STRING)]
    proto = files.model(nodes, inputs, [files.value("y", shape=["n", 1, 2])], [pick])
    assert input_categories(proto) == {"x": {1: ["S", "M"]}}
