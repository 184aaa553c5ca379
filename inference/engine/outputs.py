"""Checks without which a model's answer is no result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.engine.reasons import EngineError, printable
from inference.engine.tensors import TensorSpec


def check_outputs(
    answer: Mapping[str, Any], rows: int | None, specs: Sequence[TensorSpec] = ()
) -> None:
    """Raise EngineError where an output has NaN or infinity, or another number of rows."""
    free = {spec.name for spec in specs if spec.has_free_rows}
    for name, value in answer.items():
        if not isinstance(value, np.ndarray):
            continue
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise EngineError(
                "scores_not_finite",
                f"Output '{printable(name)}' holds NaN or infinity. The result is void; check "
                "the model and the rows it was given.",
            )
        if rows is not None and name in free and value.shape[:1] != (rows,):
            raise EngineError(
                "output_wrong_length",
                f"Output '{printable(name)}' has shape {list(value.shape)} for {rows} rows. "
                "The result is void; the model must answer one row for each row.",
            )
