"""Does a signature fit the model it is meant for?"""

from __future__ import annotations

from collections.abc import Iterator

from inference.engine.inspection import Inspection
from inference.engine.reasons import Reason, printable
from inference.engine.signature import Column, Signature
from inference.engine.tensors import TensorSpec

_FLOATS = ("float", "double", "float16")
_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_TAKES: dict[str, tuple[str, ...]] = {
    "float": _FLOATS,
    "int": (*_FLOATS, *_INTEGERS),
    "bool": (*_FLOATS, *_INTEGERS, "bool"),
    "string": ("string",),
}


def match(signature: Signature, inspection: Inspection) -> list[Reason]:
    """Every reason why the signature does not fit the inspected model; empty when it fits."""
    return [
        *_input_reasons(signature, inspection.inputs),
        *_score_reasons(signature, inspection.outputs),
        *_row_reasons(inspection),
    ]


def _input_reasons(signature: Signature, inputs: tuple[TensorSpec, ...]) -> Iterator[Reason]:
    specs = {spec.name: spec for spec in inputs}
    tensors = signature.tensors
    for name in tensors.keys() - specs.keys():
        present = ", ".join(printable(n) for n in list(specs)[:20])
        sentence = f"The model has no input '{printable(name)}'. Its inputs are: {present}."
        yield Reason("tensor_unknown", sentence)
    for name in specs.keys() - tensors.keys():
        sentence = f"No column feeds the model's input '{printable(name)}'. Add its columns."
        yield Reason("tensor_not_fed", sentence)
    for name in specs.keys() & tensors.keys():
        yield from _tensor_reasons(specs[name], tensors[name])


def _tensor_reasons(spec: TensorSpec, columns: tuple[Column, ...]) -> Iterator[Reason]:
    for column in columns:
        if spec.dtype not in _TAKES[column.dtype]:
            sentence = (
                f"Column '{printable(column.name)}' is {column.dtype}, but the model's input "
                f"'{printable(spec.name)}' takes {printable(spec.dtype)}."
            )
            yield Reason("column_type_unfit", sentence)
    width = tensor_width(spec)
    if width is not None and width != len(columns):
        sentence = (
            f"The model's input '{printable(spec.name)}' has {width} columns; the signature "
            f"gives it {len(columns)}."
        )
        yield Reason("column_count_unfit", sentence)
    if not spec.shape or isinstance(spec.shape[0], int) or len(spec.shape) > 2:
        sentence = (
            f"The model's input '{printable(spec.name)}' has shape {list(spec.shape)}; a table "
            "needs [rows] or [rows, columns] with the number of rows left free."
        )
        yield Reason("input_shape_unfit", sentence)


def tensor_width(spec: TensorSpec) -> int | None:
    """Columns a tensor of a table takes: 1 for [rows], k for [rows, k], None where free."""
    if len(spec.shape) < 2:
        return 1
    return spec.shape[1] if isinstance(spec.shape[1], int) else None


def _score_reasons(signature: Signature, outputs: tuple[TensorSpec, ...]) -> Iterator[Reason]:
    spec = next((spec for spec in outputs if spec.name == signature.score.output), None)
    name = printable(signature.score.output)
    if spec is None:
        present = ", ".join(printable(o.name) for o in outputs[:20])
        sentence = f"The model has no output '{name}'. Its outputs are: {present}."
        yield Reason("score_output_unknown", sentence)
    elif not spec.is_tensor:
        sentence = (
            f"Output '{name}' is {printable(spec.dtype)}, not a tensor. Export with "
            "options={'zipmap': False} (skl2onnx) or zipmap=False (onnxmltools)."
        )
        yield Reason("score_output_no_tensor", sentence)
    elif spec.dtype not in _FLOATS:
        sentence = f"Output '{name}' is {printable(spec.dtype)}: a score is a float."
        yield Reason("score_output_no_float", sentence)
    else:
        yield from _width_reasons(signature, spec)


def _width_reasons(signature: Signature, spec: TensorSpec) -> Iterator[Reason]:
    width = tensor_width(spec)
    if width is None:
        return
    index, name = signature.score.index, printable(spec.name)
    if signature.task == "multiclass":
        if width != len(signature.classes):
            sentence = f"Output '{name}' has {width} columns for {len(signature.classes)} classes."
            yield Reason("score_index_unfit", sentence)
    elif index is None and width != 1:
        sentence = f"Output '{name}' has {width} columns. Say which is the score (score.index)."
        yield Reason("score_index_unfit", sentence)
    elif index is not None and index >= width:
        sentence = f"Output '{name}' has {width} columns; there is no column {index}."
        yield Reason("score_index_unfit", sentence)


def _row_reasons(inspection: Inspection) -> Iterator[Reason]:
    if inspection.rows_independent is False:
        sentence = (
            "The model's answer for a row depends on the other rows of its batch, so a score "
            "could not be repeated. Export it for inference (no batch statistics)."
        )
        yield Reason("rows_not_independent", sentence)
