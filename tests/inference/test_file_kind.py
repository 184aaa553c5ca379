from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
from typing import Any

import joblib  # type: ignore[import-untyped]
import pytest

from inference.engine.inspection import inspect_model
from tests.inference.conftest import Write


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"weights": [1.0]}))
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("saved_model.pb"))
    return buffer.getvalue()


def joblibbed(compress: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump({"weights": [1.0]}, buffer, compress=compress)
    return buffer.getvalue()


REFUSED = {
    "pickle": (pickle.dumps({"a": 1}), "pickle_refused"),
    "pickle of protocol 0": (pickle.dumps({"a": 1}, protocol=0), "pickle_refused"),
    "joblib": (joblibbed(0), "pickle_refused"),
    "joblib, zlib": (joblibbed(3), "compressed_refused"),
    "joblib, gzip": (joblibbed("gzip"), "compressed_refused"),
    "PyTorch zip": (zipped(), "archive_refused"),
    "SavedModel tar": (tarred(), "archive_refused"),
    "Keras h5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "hdf5_refused"),
    "safetensors": ((2**62).to_bytes(8, "little") + b'{"a":1}', "not_onnx"),
    "small safetensors": ((64).to_bytes(8, "little") + b'{"a":1}', "other_format_refused"),
    "TensorFlow Lite": (b"\x1c\0\0\0TFL3" + bytes(64), "other_format_refused"),
    "XGBoost JSON": (b'{"learner": {}}', "other_format_refused"),
    "LightGBM text": (b"tree\nversion=v4\n", "other_format_refused"),
    "a page": (b"<!doctype html><p>404</p>", "not_onnx"),
    "a program": (b"\x7fELF" + bytes(64), "not_onnx"),
    "nothing": (b"", "not_onnx"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_other_files_named_onnx_are_refused(write: Write, data: bytes, code: str) -> None:
    inspection = inspect_model(write(data, "model.onnx"))
    assert not inspection.admitted
    assert [reason.code for reason in inspection.reasons] == [code]


def test_refusing_a_pickle_says_to_convert_it(write: Write) -> None:
    reason = inspect_model(write(pickle.dumps({}), "model.onnx")).reasons[0]
    assert "Convert the model to ONNX" in reason.sentence


def test_a_pickle_is_never_opened(write: Write) -> None:
    inspection = inspect_model(write(pickle.dumps({}), "model.onnx"))
    assert inspection.seconds == 0.0  # no child was started for it
    assert inspection.digest is not None
