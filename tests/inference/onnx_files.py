"""Small real models, harmless and hostile, made with onnx.helper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper

FLOAT, INT64, BOOL, STRING = (
    TensorProto.FLOAT,
    TensorProto.INT64,
    TensorProto.BOOL,
    TensorProto.STRING,
)
Shape = Sequence[int | str | None] | None


def value(name: str, kind: int = FLOAT, shape: Shape = ("n", 2)) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: Sequence[NodeProto],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    constants: Sequence[TensorProto] = (),
    domains: Sequence[str] = (),
) -> ModelProto:
    graph = helper.make_graph(list(nodes), "g", list(inputs), list(outputs), list(constants))
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3)]
    opsets += [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def one_node(op: str, **attributes: Any) -> ModelProto:
    return model([helper.make_node(op, ["x"], ["y"], **attributes)], [value("x")], [value("y")])


def halves() -> ModelProto:
    """Score: the mean of two columns, shape [n]; in 0..1 when they are."""
    axes = helper.make_tensor("axes", INT64, [1], [1])
    node = helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=0)
    return model([node], [value("x")], [value("y", shape=["n"])], [axes])


def divides() -> ModelProto:
    """x[:, 0] / x[:, 1] for each row: NaN for 0/0."""
    constants = [helper.make_tensor(n, INT64, [], [i]) for n, i in (("zero", 0), ("one", 1))]
    nodes = [
        helper.make_node("Gather", ["x", "zero"], ["a"], axis=1),
        helper.make_node("Gather", ["x", "one"], ["b"], axis=1),
        helper.make_node("Div", ["a", "b"], ["y"]),
    ]
    return model(nodes, [value("x")], [value("y", shape=["n"])], constants)


def mixes_rows() -> ModelProto:
    """Each row minus the mean of its batch: a row's answer depends on the others."""
    axes = helper.make_tensor("axes", INT64, [1], [0])
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["m"], keepdims=1),
        helper.make_node("Sub", ["x", "m"], ["y"]),
    ]
    return model(nodes, [value("x")], [value("y")], [axes])


def endless_loop() -> ModelProto:
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["c"], ["c2"]),
            helper.make_node("Add", ["v", "v"], ["v2"]),
        ],
        "body",
        [value("i", INT64, []), value("c", BOOL, []), value("v")],
        [value("c2", BOOL, []), value("v2")],
    )
    constants = [
        helper.make_tensor("trips", INT64, [], [2**62]),
        helper.make_tensor("go", BOOL, [], [True]),
    ]
    node = helper.make_node("Loop", ["trips", "go", "x"], ["y"], body=body)
    return model([node], [value("x")], [value("y")], constants)


def thirty_two_gigabytes() -> ModelProto:
    """67 bytes that ask for 20000 x 20000 x 20 floats."""
    shape = helper.make_tensor("s", INT64, [3], [20000, 20000, 20])
    node = helper.make_node("ConstantOfShape", ["s"], ["y"])
    return model([node], [], [value("y", shape=[None, None, None])], [shape])


def hidden_gigabytes() -> ModelProto:
    """As above, but the sizes are known at run time only."""
    factor = helper.make_tensor("f", INT64, [3], [20000, 20000, 10])
    nodes = [
        helper.make_node("Cast", ["x"], ["xi"], to=INT64),
        helper.make_node("ReduceMin", ["xi"], ["low"], keepdims=0),
        helper.make_node("Sub", ["low", "low"], ["zero"]),
        helper.make_node("Add", ["f", "zero"], ["s"]),
        helper.make_node("ConstantOfShape", ["s"], ["y"]),
    ]
    return model(nodes, [value("x")], [value("y", shape=[None, None, None])], [factor])


def external(location: str) -> ModelProto:
    weights = TensorProto(name="w", data_type=FLOAT, dims=[2])
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    node = helper.make_node("Add", ["x", "w"], ["y"])
    return model([node], [value("x")], [value("y")], [weights])


def external_in_attribute() -> ModelProto:
    weights = external("w.bin").graph.initializer[0]
    constant = helper.make_node("Constant", [], ["w"], value=weights)
    nodes = [constant, helper.make_node("Add", ["x", "w"], ["y"])]
    return model(nodes, [value("x")], [value("y")])


def nested_ifs(depth: int) -> ModelProto:
    graph = _branch([helper.make_node("Identity", ["x"], ["y"])])
    for _ in range(depth):
        graph = _branch([_if_node(graph)])
    go = helper.make_tensor("go", BOOL, [], [True])
    return model(list(graph.node), [value("x")], [value("y")], [go])


def nested_bytes(depth: int) -> bytes:
    """Graphs within graphs as raw protobuf, deeper than the library itself would write."""
    data = b""
    for _ in range(depth):
        # GraphProto.node = 1, NodeProto.attribute = 5, AttributeProto.g = 6
        for field in (6, 5, 1):
            data = _field(field, data)
    return b"\x08\x0a" + _field(8, b"\x10\x15") + _field(7, data)


def custom_operator() -> ModelProto:
    node = helper.make_node("Steal", ["x"], ["y"], domain="com.evil")
    return model([node], [value("x")], [value("y")], domains=["com.evil"])


def exploding_functions(levels: int = 40) -> ModelProto:
    """f0 calls f1 twice, f1 calls f2 twice, ...: 2**levels operators from few bytes."""
    made = one_node("Relu")
    for level in range(levels):
        called = f"f{level + 1}" if level < levels - 1 else "Relu"
        domain = "own" if level < levels - 1 else ""
        nodes = [
            helper.make_node(called, ["a"], ["b"], domain=domain),
            helper.make_node(called, ["b"], ["c"], domain=domain),
        ]
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
        made.functions.append(helper.make_function("own", f"f{level}", ["a"], ["c"], nodes, opsets))
    made.graph.node[0].op_type, made.graph.node[0].domain = "f0", "own"
    made.opset_import.add(domain="own", version=1)
    return made


def with_weights(numbers: Sequence[float]) -> ModelProto:
    weights = helper.make_tensor("w", FLOAT, [len(numbers)], list(numbers))
    node = helper.make_node("Add", ["x", "w"], ["y"])
    return model([node], [value("x")], [value("y")], [weights])


def _field(number: int, data: bytes) -> bytes:
    length, size = b"", len(data)
    while size > 127:
        length, size = length + bytes([size % 128 + 128]), size // 128
    return bytes([number * 8 + 2]) + length + bytes([size]) + data


def _if_node(branch: GraphProto) -> NodeProto:
    other = _branch([helper.make_node("Identity", ["x"], ["y"])])
    node = helper.make_node("If", ["go"], ["y"])
    for name, graph in (("then_branch", branch), ("else_branch", other)):
        attribute = AttributeProto(name=name, type=AttributeProto.GRAPH)
        attribute.g.CopyFrom(graph)
        node.attribute.append(attribute)
    return node


def _branch(nodes: Sequence[NodeProto]) -> GraphProto:
    return helper.make_graph(list(nodes), "b", [], [value("y")])
