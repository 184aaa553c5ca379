from __future__ import annotations

import hashlib
import multiprocessing
import threading
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from inference.engine.providers import CPU, CUDA, ProviderPolicy, cuda_options
from inference.engine.providers import refusal_of_assignment as refusal
from inference.engine.reasons import EngineError
from inference.engine.sessions import load_model, open_model
from tests.inference import onnx_files as files
from tests.inference.conftest import Trained, Write, loaded

HAS_CUDA = CUDA in onnxruntime.get_available_providers()
ROW = np.array([[0.2, 0.4]], dtype=np.float32)


def test_a_model_is_loaded_by_its_digest(write: Write, trained: Trained) -> None:
    model = open_model(write(trained.data, "model.onnx"), f"sha256:{trained.digest}")
    answer = model.run({"X": trained.rows[:3]})
    expected = trained.classifier.predict_proba(trained.rows[:3])
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-6)
    assert model.digest == trained.digest


def test_a_changed_file_is_not_loaded(write: Write, trained: Trained) -> None:
    path = write(trained.data + b"\0", "model.onnx")
    with pytest.raises(EngineError, match="digest_mismatch"):
        open_model(path, trained.digest)


def test_a_link_is_not_followed(write: Write, trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write(trained.data, "model.onnx"))
    with pytest.raises(EngineError, match="file_unreadable"):
        open_model(tmp_path / "link", trained.digest)


def test_nodes_per_provider_come_from_the_runtime() -> None:
    assert loaded(files.divides()).nodes_per_provider() == {CPU: 3}


@pytest.mark.skipif(HAS_CUDA, reason="CUDA is present: nothing to refuse")
def test_a_required_device_that_is_absent_is_refused(trained: Trained) -> None:
    policy = ProviderPolicy("require", (CUDA, CPU))
    with pytest.raises(EngineError, match="provider_unavailable"):
        load_model(trained.data, trained.digest, policy)


@pytest.mark.skipif(HAS_CUDA, reason="CUDA is present: no other is chosen")
def test_a_preferred_device_that_is_absent_is_named(trained: Trained) -> None:
    model = load_model(trained.data, trained.digest, ProviderPolicy("prefer", (CUDA, CPU)))
    assert model.provider == CPU
    assert model.passed_over is not None
    assert CUDA in model.passed_over


@pytest.mark.skipif(not HAS_CUDA, reason="no CUDAExecutionProvider in this runtime")
def test_cuda_runs_the_nodes_it_was_asked_for() -> None:
    data = files.divides().SerializeToString()
    policy = ProviderPolicy("require", (CUDA, CPU))
    model = load_model(data, hashlib.sha256(data).hexdigest(), policy)
    assert model.nodes_per_provider()[CUDA] >= 1
    assert model.run({"x": ROW})["y"] == pytest.approx([0.5])


@pytest.mark.skipif(not HAS_CUDA, reason="no CUDAExecutionProvider in this runtime")
def test_cuda_refuses_trees_which_it_cannot_run(trained: Trained) -> None:
    with pytest.raises(EngineError, match="provider_not_used"):
        load_model(trained.data, trained.digest, ProviderPolicy("require", (CUDA, CPU)))


def test_a_silent_fallback_is_seen_in_the_assignment() -> None:
    policy = ProviderPolicy("require", (CUDA, CPU))
    assert "could not start" in str(refusal(CUDA, [CPU], {CPU: 9}, policy))
    assert "runs only 1 of" in str(refusal(CUDA, [CUDA, CPU], {CPU: 9, CUDA: 1}, policy))
    assert refusal(CUDA, [CUDA, CPU], {CPU: 1, CUDA: 9}, policy) is None


def test_evaluation_on_cuda_is_without_tf32() -> None:
    assert cuda_options(ProviderPolicy())["use_tf32"] == "0"
    assert cuda_options(ProviderPolicy(deterministic=False))["use_tf32"] == "1"


def test_an_unknown_provider_is_refused(trained: Trained) -> None:
    with pytest.raises(EngineError, match="provider_unknown"):
        load_model(trained.data, trained.digest, ProviderPolicy("prefer", ("Quantum",)))


def test_a_deadline_ends_an_endless_loop() -> None:
    data = files.endless_loop().SerializeToString()
    model = load_model(data, hashlib.sha256(data).hexdigest(), warm_up=False)
    started = time.monotonic()
    with pytest.raises(EngineError, match="deadline_exceeded"):
        model.run({"x": ROW}, deadline=started + 0.2)
    assert time.monotonic() - started < 3


def test_cancelling_ends_an_endless_loop() -> None:
    data = files.endless_loop().SerializeToString()
    model = load_model(data, hashlib.sha256(data).hexdigest(), warm_up=False)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(EngineError, match="cancelled"):
        model.run({"x": ROW}, cancel=cancel)


def test_a_passed_deadline_starts_no_run() -> None:
    with pytest.raises(EngineError, match="deadline_exceeded"):
        loaded(files.halves()).run({"x": ROW}, deadline=time.monotonic() - 1)


def test_nan_scores_are_an_error() -> None:
    with pytest.raises(EngineError, match="scores_not_finite"):
        loaded(files.divides()).run({"x": np.zeros((2, 2), np.float32)})


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"x": np.zeros((1, 3), np.float32)},
        {"x": np.zeros((1, 2), np.float64)},
        {"x": ROW, "z": ROW},
        {"x": np.array([["a", "b"]])},
    ],
    ids=["missing", "wrong shape", "wrong type", "one too many", "text"],
)
def test_other_inputs_are_refused(inputs: dict[str, object]) -> None:
    with pytest.raises(EngineError, match="input_refused"):
        loaded(files.halves()).run(inputs)


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(EngineError, match="output_unknown"):
        loaded(files.halves()).run({"x": ROW}, ["z"])


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(EngineError, match="model_refused"):
        load_model(b"abc", hashlib.sha256(b"abc").hexdigest())


def test_a_model_with_external_data_is_not_loaded() -> None:
    with pytest.raises(EngineError, match="model_refused"):
        loaded(files.external("model.onnx"))


def run_with_deadline() -> None:
    answer = loaded(files.halves()).run({"x": ROW}, deadline=time.monotonic() + 30)
    raise SystemExit(0 if answer["y"][0] == pytest.approx(0.3) else 1)


def test_deadlines_still_work_after_a_fork() -> None:
    loaded(files.halves()).run({"x": ROW}, deadline=time.monotonic() + 30)
    process = multiprocessing.get_context("fork").Process(target=run_with_deadline)
    process.start()
    process.join(30)
    assert process.exitcode == 0
