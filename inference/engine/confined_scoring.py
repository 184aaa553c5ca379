"""Score a Parquet file in a confined process, and believe nothing it says unchecked."""

from __future__ import annotations

import math
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from inference.engine.cancelling import Cancel
from inference.engine.confined import Message, Outcome, run_confined
from inference.engine.limits import MIB, ProcessLimits
from inference.engine.parquet_scoring import SCORES_NAME
from inference.engine.providers import ProviderPolicy
from inference.engine.reasons import EngineError, printable
from inference.engine.scores import Latency, Scores, checked_scores, predicted_labels
from inference.engine.scoring import Progress
from inference.engine.signature import Signature

SCORING_LIMITS = ProcessLimits(wall_seconds=1800, cpu_seconds=1800, written_bytes=2048 * MIB)


def score_in_child(
    path: Path,
    digest: str,
    parquet_path: Path,
    signature: Signature,
    limits: ProcessLimits | None = None,
    on_progress: Progress | None = None,
    *,
    policy: ProviderPolicy | None = None,
    data_digest: str | None = None,
    chunk_rows: int | None = None,
    latency_runs: int = 0,
    cancel: Cancel | None = None,
) -> Scores:
    """Score every row of the Parquet file with the model whose file has `digest`.

    The process is killed at `limits` or on `cancel`: a model that never ends cannot hold the
    worker. With `latency_runs` single-row latency is measured too. Raises EngineError: what
    `score_table` raises, file_unreadable, data_unreadable, data_digest_mismatch,
    scoring_out_of_time, scoring_out_of_memory, scoring_crashed, scoring_garbled, cancelled.
    """
    limits = limits or SCORING_LIMITS
    policy = policy or ProviderPolicy()
    model_file, data_file = _opened(path, "model"), -1
    try:
        data_file = _opened(parquet_path, "data")
        rows = _row_count(data_file)
        request = {
            "digest": digest,
            "signature": signature.to_json(),
            "limits": limits.to_json(),
            "policy": policy.to_json(),
            "data": data_file,
            "data_digest": data_digest,
            "chunk_rows": chunk_rows,
            "latency_runs": latency_runs,
        }
        with tempfile.TemporaryDirectory(prefix="score-", ignore_cleanup_errors=True) as folder:
            outcome = run_confined(
                "inference.engine.child_score",
                request,
                folder=Path(folder),
                stdin=model_file,
                limits=limits,
                pass_fds=(data_file,),
                on_message=_progress(on_progress),
                cancel=cancel,
            )
            return _judged(outcome, Path(folder) / SCORES_NAME, rows, signature, limits)
    finally:
        os.close(model_file)
        if data_file >= 0:
            os.close(data_file)


def _opened(path: Path, what: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        sentence = f"The {what} file cannot be opened: {error.strerror}."
        raise EngineError("file_unreadable", sentence) from error


def _progress(on_progress: Progress | None) -> Callable[[Message], None] | None:
    if on_progress is None:
        return None

    def hear(message: Message) -> None:
        done, rows = message.get("done"), message.get("rows")
        if message.get("kind") == "progress" and isinstance(done, int) and isinstance(rows, int):
            on_progress(done, rows)

    return hear


def _row_count(descriptor: int) -> int:
    """Rows by the file's own footer: what the child's scores are counted against."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        try:
            return int(pq.read_metadata(file).num_rows)
        except (pa.ArrowException, OSError) as error:
            sentence = f"The data cannot be read as Parquet: {printable(error, 200)}"
            raise EngineError("data_unreadable", sentence) from error


def _judged(
    outcome: Outcome, path: Path, rows: int, signature: Signature, limits: ProcessLimits
) -> Scores:
    if outcome.ending != "exited":
        raise _ending(outcome, limits)
    said = outcome.messages[-1] if outcome.messages else {}
    if said.get("kind") == "error":
        code, sentence = printable(said.get("code"), 64), printable(said.get("sentence"), 800)
        raise EngineError(code, sentence)
    try:
        return _scores(said, outcome, _written(path, rows, signature), signature)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise EngineError("scoring_garbled", _GARBLED) from error


def _written(path: Path, rows: int, signature: Signature) -> Any:
    """The child's file of float64, if it is a plain file of exactly the right size."""
    shape = (rows, len(signature.classes)) if signature.task == "multiclass" else (rows,)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != math.prod(shape) * 8:
            raise ValueError("not the scores of these rows")
        return np.frombuffer(file.read(), dtype=np.float64).reshape(shape)


def _scores(said: Message, outcome: Outcome, values: Any, signature: Signature) -> Scores:
    rows = len(values)
    scores = checked_scores(values, signature, rows)
    seconds = float(said["seconds"])
    return Scores(
        scores=scores,
        labels=predicted_labels(scores, signature),
        seconds=seconds,
        rows_per_second=rows / seconds,
        chunk_rows=int(said["chunk_rows"]),
        chunk_seconds=np.array(said["chunk_seconds"], dtype=np.float64),
        provider=printable(said["provider"]),
        nodes={printable(name): int(count) for name, count in said["nodes"].items()},
        passed_over=printable(said["passed_over"], 400) if said["passed_over"] else None,
        latency=_latency(said["latency"]),
        cpu_seconds=outcome.cpu_seconds,
        peak_memory_bytes=outcome.peak_memory_bytes,
    )


def _latency(said: Any) -> Latency | None:
    if said is None:
        return None
    figures = (float(said[name]) for name in ("p50_ms", "p95_ms", "p99_ms", "rows_per_second"))
    return Latency(int(said["runs"]), *figures)


def _ending(outcome: Outcome, limits: ProcessLimits) -> EngineError:
    sentences = {
        "out_of_time": f"Scoring was ended: it used more than {limits.wall_seconds:g} s of time "
        f"or {limits.cpu_seconds} s of processor. Raise the limit or check the model for a loop.",
        "out_of_memory": "Scoring was ended: it asked for more than "
        f"{limits.memory_bytes // MIB} MiB of memory. Send fewer rows or raise the limit.",
        "crashed": f"The process that ran the model crashed (exit {outcome.exit_code}). There "
        "is no result; inspect the model again.",
        "cancelled": "The scoring was ended because it was cancelled.",
        "garbled": _GARBLED,
    }
    code = "cancelled" if outcome.ending == "cancelled" else f"scoring_{outcome.ending}"
    return EngineError(code, sentences[outcome.ending])


_GARBLED = "The process that ran the model gave no readable answer. There is no result."
