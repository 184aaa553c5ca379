"""Score a Parquet file by descriptors. Only ever called in a confined process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from inference.engine.limits import ProcessLimits
from inference.engine.providers import ProviderPolicy
from inference.engine.reasons import EngineError, printable
from inference.engine.scoring import BATCH_ROWS, Progress, measure_latency, score_batches
from inference.engine.sessions import load_model
from inference.engine.signature import Signature

SCORES_NAME = "scores.f64"
_PROGRESS_MESSAGES = 200

Message = dict[str, Any]


def answer(request: Message, limits: ProcessLimits, send: Callable[[Message], None]) -> None:
    """Do the request: scores go to a file of float64, the answer or one error to `send`.

    The model is on descriptor 0, the data on the descriptor the request names.
    """
    try:
        scores, said = _score(request, limits, send)
    except EngineError as error:
        send({"kind": "error", "code": error.code, "sentence": error.sentence})
    except MemoryError:
        sentence = f"Scoring needs more than {limits.memory_bytes // 2**20} MiB of memory."
        send({"kind": "error", "code": "scoring_out_of_memory", "sentence": sentence})
    except (pa.ArrowException, OSError) as error:
        sentence = f"The data cannot be read as Parquet ({printable(error, 200)})."
        send({"kind": "error", "code": "data_unreadable", "sentence": sentence})
    else:
        scores.tofile(SCORES_NAME)
        send(said)


def _score(
    request: Message, limits: ProcessLimits, send: Callable[[Message], None]
) -> tuple[Any, Message]:
    signature = Signature.from_json(request["signature"])
    with os.fdopen(0, "rb", closefd=False) as file:
        data = file.read(limits.file_bytes + 1)
    model = load_model(data, request["digest"], ProviderPolicy.from_json(request["policy"]))
    source = _Parquet(request["data"], request["data_digest"])
    batches = source.batches([column.name for column in signature.columns])
    progress, chunk_rows = _progress(send), request["chunk_rows"]
    scores = score_batches(model, batches, source.rows, signature, chunk_rows, progress)
    latency = None
    if request["latency_runs"] and source.head is not None:
        latency = measure_latency(model, source.head, signature, request["latency_runs"])
    return scores.scores, {
        "kind": "answer",
        "seconds": scores.seconds,
        "chunk_rows": scores.chunk_rows,
        "chunk_seconds": scores.chunk_seconds.tolist(),
        "provider": scores.provider,
        "nodes": scores.nodes,
        "passed_over": scores.passed_over,
        "latency": asdict(latency) if latency else None,
    }


class _Parquet:
    """A Parquet file, read in batches of whole rows. `head` keeps the first rows."""

    def __init__(self, descriptor: int, digest: str | None) -> None:
        file = os.fdopen(descriptor, "rb", closefd=False)
        file.seek(0)
        if digest is not None:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest.removeprefix("sha256:"):
                sentence = f"The data has digest {found}, not {digest}; it was changed."
                raise EngineError("data_digest_mismatch", sentence)
            file.seek(0)
        self._file = pq.ParquetFile(file)
        self.rows: int = self._file.metadata.num_rows
        self.head: Any = None

    def batches(self, names: list[str]) -> Iterator[Any]:
        present = [name for name in names if name in self._file.schema_arrow.names]
        for batch in self._file.iter_batches(BATCH_ROWS, columns=present, use_threads=False):
            table = pa.Table.from_batches([batch])
            if self.head is None:
                self.head = table.slice(0, 64)
            yield table


def _progress(send: Callable[[Message], None]) -> Progress:
    """Tell the parent, at most about two hundred times."""
    told = 0

    def progress(done: int, rows: int) -> None:
        nonlocal told
        if done == rows or done - told >= max(1, rows // _PROGRESS_MESSAGES):
            told = done
            send({"kind": "progress", "done": done, "rows": rows})

    return progress
