"""Small made-up inputs, to see whether a model runs at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.engine.reasons import EngineError, printable
from inference.engine.tensors import TensorSpec

# Values by column of an input; the key None holds for every column.
Categories = dict[int | None, list[Any]]

_MOST_ELEMENTS = 4 * 1024 * 1024

NUMPY_TYPES: dict[str, Any] = {
    "float": np.float32,
    "double": np.float64,
    "float16": np.float16,
    "bool": np.bool_,
    "string": np.object_,
    **{
        f"{sign}int{bits}": np.dtype(f"{sign}int{bits}")
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}


def probe_inputs(
    specs: Sequence[TensorSpec],
    rows: int,
    fill: int = 1,
    kind: str = "zeros",
    categories: Mapping[str, Categories] | None = None,
) -> dict[str, Any]:
    """Inputs of `rows` rows (where the first axis is free); other free axes get `fill`.

    `kind` is zeros, ones or normal (seeded, standard normal). An input named in `categories`
    gets those values in turn, column by column. Raises EngineError input_unsupported, tensor_too_large.
    """
    random = np.random.default_rng(0)
    return {
        spec.name: _values(
            spec, _shape(spec, rows, fill), kind, (categories or {}).get(spec.name), random
        )
        for spec in specs
    }


def _shape(spec: TensorSpec, rows: int, fill: int) -> tuple[int, ...]:
    free = [rows] + [fill] * len(spec.shape)
    shape = tuple(
        dim if isinstance(dim, int) else free[axis] for axis, dim in enumerate(spec.shape)
    )
    if int(np.prod(shape, dtype=np.float64)) > _MOST_ELEMENTS:
        sentence = f"Input '{printable(spec.name)}' of shape {list(shape)} is too large to try."
        raise EngineError("tensor_too_large", sentence)
    return shape


def _values(
    spec: TensorSpec,
    shape: tuple[int, ...],
    kind: str,
    categories: Categories | None,
    random: np.random.Generator,
) -> Any:
    if spec.dtype not in NUMPY_TYPES:
        sentence = (
            f"Input '{printable(spec.name)}' has type {printable(spec.dtype)}. Inputs must be "
            "tensors of numbers, text or truth values."
        )
        raise EngineError("input_unsupported", sentence)
    dtype = NUMPY_TYPES[spec.dtype]
    if categories:
        return _of_categories(categories, shape, dtype)
    if spec.dtype == "string":
        return np.full(shape, "a", dtype=object)
    if kind == "normal" and np.dtype(dtype).kind == "f":
        return random.standard_normal(shape).astype(dtype)
    return np.full(shape, 0 if kind == "zeros" else 1, dtype=dtype)


def _of_categories(categories: Categories, shape: tuple[int, ...], dtype: Any) -> Any:
    values = np.zeros(shape, dtype=dtype)
    flat = values.reshape(shape[0], -1) if values.size else values
    for column in range(flat.shape[1] if values.size else 0):
        known = categories.get(column) or categories.get(None) or ["" if dtype is np.object_ else 0]
        flat[:, column] = np.resize(np.array(known, dtype=dtype), shape[0])
    return values
