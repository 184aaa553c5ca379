"""The categories a model's own encoders know: a correct model may refuse any other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from onnx import ModelProto, NodeProto, numpy_helper

from inference.engine.probes import Categories

_Columns = tuple[int, ...] | None

_ATTRIBUTES = ("cats_strings", "keys_strings", "cats_int64s", "keys_int64s")
_SELECTS = ("Gather", "ArrayFeatureExtractor")
_PASSES_ON = (*_SELECTS, "Identity", "Reshape", "Cast", "Flatten")
_MOST_STEPS = 10_000


def input_categories(proto: ModelProto) -> dict[str, Categories]:
    """For each input that reaches encoders, the values they know, followed through the graph."""
    users: dict[str, list[NodeProto]] = {}
    for node in proto.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    indices = _small_integers(proto)
    found = {v.name: _followed(v.name, users, indices) for v in proto.graph.input}
    return {name: categories for name, categories in found.items() if categories}


def _followed(
    name: str, users: Mapping[str, list[NodeProto]], indices: Mapping[str, tuple[int, ...]]
) -> Categories:
    found: Categories = {}
    waiting: list[tuple[str, _Columns]] = [(name, None)]
    for _ in range(_MOST_STEPS):
        if not waiting:
            break
        value, columns = waiting.pop()
        for node in users.get(value, []):
            known = _known(node)
            for column in columns or (None,):
                if known:
                    found.setdefault(column, known)
            if not known and node.op_type in _PASSES_ON:
                chosen = _chosen(node, columns, indices)
                waiting += [(output, chosen) for output in node.output]
    return found


def _known(node: NodeProto) -> list[Any]:
    for attribute in node.attribute:
        if attribute.name in _ATTRIBUTES and (attribute.strings or attribute.ints):
            words = [text.decode("utf-8", "replace") for text in attribute.strings]
            return words or list(attribute.ints)
    return []


def _chosen(node: NodeProto, columns: _Columns, indices: Mapping[str, tuple[int, ...]]) -> _Columns:
    """Which columns of the input are left after this node."""
    if node.op_type not in _SELECTS or len(node.input) < 2 or node.input[1] not in indices:
        return columns
    picked = indices[node.input[1]]
    if columns is None:
        return picked
    return tuple(columns[i] for i in picked if -len(columns) <= i < len(columns))


def _small_integers(proto: ModelProto) -> dict[str, tuple[int, ...]]:
    return {
        tensor.name: tuple(int(i) for i in numpy_helper.to_array(tensor).ravel())
        for tensor in proto.graph.initializer
        if tensor.data_type in (tensor.INT32, tensor.INT64) and math.prod(tensor.dims) <= 4096
    }
