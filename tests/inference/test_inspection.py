from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, helper
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from inference.engine.inspection import Inspection, inspect_model
from inference.engine.limits import MIB, Limits
from tests.inference import onnx_files as files
from tests.inference.conftest import Trained, Write


def codes(inspection: Inspection) -> list[str]:
    return [reason.code for reason in inspection.reasons]


def test_a_sound_model_is_admitted_and_described(write: Write, trained: Trained) -> None:
    found = inspect_model(write(trained.data, "model.onnx"))
    assert found.admitted
    assert found.reasons == ()
    assert found.digest == trained.digest
    assert found.size == len(trained.data)
    assert found.operators["ai.onnx.ml::TreeEnsembleClassifier"] == 1
    assert [(spec.name, spec.dtype, spec.shape) for spec in found.inputs] == [
        ("X", "float", (None, 5))
    ]
    assert [spec.name for spec in found.outputs] == ["label", "probabilities"]
    assert found.producer.startswith("skl2onnx")


def test_inspection_counts_what_the_runtime_assigned(write: Write, trained: Trained) -> None:
    found = inspect_model(write(trained.data, "model.onnx"))
    assert set(found.nodes) == {"CPUExecutionProvider"}
    assert found.parameters > 500
    assert 20 * MIB < found.peak_memory_bytes < 500 * MIB
    assert found.runtime["onnxruntime"]
    assert found.confined
    assert Inspection.from_json(found.to_json()) == found


HOSTILE: dict[str, tuple[ModelProto | bytes, str]] = {
    "parent folder": (files.external("../secret.bin"), "external_data"),
    "address in memory": (files.external("*/_ORT_MEM_ADDR_/*"), "external_data"),
    "32 GB in 83 bytes": (files.thirty_two_gigabytes(), "tensor_too_large"),
    "custom operator": (files.custom_operator(), "custom_operator"),
    "nested past the parser": (files.nested_bytes(60), "not_onnx"),
    "unknown operator": (files.one_node("NoSuchOperator"), "invalid_model"),
}


@pytest.mark.parametrize(("proto", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_models_are_refused_with_a_reason(
    write: Write, proto: ModelProto | bytes, code: str
) -> None:
    found = inspect_model(write(proto, "model.onnx"))
    assert not found.admitted
    assert codes(found) == [code]
    assert found.reasons[0].sentence.endswith(".")


def test_an_endless_loop_is_killed_at_the_limit(write: Write) -> None:
    path = write(files.endless_loop(), "model.onnx")
    found = inspect_model(path, Limits(wall_seconds=1.5))
    assert codes(found) == ["inspection_out_of_time"]
    assert found.seconds < 4


def test_an_endless_loop_is_killed_by_processor_time_too(write: Write) -> None:
    path = write(files.endless_loop(), "model.onnx")
    found = inspect_model(path, Limits(wall_seconds=30, cpu_seconds=2))
    assert codes(found) == ["inspection_out_of_time"]
    assert found.seconds < 15
    assert found.operators["ai.onnx::Loop"] == 1  # what was seen before the kill is kept


def test_memory_asked_for_while_running_is_refused(write: Write) -> None:
    path = write(files.hidden_gigabytes(), "model.onnx")
    found = inspect_model(path, Limits(memory_bytes=1024 * MIB))
    assert not found.admitted
    assert found.peak_memory_bytes < 1024 * MIB


@pytest.mark.parametrize("cut", [1, 6000])
def test_truncated_models_are_refused(write: Write, trained: Trained, cut: int) -> None:
    assert not inspect_model(write(trained.data[:-cut], "model.onnx")).admitted


def test_random_bytes_are_refused(write: Write) -> None:
    data = np.random.default_rng(0).bytes(2000)
    assert codes(inspect_model(write(data, "model.onnx"))) == ["not_onnx"]


def test_markup_in_the_producer_stays_text(write: Write) -> None:
    proto = files.halves()
    proto.producer_name = "<b>\x1b[31m" + "y" * 900
    producer = inspect_model(write(proto, "model.onnx")).producer
    assert len(producer) == 200
    assert "\x1b" not in producer


def test_a_file_over_the_size_limit_is_not_read(write: Write) -> None:
    found = inspect_model(write(bytes(2000), "model.onnx"), Limits(file_bytes=1000))
    assert codes(found) == ["file_too_large"]
    assert found.digest is None


def test_a_link_or_a_missing_file_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "link.onnx").symlink_to(write(files.halves(), "model.onnx"))
    os.mkfifo(tmp_path / "pipe.onnx")
    for name in ("link.onnx", "pipe.onnx", "missing.onnx", "."):
        assert codes(inspect_model(tmp_path / name)) == ["file_unreadable"]


def test_a_model_that_mixes_rows_is_marked(write: Write) -> None:
    assert inspect_model(write(files.mixes_rows(), "a.onnx")).rows_independent is False
    assert inspect_model(write(files.halves(), "b.onnx")).rows_independent is True


def test_a_model_that_answers_nan_to_all_is_refused(write: Write) -> None:
    nan = float("nan")
    scale = helper.make_node("Constant", [], ["s"], value_float=nan)
    nodes = [scale, helper.make_node("Mul", ["x", "s"], ["y"])]
    proto = files.model(nodes, [files.value("x")], [files.value("y")])
    assert codes(inspect_model(write(proto, "model.onnx"))) == ["first_run_not_finite"]


def test_all_free_dimensions_are_tried(write: Write) -> None:
    shape = ["n", None]
    node = helper.make_node("Relu", ["x"], ["y"])
    proto = files.model([node], [files.value("x", shape=shape)], [files.value("y", shape=shape)])
    assert inspect_model(write(proto, "model.onnx")).admitted


def test_text_inputs_are_tried_with_the_encoders_own_words(write: Write) -> None:
    rows = np.array([["red", "S"], ["blue", "M"], ["red", "L"]], dtype=object)
    encoder = ColumnTransformer([("e", OneHotEncoder(), [0, 1])])
    pipe = make_pipeline(encoder, LogisticRegression()).fit(rows, [0, 1, 0])
    proto = to_onnx(pipe, rows[:1], options={"zipmap": False})
    found = inspect_model(write(proto, "model.onnx"))
    assert found.admitted, found.reasons
    assert found.inputs[0].dtype == "string"
