"""Bulk scoring against a bare ONNX Runtime loop on the same rows, interleaved in one run.

    python -m bench.bench_scoring [--rows 45118] [--rounds 5]

Prints medians over the rounds: wall and CPU seconds, rows per second, and the ratio of rows
per second to the bare loop in chunks of 256 (one thread, as our sessions have). A confined
process pays for its start and its imports; the table shows that part by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pyarrow as pa
import pyarrow.parquet as pq
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

from inference.engine.batching import Batcher
from inference.engine.confined_scoring import score_in_child
from inference.engine.inspection import inspect_model
from inference.engine.scoring import score_table
from inference.engine.sessions import Model, open_model
from inference.engine.signature import Column, ScoreOutput, Signature

COLUMNS = 16
CHUNKS = (64, 256, 1024)
BASELINE = "bare loop, chunks of 256"
Figures = tuple[float, float]


def main() -> None:
    options = _options()
    rows, labels = _data(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        classifier = GradientBoostingClassifier(n_estimators=options.trees, random_state=0)
        classifier.fit(rows[:5000], labels[:5000])
        made = to_onnx(classifier, rows[:1], options={"zipmap": False})
        path.write_bytes(made.SerializeToString())
        _bulk(path, Path(folder), rows, options.rounds)
        _single(path, rows)


def _bulk(path: Path, folder: Path, rows: Any, rounds: int) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    signature = _signature()
    table = pa.table({f"c{i}": rows[:, i] for i in range(COLUMNS)})
    data = folder / "rows.parquet"
    pq.write_table(table, data)
    model, bare = open_model(path, digest), _bare_session(path)
    ways: dict[str, Callable[[], Any]] = {
        **{f"bare loop, chunks of {n}": _bare_loop(bare, rows, n) for n in CHUNKS},
        "bare loop, all rows at once": _bare_loop(bare, rows, len(rows)),
        "score_table (first: calibrates)": lambda: (
            score_table(open_model(path, digest), table, signature).scores
        ),
        "score_table (model kept)": lambda: score_table(model, table, signature).scores,
        "score_in_child": lambda: score_in_child(path, digest, data, signature).scores,
        "score_in_child of 1 row (its start)": _start_only(path, digest, folder, table),
    }
    expected = ways[BASELINE]()
    figures: dict[str, list[Figures]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            scores, *measured = _measured(way)
            if len(scores) == len(rows):
                np.testing.assert_allclose(scores, expected, atol=1e-6)
            figures[name].append((measured[0], measured[1]))
    _print_bulk(figures, len(rows), rounds)


def _print_bulk(figures: dict[str, list[Figures]], rows: int, rounds: int) -> None:
    base = statistics.median(wall for wall, _ in figures[BASELINE])
    print(f"{rows} rows x {COLUMNS} columns, medians of {rounds} rounds, {os.cpu_count()} cores")
    print(f"{'way':38} {'wall s':>8} {'cpu s':>8} {'rows/s':>10} {'ratio':>6}")
    for name, measured in figures.items():
        wall = statistics.median(pair[0] for pair in measured)
        cpu = statistics.median(pair[1] for pair in measured)
        speed = "" if "1 row" in name else f"{rows / wall:10.0f} {base / wall:6.2f}"
        print(f"{name:38} {wall:8.3f} {cpu:8.3f} {speed}")


def _single(path: Path, rows: Any) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    model, bare = open_model(path, digest), _bare_session(path)
    one = {"X": rows[:1]}
    with Batcher(model) as batcher:
        ways = {
            "bare session.run": lambda: bare.run(["probabilities"], one),
            "Model.run": lambda: model.run(one, ["probabilities"]),
            "Model.run with deadline": lambda: _with_deadline(model, one),
            "Batcher.infer, one caller": lambda: batcher.infer(one, ["probabilities"]),
        }
        print("\none row, microseconds (median of 2,000 runs)")
        for name, way in ways.items():
            print(f"{name:38} {_microseconds(way):8.1f}")
    started = time.perf_counter()
    inspection = inspect_model(path)
    seconds = time.perf_counter() - started
    memory = inspection.peak_memory_bytes / 2**20
    print(f"\ninspect_model: {seconds:.2f} s, peak {memory:.0f} MiB, {inspection.size} bytes")


def _measured(way: Callable[[], Any]) -> tuple[Any, float, float]:
    cpu, wall = _cpu_seconds(), time.perf_counter()
    result = way()
    return result, time.perf_counter() - wall, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    """Of this process and of its ended children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _microseconds(way: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(2000):
        started = time.perf_counter()
        way()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1e6


def _with_deadline(model: Model, one: dict[str, Any]) -> Any:
    return model.run(one, ["probabilities"], deadline=time.monotonic() + 5)


def _bare_session(path: Path) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _bare_loop(session: Any, rows: Any, chunk: int) -> Callable[[], Any]:
    def run() -> Any:
        parts = [
            session.run(["probabilities"], {"X": rows[start : start + chunk]})[0][:, 1]
            for start in range(0, len(rows), chunk)
        ]
        return np.concatenate(parts)

    return run


def _start_only(path: Path, digest: str, folder: Path, table: Any) -> Callable[[], Any]:
    one = folder / "one.parquet"
    pq.write_table(table.slice(0, 1), one)
    return lambda: score_in_child(path, digest, one, _signature()).scores


def _data(count: int) -> tuple[Any, Any]:
    """Whole numbers and floats of the ranges a survey has, seeded."""
    random = np.random.default_rng(0)
    rows = random.integers(0, 100, size=(count, COLUMNS)).astype(np.float32)
    labels = (rows[:, 0] + rows[:, 1] * (rows[:, 2] > 50) > 70).astype(int)
    return rows, labels


def _signature() -> Signature:
    return Signature(
        task="binary",
        columns=tuple(Column(f"c{i}", "float", "X") for i in range(COLUMNS)),
        score=ScoreOutput("probabilities", 1),
        label_column="label",
        positive_label="1",
        classes=("0", "1"),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=45_118)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trees", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
