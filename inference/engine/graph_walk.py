"""Walk everything a model file holds: nodes of all graphs and functions, and all tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto


@dataclass(slots=True)
class Walk:
    """What a walk found. `deepest` is 0 where no node holds a graph of its own."""

    nodes: list[NodeProto] = field(default_factory=list)
    tensors: list[TensorProto] = field(default_factory=list)
    deepest: int = 0


def walk(model: ModelProto) -> Walk:
    """All nodes and tensors of a model, its functions included (no expansion)."""
    found = Walk(tensors=list(_graph_tensors(model.graph)))
    waiting: list[tuple[Iterable[NodeProto], int]] = [(model.graph.node, 0)]

    def take(attributes: Iterable[AttributeProto], depth: int) -> None:
        for attribute in attributes:
            found.tensors.extend(_attribute_tensors(attribute))
            for graph in _graphs(attribute):
                found.tensors.extend(_graph_tensors(graph))
                waiting.append((graph.node, depth + 1))

    for function in model.functions:
        waiting.append((function.node, 0))
        take(function.attribute_proto, 0)
    while waiting:
        nodes, depth = waiting.pop()
        found.deepest = max(found.deepest, depth)
        for node in nodes:
            found.nodes.append(node)
            take(node.attribute, depth)
    return found


def float_lists(nodes: Iterable[NodeProto]) -> Iterator[tuple[NodeProto, Any]]:
    """Lists of floats held by nodes themselves: the weights of trees and linear models."""
    for node in nodes:
        for attribute in node.attribute:
            if attribute.floats:
                yield node, attribute.floats


def expanded_nodes(model: ModelProto, most: int) -> int | None:
    """Nodes after every local function is put in place; None if more than `most` or endless."""
    functions = {(f.domain, f.name): f for f in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size(nodes: Iterable[NodeProto], within: frozenset[tuple[str, str]]) -> int | None:
        total = 0
        for node in _flat(nodes):
            key = (node.domain, node.op_type)
            if key not in functions:
                total += 1
            elif key in within or len(within) > 32:
                return None
            else:
                if key not in sizes:
                    part = size(functions[key].node, within | {key})
                    if part is None:
                        return None
                    sizes[key] = part
                total += sizes[key]
            if total > most:
                return None
        return total

    return size(model.graph.node, frozenset())


def _flat(nodes: Iterable[NodeProto]) -> Iterator[NodeProto]:
    waiting = [nodes]
    while waiting:
        for node in waiting.pop():
            yield node
            waiting += [g.node for a in node.attribute for g in _graphs(a)]


def _graphs(attribute: AttributeProto) -> list[GraphProto]:
    return [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]


def _graph_tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)


def _attribute_tensors(attribute: AttributeProto) -> Iterator[TensorProto]:
    if attribute.HasField("t"):
        yield attribute.t
    yield from attribute.tensors
    sparse = [attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else []
    for each in [*sparse, *attribute.sparse_tensors]:
        yield from (each.values, each.indices)
