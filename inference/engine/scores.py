"""The scores of a table, and the checks without which they are no result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.engine.reasons import EngineError, printable
from inference.engine.signature import Signature

# float32 probabilities that were normalised may pass 1 by a few units in the last place.
_ROUNDING = 1e-6
_DEFAULT_CUT_OFF = 0.5


@dataclass(frozen=True, slots=True)
class Latency:
    """Single-row runs: percentiles in milliseconds over `runs` runs, and rows per second."""

    runs: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    rows_per_second: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of a table.

    `scores` is float64: [rows], or [rows, classes] for a multiclass task. `labels` is int64
    [rows]: binary 1 where the score reaches the cut-off (0.5 without a decision), multiclass
    the number of the class with the highest score; None for a regression. `chunk_seconds` has
    one entry a run; give `chunk_rows` to `score_table` to repeat the result bit by bit.
    `nodes` counts nodes per execution provider, as the runtime assigned them.
    """

    scores: Any
    labels: Any
    seconds: float
    rows_per_second: float
    chunk_rows: int
    chunk_seconds: Any
    provider: str
    nodes: dict[str, int]
    passed_over: str | None = None
    latency: Latency | None = None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None


def score_values(output: Any, signature: Signature, rows: int, first_row: int = 0) -> Any:
    """The score of each row as float64 from the model's raw output.

    `first_row` is added to the row numbers in errors.

    Raises EngineError scores_wrong_shape, scores_not_finite, scores_out_of_range.
    """
    if not isinstance(output, np.ndarray) or output.dtype.kind != "f":
        sentence = f"Output '{printable(signature.score.output)}' is no tensor of floats."
        raise EngineError("scores_wrong_shape", sentence)
    return checked_scores(_score_column(output, signature, rows), signature, rows, first_row)


def checked_scores(values: Any, signature: Signature, rows: int, first_row: int = 0) -> Any:
    """`values` as float64 if they are `rows` finite scores (in 0..1 unless a regression)."""
    expected = (rows, len(signature.classes)) if signature.task == "multiclass" else (rows,)
    if values.shape != expected:
        raise _wrong_shape(values.shape, expected)
    scores = values.astype(np.float64)
    wrong = ~np.isfinite(scores)
    if wrong.any():
        raise _void("scores_not_finite", wrong, first_row, "no number (NaN or infinity)")
    if signature.task == "regression":
        return scores
    wrong = (scores < -_ROUNDING) | (scores > 1 + _ROUNDING)
    if wrong.any():
        raise _void("scores_out_of_range", wrong, first_row, "outside 0 to 1, so no probability")
    return np.clip(scores, 0.0, 1.0)


def predicted_labels(scores: Any, signature: Signature) -> Any:
    """Labels as `Scores` describes them: int64 [rows], or None for a regression."""
    if signature.task == "regression":
        return None
    if signature.task == "multiclass":
        return scores.argmax(axis=1).astype(np.int64)
    cut_off = signature.decision.threshold if signature.decision else _DEFAULT_CUT_OFF
    return (scores >= cut_off).astype(np.int64)


def _score_column(output: Any, signature: Signature, rows: int) -> Any:
    if signature.task == "multiclass" or output.ndim == 1:
        return output
    index = signature.score.index or 0
    if output.ndim != 2 or index >= output.shape[1]:
        raise _wrong_shape(output.shape, (rows,))
    return output[:, index]


def _wrong_shape(found: tuple[int, ...], expected: tuple[int, ...]) -> EngineError:
    sentence = (
        f"The scores have shape {list(found)} where {list(expected)} is needed. The result is "
        "void; correct the signature's score output or the model."
    )
    return EngineError("scores_wrong_shape", sentence)


def _void(code: str, wrong: Any, first_row: int, what: str) -> EngineError:
    rows = np.flatnonzero(wrong.any(axis=1) if wrong.ndim == 2 else wrong)
    sentence = (
        f"{rows.size} score(s) are {what}, the first at row {first_row + int(rows[0])}. The "
        "whole result is void; check the model and the rows it was given."
    )
    return EngineError(code, sentence)
