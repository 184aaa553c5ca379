from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import onnxruntime
import rfc8785

from inference.engine.environment import environment, environment_digest


def test_the_record_names_runtime_and_processor() -> None:
    record = environment()
    assert record["onnxruntime"] == onnxruntime.__version__
    assert "CPUExecutionProvider" in record["providers"]
    assert record["processor"]
    assert len(record["processorFlagsDigest"]) == 64


def test_the_same_machine_gives_the_same_digest() -> None:
    assert environment_digest(environment()) == environment_digest(environment())


def test_another_version_gives_another_digest() -> None:
    record = environment()
    assert environment_digest(record | {"numpy": "0"}) != environment_digest(record)


def test_the_digest_is_of_canonical_json() -> None:
    record = environment()
    expected = hashlib.sha256(rfc8785.dumps(record)).hexdigest()
    assert environment_digest(record) == expected


def test_the_web_process_can_read_signatures_without_the_runtime() -> None:
    program = (
        "import sys, json; import inference.engine.inspection, inference.engine.matching; "
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] in "
        "('numpy', 'onnx', 'onnxruntime', 'pyarrow', 'pandas', 'django')]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert json.loads(done.stdout) == []
