"""Score a whole table in chunks of the size that runs fastest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from inference.engine.cancelling import Cancel
from inference.engine.columns import Table, row_count
from inference.engine.encoding import encode
from inference.engine.reasons import EngineError
from inference.engine.scores import Latency, Scores, predicted_labels, score_values
from inference.engine.sessions import Arrays, Model
from inference.engine.signature import Signature

Progress = Callable[[int, int], None]

BATCH_ROWS = 65_536
CHUNK_SIZES = (64, 128, 256, 512)
_CALIBRATION_ROWS = 512
_CALIBRATION_FROM_ROWS = 8 * _CALIBRATION_ROWS
_SMALL_TABLE_CHUNK = 256


def score_table(
    model: Model,
    table: Table,
    signature: Signature,
    chunk_rows: int | None = None,
    on_progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Scores:
    """Score every row of `table`, in order.

    Without `chunk_rows` the first 512 rows are run in chunks of 64 to 512 and the fastest size
    is kept (tables under 4,096 rows use 256). `on_progress(rows_done, rows)` is called after
    each chunk. Raises EngineError as `encode`, `Model.run` and `score_values` do; one bad
    score voids the whole result.
    """
    rows = row_count(table)
    batches = (_slice(table, start, BATCH_ROWS) for start in range(0, rows, BATCH_ROWS))
    return score_batches(model, batches, rows, signature, chunk_rows, on_progress, cancel)


def score_batches(
    model: Model,
    batches: Iterable[Table],
    rows: int,
    signature: Signature,
    chunk_rows: int | None = None,
    on_progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Scores:
    """As `score_table`, over a table of `rows` rows that comes in parts."""
    if rows == 0:
        raise EngineError("no_rows", "The data has no rows: there is nothing to score.")
    started = time.perf_counter()
    work = _Scoring(model, signature, rows, chunk_rows, on_progress, cancel)
    for batch in batches:
        work.take(encode(batch, signature, model.inputs, work.done), row_count(batch))
    scores = work.result()
    seconds = time.perf_counter() - started
    return Scores(
        scores=scores,
        labels=predicted_labels(scores, signature),
        seconds=seconds,
        rows_per_second=rows / seconds,
        chunk_rows=work.chunk_rows or rows,
        chunk_seconds=np.array(work.chunk_seconds),
        provider=model.provider,
        nodes=model.nodes_per_provider(),
        passed_over=model.passed_over,
    )


class _Scoring:
    def __init__(
        self,
        model: Model,
        signature: Signature,
        rows: int,
        chunk_rows: int | None,
        on_progress: Progress | None,
        cancel: Cancel | None,
    ) -> None:
        self._model, self._signature, self._rows = model, signature, rows
        self._on_progress, self._cancel = on_progress, cancel
        self._parts: list[Any] = []
        self.chunk_rows = chunk_rows or model.chunk_rows
        self.chunk_seconds: list[float] = []
        self.done = 0
        self._batch_start = 0

    def take(self, tensors: Arrays, rows: int) -> None:
        start, self._batch_start = 0, self.done
        if self.chunk_rows is None:
            start = self._calibrate(tensors, rows)
        for first in range(start, rows, self.chunk_rows or rows):
            self._keep(*self._chunk(tensors, first, min(self.chunk_rows or rows, rows - first)))

    def result(self) -> Any:
        if self.done != self._rows:
            sentence = f"{self.done} rows were scored of {self._rows}. The result is void."
            raise EngineError("scores_wrong_shape", sentence)
        return np.concatenate(self._parts)

    def _calibrate(self, tensors: Arrays, rows: int) -> int:
        """Find the chunk size on real rows; keep the winner's scores. Returns rows done."""
        if rows < _CALIBRATION_FROM_ROWS:
            self.chunk_rows = _SMALL_TABLE_CHUNK
            return 0
        trials = {size: list(self._trial(tensors, size)) for size in CHUNK_SIZES}
        best = min(trials, key=lambda size: sum(seconds for _, seconds in trials[size]))
        self.chunk_rows = self._model.chunk_rows = best
        for scores, seconds in trials[best]:
            self._keep(scores, seconds)
        return _CALIBRATION_ROWS

    def _trial(self, tensors: Arrays, size: int) -> Iterator[tuple[Any, float]]:
        for first in range(0, _CALIBRATION_ROWS, size):
            yield self._chunk(tensors, first, size)

    def _chunk(self, tensors: Arrays, first: int, rows: int) -> tuple[Any, float]:
        if self._cancel is not None and self._cancel.is_set():
            raise EngineError("cancelled", "The scoring was ended because it was cancelled.")
        name = self._signature.score.output
        started = time.perf_counter()
        part = {key: values[first : first + rows] for key, values in tensors.items()}
        output = self._model.run_unchecked(part, [name], cancel=self._cancel)[name]
        seconds = time.perf_counter() - started
        return score_values(output, self._signature, rows, self._batch_start + first), seconds

    def _keep(self, scores: Any, seconds: float) -> None:
        self._parts.append(scores)
        self.chunk_seconds.append(seconds)
        self.done += len(scores)
        if self._on_progress is not None:
            self._on_progress(self.done, self._rows)


def measure_latency(model: Model, table: Table, signature: Signature, runs: int = 200) -> Latency:
    """Time `runs` single-row runs over the first rows of `table`, after five to warm up."""
    tensors = encode(_slice(table, 0, 64), signature, model.inputs)
    rows = row_count(_slice(table, 0, 64))
    if rows == 0 or runs < 1:
        raise EngineError("no_rows", "Latency needs at least one row and one run.")
    singles = [{k: v[row : row + 1] for k, v in tensors.items()} for row in range(rows)]
    names = [signature.score.output]
    for run in range(5):
        model.run(singles[run % rows], names)
    seconds = np.empty(runs)
    for run in range(runs):
        started = time.perf_counter()
        model.run(singles[run % rows], names)
        seconds[run] = time.perf_counter() - started
    p50, p95, p99 = np.percentile(seconds * 1000, (50, 95, 99)).tolist()
    return Latency(runs, p50, p95, p99, runs / float(seconds.sum()))


def _slice(table: Table, start: int, rows: int) -> Table:
    if isinstance(table, Mapping):
        return {name: values[start : start + rows] for name, values in table.items()}
    return table.slice(start, rows)
