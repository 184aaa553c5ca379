from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inference.engine.confined_scoring import score_in_child
from inference.engine.limits import MIB, ProcessLimits
from inference.engine.reasons import EngineError
from inference.engine.scores import Scores
from tests.inference import onnx_files as files
from tests.inference.conftest import Trained, Write
from tests.inference.test_scoring import PAIR

SHORT = ProcessLimits(wall_seconds=2.5, cpu_seconds=30, memory_bytes=2048 * MIB)


def parquet(folder: Path, table: dict[str, Any], row_group_size: int = 1000) -> Path:
    path = folder / "data.parquet"
    pq.write_table(pa.table(table), path, row_group_size=row_group_size)
    return path


def scored(path: Path, data: Path, limits: ProcessLimits | None = None, **options: Any) -> Scores:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return score_in_child(path, digest, data, PAIR, limits, **options)


def pair_file(folder: Path, rows: int = 10, value: float = 0.5) -> Path:
    return parquet(folder, {"a": np.full(rows, value), "b": np.full(rows, value)})


def test_the_child_gives_the_same_scores(write: Write, trained: Trained, tmp_path: Path) -> None:
    table = trained.table | {"label": np.zeros(len(trained.rows))}
    data = parquet(tmp_path, table)
    seen: list[int] = []
    found = score_in_child(
        write(trained.data, "model.onnx"),
        trained.digest,
        data,
        trained.signature,
        on_progress=lambda done, _: seen.append(done),
        data_digest=hashlib.sha256(data.read_bytes()).hexdigest(),
        latency_runs=30,
    )
    expected = trained.classifier.predict_proba(trained.rows)[:, 1]
    np.testing.assert_allclose(found.scores, expected, atol=1e-6)
    assert found.nodes == {"CPUExecutionProvider": 1}
    assert found.latency is not None
    assert found.latency.runs == 30
    assert seen[-1] == 6000
    assert found.peak_memory_bytes is not None
    assert found.peak_memory_bytes > 50 * MIB


def test_an_endless_model_cannot_hold_the_worker(write: Write, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="scoring_out_of_time"):
        scored(write(files.endless_loop(), "model.onnx"), pair_file(tmp_path), SHORT)


def test_cancelling_kills_the_child(write: Write, tmp_path: Path) -> None:
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(EngineError, match="cancelled"):
        scored(write(files.endless_loop(), "model.onnx"), pair_file(tmp_path), cancel=cancel)


def test_asking_for_gigabytes_is_an_error(write: Write, tmp_path: Path) -> None:
    path = write(files.hidden_gigabytes(), "model.onnx")
    with pytest.raises(EngineError) as caught:
        scored(path, pair_file(tmp_path), ProcessLimits(memory_bytes=1024 * MIB))
    assert caught.value.code in ("run_failed", "scoring_out_of_memory")


def test_nan_scores_give_no_result(write: Write, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="scores_not_finite"):
        scored(write(files.divides(), "model.onnx"), pair_file(tmp_path, value=0.0))


def test_a_changed_model_is_not_run(write: Write, tmp_path: Path) -> None:
    path = write(files.halves(), "model.onnx")
    with pytest.raises(EngineError, match="digest_mismatch"):
        score_in_child(path, "0" * 64, pair_file(tmp_path), PAIR)


def test_changed_data_is_not_scored(write: Write, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="data_digest_mismatch"):
        scored(write(files.halves(), "m.onnx"), pair_file(tmp_path), data_digest="0" * 64)


def test_missing_columns_are_named_by_the_child(write: Write, tmp_path: Path) -> None:
    data = parquet(tmp_path, {"a": np.zeros(3)})
    with pytest.raises(EngineError, match=r"columns_missing.*'b'"):
        scored(write(files.halves(), "model.onnx"), data)


def test_the_row_of_a_bad_value_counts_over_all_row_groups(write: Write, tmp_path: Path) -> None:
    values = np.full(2500, 0.5)
    values[2100] = np.nan
    data = parquet(tmp_path, {"a": values, "b": values})
    with pytest.raises(EngineError, match=r"column_null.*row 2100"):
        scored(write(files.halves(), "model.onnx"), data)


def test_a_file_that_is_no_parquet_starts_no_child(write: Write, tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(EngineError, match="data_unreadable"):
        scored(write(files.halves(), "model.onnx"), tmp_path / "data.parquet")


def test_a_missing_file_is_an_error(write: Write, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="file_unreadable"):
        scored(write(files.halves(), "model.onnx"), tmp_path / "missing.parquet")
