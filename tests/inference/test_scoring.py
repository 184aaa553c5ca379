from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression, LogisticRegression

from inference.engine.reasons import EngineError
from inference.engine.scores import score_values
from inference.engine.scoring import CHUNK_SIZES, measure_latency, score_table
from inference.engine.sessions import Model, load_model
from inference.engine.signature import Column, ScoreOutput, Signature
from tests.inference import onnx_files as files
from tests.inference.conftest import Trained, loaded

PAIR = Signature(
    task="binary",
    columns=(Column("a", "float", "x"), Column("b", "float", "x")),
    score=ScoreOutput("y"),
    label_column="label",
    positive_label="1",
    classes=("0", "1"),
)


@pytest.fixture(scope="session")
def model(trained: Trained) -> Model:
    return load_model(trained.data, trained.digest)


def pairs(*rows: tuple[float, float]) -> dict[str, Any]:
    return {"a": np.array([row[0] for row in rows]), "b": np.array([row[1] for row in rows])}


def test_scores_are_those_of_scikit_learn(model: Model, trained: Trained) -> None:
    found = score_table(model, trained.table, trained.signature)
    expected = trained.classifier.predict_proba(trained.rows)[:, 1]
    np.testing.assert_allclose(found.scores, expected, atol=1e-6)
    assert found.scores.dtype == np.float64
    assert found.labels.tolist() == (found.scores >= 0.5).astype(int).tolist()


def test_an_arrow_table_gives_the_same_scores(model: Model, trained: Trained) -> None:
    found = score_table(model, pa.table(trained.table), trained.signature, chunk_rows=500)
    again = score_table(model, trained.table, trained.signature, chunk_rows=500)
    assert found.scores.tobytes() == again.scores.tobytes()


def test_calibration_picks_a_size_and_loses_no_row(trained: Trained) -> None:
    fresh = load_model(trained.data, trained.digest)
    found = score_table(fresh, trained.table, trained.signature)
    assert found.chunk_rows in CHUNK_SIZES
    assert len(found.chunk_seconds) == -(-len(trained.rows) // found.chunk_rows)
    again = score_table(fresh, trained.table, trained.signature, found.chunk_rows)
    assert again.scores.tobytes() == found.scores.tobytes()


def test_progress_reaches_the_end(model: Model, trained: Trained) -> None:
    seen: list[tuple[int, int]] = []
    score_table(
        model,
        trained.table,
        trained.signature,
        chunk_rows=999,
        on_progress=lambda *figures: seen.append(figures),
    )
    assert seen[-1] == (6000, 6000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_scoring_can_be_cancelled(model: Model, trained: Trained) -> None:
    cancel = threading.Event()
    with pytest.raises(EngineError, match="cancelled"):
        score_table(
            model,
            trained.table,
            trained.signature,
            chunk_rows=100,
            on_progress=lambda *_: cancel.set(),
            cancel=cancel,
        )


def test_one_nan_score_voids_the_result() -> None:
    rows = [(1.0, 2.0)] * 700 + [(0.0, 0.0)] + [(1.0, 2.0)] * 300
    with pytest.raises(EngineError, match="scores_not_finite") as caught:
        score_table(loaded(files.divides()), pairs(*rows), PAIR)
    assert "row 700" in caught.value.sentence


def test_scores_outside_0_and_1_are_no_probabilities() -> None:
    with pytest.raises(EngineError, match="scores_out_of_range"):
        score_table(loaded(files.divides()), pairs((3.0, 1.0)), PAIR)


def test_no_rows_is_an_error(model: Model, trained: Trained) -> None:
    table = {name: values[:0] for name, values in trained.table.items()}
    with pytest.raises(EngineError, match="no_rows"):
        score_table(model, table, trained.signature)


def test_columns_of_different_length_are_an_error() -> None:
    table = {"a": np.zeros(3), "b": np.zeros(2)}
    with pytest.raises(EngineError, match="column_lengths"):
        score_table(loaded(files.halves()), table, PAIR)


@pytest.mark.parametrize("shape", [(4,), (5, 1, 1), (5, 0), ()])
def test_scores_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(EngineError, match="scores_wrong_shape"):
        score_values(np.zeros(shape, np.float32), PAIR, 5)


def test_the_cut_off_decides_the_label(model: Model, trained: Trained) -> None:
    assert trained.signature.decision is not None
    strict = replace(trained.signature.decision, cut_off="0.9")
    signature = replace(trained.signature, decision=strict)
    found = score_table(model, trained.table, signature)
    assert found.labels.sum() == (found.scores >= 0.9).sum()


def converted(estimator: Any, rows: Any, **options: Any) -> Model:
    return loaded(to_onnx(estimator, rows[:1], **options))


def test_multiclass_scores_are_a_matrix(trained: Trained) -> None:
    labels = np.digitize(trained.rows[:, 0], [-0.5, 0.5])
    estimator = LogisticRegression().fit(trained.rows, labels)
    signature = replace(
        trained.signature,
        task="multiclass",
        score=ScoreOutput("probabilities"),
        positive_label=None,
        classes=("0", "1", "2"),
        decision=None,
    )
    made = converted(estimator, trained.rows, options={"zipmap": False})
    found = score_table(made, trained.table, signature)
    expected = estimator.predict_proba(trained.rows)
    np.testing.assert_allclose(found.scores, expected, atol=1e-5)
    assert (found.labels == expected.argmax(axis=1)).mean() > 0.999


def test_regression_scores_have_no_labels(trained: Trained) -> None:
    estimator = LinearRegression().fit(trained.rows, trained.rows.sum(axis=1) * 100)
    signature = replace(
        trained.signature,
        task="regression",
        score=ScoreOutput("variable"),
        positive_label=None,
        classes=(),
        decision=None,
    )
    found = score_table(converted(estimator, trained.rows), trained.table, signature)
    np.testing.assert_allclose(found.scores, estimator.predict(trained.rows), rtol=1e-4, atol=1e-2)
    assert found.labels is None


def test_latency_percentiles_are_in_order(model: Model, trained: Trained) -> None:
    found = measure_latency(model, trained.table, trained.signature, runs=50)
    assert found.runs == 50
    assert 0 < found.p50_ms <= found.p95_ms <= found.p99_ms
    assert found.rows_per_second > 0
