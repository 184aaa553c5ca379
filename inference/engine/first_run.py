"""The first run of a model nobody has run before. Only ever called in a confined process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import ModelProto

from inference.engine.categories import input_categories
from inference.engine.probes import Categories, probe_inputs
from inference.engine.reasons import EngineError, Reason
from inference.engine.sessions import Arrays, Model, load_model
from inference.engine.tensors import TensorSpec

_ROWS = 3
_FILLS = (1, 8, 16, 32)


@dataclass(slots=True)
class FirstRun:
    """What the first runs showed. `rows_independent` is None where it could not be tried."""

    reasons: list[Reason] = field(default_factory=list)
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    nodes: dict[str, int] = field(default_factory=dict)
    rows_independent: bool | None = None


def first_run(proto: ModelProto, data: bytes, digest: str) -> FirstRun:
    """Load the model and run it on small made-up rows; refusals come back as reasons."""
    result = FirstRun()
    try:
        model = load_model(data, digest, warm_up=False)
        result.inputs, result.outputs = model.inputs, model.outputs
        result.nodes = model.nodes_per_provider()
        answers = _answers(model, input_categories(proto))
    except EngineError as error:
        result.reasons.append(error.reason)
        return result
    if all(_is_not_finite(answer) for _, answer in answers):
        result.reasons.append(_NOT_FINITE)
    elif model.takes_free_rows:
        result.rows_independent = all(_rows_stand_alone(model, *pair) for pair in answers)
    return result


def _answers(model: Model, categories: Mapping[str, Categories]) -> list[tuple[Arrays, Arrays]]:
    """(inputs, outputs) of each kind of made-up rows the model took; raises if it took none."""
    refusal = EngineError("first_run_failed", "The model has no usable input.")
    for fill in _fills(model.inputs):
        taken = []
        for kind in ("zeros", "ones", "normal"):
            inputs = probe_inputs(model.inputs, _ROWS, fill, kind, categories)
            try:
                taken.append((inputs, model.run_unchecked(inputs)))
            except EngineError as error:
                refusal = error
        if taken:
            return taken
    raise EngineError("first_run_failed", f"{refusal.sentence} {_FIX_SHAPES}")


def _fills(specs: Sequence[TensorSpec]) -> Iterator[int]:
    later_axes_are_free = any(not isinstance(dim, int) for spec in specs for dim in spec.shape[1:])
    yield from _FILLS if later_axes_are_free else _FILLS[:1]


def _is_not_finite(answer: Arrays) -> bool:
    floats = [v for v in answer.values() if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    return any(not np.isfinite(value).all() for value in floats)


def _rows_stand_alone(model: Model, inputs: Arrays, together: Arrays) -> bool:
    """Whether each row, run alone, gets what it got among the others."""
    for row in range(_ROWS):
        alone = model.run_unchecked({k: v[row : row + 1] for k, v in inputs.items()})
        for name, value in together.items():
            if len(value) != _ROWS or not _same(alone[name], value[row : row + 1]):
                return False
    return True


def _same(one: Any, other: Any) -> bool:
    if one.dtype.kind != "f":
        return bool(np.array_equal(one, other))
    if one.shape != other.shape:
        return False
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True))


_FIX_SHAPES = (
    "It was tried on small rows of zeros, ones and random numbers. Fix the number of columns "
    "in the exported input shapes, and leave only the number of rows free."
)
_NOT_FINITE = Reason(
    "first_run_not_finite",
    "The model answers NaN or infinity to every row it was tried on: its scores would mean "
    "nothing. Check the training and the export.",
)
