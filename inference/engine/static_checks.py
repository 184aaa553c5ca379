"""What is refused in a model before anything of it is run. Nothing here runs the model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, ValueInfoProto, numpy_helper

from inference.engine.graph_walk import Walk, expanded_nodes, float_lists, walk
from inference.engine.limits import Limits
from inference.engine.reasons import Reason, printable

ALLOWED_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_FLOAT_TYPES = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)


def static_reasons(model: ModelProto, limits: Limits) -> list[Reason]:
    """Every reason to refuse this model without running it (at most one of each code)."""
    if not model.HasField("graph") or not model.opset_import:
        sentence = "This file holds no ONNX graph. Export the model to ONNX and upload that file."
        return [Reason("not_onnx", sentence)]
    found = walk(model)
    checks = chain(
        _sizes(model, found, limits),
        _functions(model, limits),
        _operators(model, found),
        _tensors(found.tensors, limits),
        _texts(model, limits),
        _static_shapes(model.graph.input, model.graph.output, model.graph.value_info, limits),
    )
    first_of_code = {reason.code: reason for reason in reversed(list(checks))}
    return list(reversed(first_of_code.values()))


def weight_reasons(model: ModelProto) -> list[Reason]:
    """Weights that are not a number. One lone NaN may mark "missing"; NaN in a list may not."""
    found = walk(model)
    for tensor in found.tensors:
        if tensor.data_type in _FLOAT_TYPES and math.prod(tensor.dims) > 1:
            values = numpy_helper.to_array(tensor)
            if np.isnan(values.astype(np.float64, copy=False)).any():
                return [_nan_weights(f"the weights '{printable(tensor.name)}'")]
    for node, values_list in float_lists(found.nodes):
        if len(values_list) > 1 and np.isnan(np.fromiter(values_list, np.float64)).any():
            return [_nan_weights(f"a list of weights of operator {printable(node.op_type)}")]
    return []


def inferred_shape_reasons(model: ModelProto, limits: Limits) -> list[Reason]:
    """Refuse values whose size is already known and too large, as far as shapes can be inferred."""
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    except (RuntimeError, ValueError, onnx.shape_inference.InferenceError):
        return []
    graph = inferred.graph
    return list(_static_shapes(graph.input, graph.output, graph.value_info, limits))[:1]


def checker_reasons(model: ModelProto) -> list[Reason]:
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, RuntimeError, ValueError) as error:
        sentence = (
            f"The ONNX checker refuses this model ({printable(error, 300)}). Export it again "
            "with a current exporter."
        )
        return [Reason("invalid_model", sentence)]
    return []


def operator_counts(model: ModelProto) -> dict[str, int]:
    """How often each "domain::operator" occurs, most frequent first; '' is shown as ai.onnx."""
    names = Counter(
        f"{printable(node.domain or 'ai.onnx')}::{printable(node.op_type)}"
        for node in walk(model).nodes
    )
    return dict(names.most_common())


def parameter_count(model: ModelProto) -> int:
    """Elements of all constant tensors and of the float lists of trees and linear models."""
    found = walk(model)
    tensors: int = sum(math.prod(tensor.dims) for tensor in found.tensors)
    return tensors + sum(len(values) for _, values in float_lists(found.nodes))


def _sizes(model: ModelProto, found: Walk, limits: Limits) -> Iterator[Reason]:
    counts = (
        ("too_many_nodes", len(found.nodes), limits.nodes, "operators"),
        ("nested_too_deep", found.deepest, limits.nesting, "levels of nested graphs"),
        ("too_many_inputs", len(model.graph.input), limits.inputs, "inputs"),
        ("too_many_outputs", len(model.graph.output), limits.outputs, "outputs"),
    )
    for code, count, most, what in counts:
        if count > most:
            yield Reason(code, f"The model has {count} {what}; at most {most} are admitted.")
    if not found.nodes or not model.graph.output:
        yield Reason("empty_model", "The model has no operator or no output: nothing to run.")
    if model.training_info:
        sentence = "The model holds training graphs. Export it for inference only."
        yield Reason("training_graph", sentence)


def _functions(model: ModelProto, limits: Limits) -> Iterator[Reason]:
    if len(model.functions) > limits.functions:
        sentence = (
            f"The model defines {len(model.functions)} functions of its own; at most "
            f"{limits.functions} are admitted. Export it with functions inlined."
        )
        yield Reason("too_many_functions", sentence)
    elif model.functions and expanded_nodes(model, limits.nodes) is None:
        sentence = (
            f"With its own functions put in place the model has more than {limits.nodes} "
            "operators, or they call themselves. Export it with functions inlined."
        )
        yield Reason("functions_too_large", sentence)


def _operators(model: ModelProto, found: Walk) -> Iterator[Reason]:
    own = {(f.domain, f.name) for f in model.functions}
    for node in found.nodes:
        if node.op_type.startswith("EPContext"):
            sentence = "The model carries a compiled blob (EPContext). Export it without one."
            yield Reason("compiled_blob", sentence)
        elif node.domain not in ALLOWED_DOMAINS and (node.domain, node.op_type) not in own:
            sentence = (
                f"The model uses the custom operator {printable(node.domain)}::"
                f"{printable(node.op_type)}. Only the standard operators of ai.onnx and "
                "ai.onnx.ml are run here; export the model with those."
            )
            yield Reason("custom_operator", sentence)


def _tensors(tensors: Iterable[TensorProto], limits: Limits) -> Iterator[Reason]:
    for tensor in tensors:
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            place = {entry.key: entry.value for entry in tensor.external_data}
            sentence = (
                "The model keeps weights outside its file (at "
                f"'{printable(place.get('location', ''))}'). Save it as one file "
                "(onnx.save with save_as_external_data=False) and upload that."
            )
            yield Reason("external_data", sentence)
        if any(dim < 0 for dim in tensor.dims):
            yield Reason("invalid_model", f"Tensor '{printable(tensor.name)}' has a negative size.")
        elif math.prod(tensor.dims) > limits.tensor_elements:
            yield _too_large(tensor.name, list(tensor.dims), limits)


def _texts(model: ModelProto, limits: Limits) -> Iterator[Reason]:
    metadata = sum(len(p.key) + len(p.value) for p in model.metadata_props)
    if metadata > limits.metadata_bytes or len(model.metadata_props) > 256:
        sentence = (
            f"The model's metadata holds {metadata} characters in {len(model.metadata_props)} "
            f"entries; at most {limits.metadata_bytes} in 256 are admitted. Remove metadata_props."
        )
        yield Reason("metadata_too_large", sentence)
    if max(len(model.doc_string), len(model.graph.doc_string)) > limits.text_bytes:
        sentence = f"The model's description is longer than {limits.text_bytes} characters."
        yield Reason("metadata_too_large", sentence)
    names = chain(model.graph.input, model.graph.output)
    if any(len(value.name) > limits.name_bytes for value in names):
        sentence = f"An input or output name is longer than {limits.name_bytes} characters."
        yield Reason("name_too_long", sentence)


def _static_shapes(
    inputs: Iterable[ValueInfoProto],
    outputs: Iterable[ValueInfoProto],
    between: Iterable[ValueInfoProto],
    limits: Limits,
) -> Iterator[Reason]:
    for value in chain(inputs, outputs, between):
        dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim if dim.dim_value > 0]
        if math.prod(dims) > limits.tensor_elements:
            yield _too_large(value.name, dims, limits)


def _too_large(name: str, dims: list[int], limits: Limits) -> Reason:
    shape = " x ".join(str(dim) for dim in dims[:16])
    return Reason(
        "tensor_too_large",
        f"'{printable(name)}' has {shape} elements; at most {limits.tensor_elements} are "
        "admitted. A model for tabular data needs far fewer: check the exported shapes.",
    )


def _nan_weights(where: str) -> Reason:
    return Reason(
        "weights_not_finite",
        f"The model holds NaN (not a number) in {where}: its scores would mean nothing. "
        "Train or export it again.",
    )
