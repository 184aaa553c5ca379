"""The confined program that scores a Parquet file with an admitted model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import ProcessLimits
from inference.engine.reasons import EngineError, printable

SCORES_NAME = "scores.f64"


def main() -> None:
    request = take_request()
    limits = ProcessLimits.from_json(request["limits"])
    on_cuda = "CUDAExecutionProvider" in request["policy"]["providers"]
    limit_process(limits, limit_addresses=not on_cuda)
    channel = Channel()
    # Only now: what is imported must already be under the limits, and before the filter.
    import pyarrow as pa
    import pyarrow.parquet

    from inference.engine import sessions  # noqa: F401 - loaded before programs are forbidden

    forbid_network_and_programs(unix_sockets=on_cuda)
    try:
        scores, answer = _score(request, limits, channel)
    except EngineError as error:
        channel.send({"kind": "error", "code": error.code, "sentence": error.sentence})
    except MemoryError:
        sentence = f"Scoring needs more than {limits.memory_bytes // 2**20} MiB of memory."
        channel.send({"kind": "error", "code": "scoring_out_of_memory", "sentence": sentence})
    except (pa.ArrowException, OSError) as error:
        sentence = f"The data cannot be read as Parquet: {printable(error, 200)}"
        channel.send({"kind": "error", "code": "data_unreadable", "sentence": sentence})
    else:
        scores.tofile(SCORES_NAME)
        channel.send(answer)


def _score(
    request: dict[str, Any], limits: ProcessLimits, channel: Channel
) -> tuple[Any, dict[str, Any]]:
    from inference.engine.providers import ProviderPolicy
    from inference.engine.scoring import measure_latency, score_batches
    from inference.engine.sessions import load_model
    from inference.engine.signature import Signature

    signature = Signature.from_json(request["signature"])
    with os.fdopen(0, "rb", closefd=False) as file:
        data = file.read(limits.file_bytes + 1)
    policy = ProviderPolicy.from_json(request["policy"])
    model = load_model(data, request["digest"], policy)
    source = _Parquet(request["data"], request["data_digest"])
    batches = source.batches([column.name for column in signature.columns])
    progress = _progress(channel)
    scores = score_batches(model, batches, source.rows, signature, request["chunk_rows"], progress)
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
    """A Parquet file, read in batches of whole rows. `head` keeps the first batch."""

    def __init__(self, descriptor: int, digest: str | None) -> None:
        import pyarrow.parquet as pq

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
        import pyarrow as pa

        from inference.engine.scoring import BATCH_ROWS

        present = [name for name in names if name in self._file.schema_arrow.names]
        for batch in self._file.iter_batches(BATCH_ROWS, columns=present, use_threads=False):
            table = pa.Table.from_batches([batch])
            if self.head is None:
                self.head = table.slice(0, 64)
            yield table


def _progress(channel: Channel) -> Any:
    """Tell the parent at most about two hundred times."""
    told = 0

    def progress(done: int, rows: int) -> None:
        nonlocal told
        if done == rows or done - told >= max(1, rows // 200):
            told = done
            channel.send({"kind": "progress", "done": done, "rows": rows})

    return progress


if __name__ == "__main__":
    main()
