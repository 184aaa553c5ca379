from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from sklearn.dummy import DummyClassifier

from demo.data.errors import DataError
from demo.data.folder import sha256_of
from demo.pipeline.convert import ParityError, check_parity, convert
from demo.pipeline.estimators import described, gradient_boosting, neural_network
from demo.pipeline.events import Run
from demo.pipeline.preparation import run_preparation
from demo.pipeline.source import Source, current_source, files_digest
from demo.pipeline.train import Trained, train
from inference.registered import engine_signature
from lineage.openlineage import DatasetUse, RunEvent, parse

Survey = dict[str, Path]


@pytest.fixture
def home(survey: Survey, tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "demo"
    run_preparation(folder, survey)
    return folder


@pytest.fixture
def trained(home: Path) -> Trained:
    return train(1, home)


def event(path: Path) -> RunEvent:
    found = parse(path.read_bytes())
    assert isinstance(found, RunEvent)
    return found


def versions(uses: tuple[DatasetUse, ...]) -> dict[str, str | None]:
    return {use.dataset.name: use.version for use in uses}


def stored(trained: Trained, name: str) -> Any:
    return json.loads((trained.folder / name).read_text())


def test_training_twice_gives_the_same_model(home: Path, trained: Trained) -> None:
    assert train(1, home).sha256 == trained.sha256 == sha256_of(trained.artefact)


def test_version_2_converts_with_equal_answers(home: Path) -> None:
    parity = train(2, home).parity

    assert parity.largest_difference < 1e-5
    assert parity.label_agreement == 1.0


def test_the_artefact_fits_its_signature(trained: Trained) -> None:
    signature = engine_signature(stored(trained, "signature.json"), {})
    session = ort.InferenceSession(trained.artefact, providers=["CPUExecutionProvider"])
    (tensor,) = session.get_inputs()

    assert list(signature.tensors) == [tensor.name]
    assert len(signature.columns) == tensor.shape[1]
    assert signature.score.output in [output.name for output in session.get_outputs()]


def test_the_offer_is_the_favourable_decision(trained: Trained) -> None:
    decision = engine_signature(stored(trained, "signature.json"), {}).decision

    assert decision is not None and decision.favourable == "0" and decision.cut_off == "0.5"


def test_the_description_names_data_code_and_parameters(home: Path, trained: Trained) -> None:
    description = stored(trained, "model.json")

    assert description["trainingData"]["sha256"] == sha256_of(home / "data/train-2015.parquet")
    assert description["artefact"]["sha256"] == sha256_of(trained.artefact)
    assert description["parameters"]["n_estimators"] == "150"
    assert description["source"]["digest"].startswith("sha256:")


def test_events_lead_from_the_survey_to_the_model(home: Path, trained: Trained) -> None:
    prepared = event(home / "events" / "prepare-2015.complete.json")
    training = event(trained.events[1])

    made = versions(prepared.outputs)
    used = versions(training.inputs)
    assert used.items() <= made.items()
    assert versions(training.outputs) == {"models/job-support-places": f"sha256:{trained.sha256}"}


def test_start_and_complete_are_of_one_run(trained: Trained) -> None:
    start, complete = (event(path) for path in trained.events)

    assert start.run_id == complete.run_id
    assert (start.event_type, complete.event_type) == ("START", "COMPLETE")
    assert start.at <= complete.at


def test_the_replay_event_has_batches_and_labels(home: Path) -> None:
    outputs = event(home / "events" / "prepare-replay.complete.json").outputs

    assert len(outputs) == 24
    assert all(use.digest for use in outputs)


def test_a_failing_step_writes_fail(tmp_path: Path) -> None:
    source = Source(None, False, "0" * 64)

    with pytest.raises(ParityError), Run("train-v9", "w", "s.py", source, tmp_path, []):
        raise ParityError("the answers differ")

    failed = event(tmp_path / "train-v9.fail.json")
    assert failed.event_type == "FAIL"
    assert "the answers differ" in failed.run_facets["errorMessage"]["message"]


def test_training_without_data_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="demo.pipeline.preparation"):
        train(1, tmp_path)


def test_a_conversion_that_answers_otherwise_is_refused() -> None:
    rows = np.zeros((4, 16), np.float32)
    first = DummyClassifier(strategy="prior").fit(rows, [0, 0, 0, 1])
    boosted = gradient_boosting().fit(rows, [0, 0, 1, 1])

    with pytest.raises(ParityError, match="was not written"):
        check_parity(first, convert(boosted), rows)


def test_parameters_of_the_last_step_are_described() -> None:
    assert described(neural_network())["estimator"] == "sklearn.MLPClassifier"


def test_edited_code_is_versioned_by_its_files(tmp_path: Path) -> None:
    assert Source("abc", True, "0" * 64).version == "abc"
    assert Source("abc", False, "0" * 64).version == "sha256:" + "0" * 64


def test_every_byte_of_the_pipeline_counts_in_its_digest(tmp_path: Path) -> None:
    for part in ("data", "pipeline"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "step.py").write_text("x = 1\n")
    before = files_digest(tmp_path)
    (tmp_path / "data" / "step.py").write_text("x = 2\n")

    assert files_digest(tmp_path) != before


def test_outside_a_checkout_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.pipeline.source.PACKAGE", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert current_source().commit is None


def test_in_a_clean_checkout_the_commit_is_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("data", "pipeline"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "step.py").write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "steps"]):
        identity = ["-c", "user.name=Pipeline", "-c", "user.email=pipeline@demo.example"]
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    monkeypatch.setattr("demo.pipeline.source.PACKAGE", tmp_path)

    source = current_source()

    assert source.clean and source.version == source.commit
