"""Fixtures: model files on disk, and one scikit-learn model with its ONNX twin."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

from inference.engine.sessions import Model, load_model
from inference.engine.signature import Column, Decision, ScoreOutput, Signature

NAMES = tuple(f"c{i}" for i in range(5))
Write = Callable[[ModelProto | bytes, str], Path]


@dataclass(frozen=True)
class Trained:
    """A gradient boosting classifier of five columns, its data and its ONNX bytes."""

    classifier: Any
    rows: Any
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def table(self) -> dict[str, Any]:
        return {name: self.rows[:, i] for i, name in enumerate(NAMES)}

    @property
    def signature(self) -> Signature:
        return Signature(
            task="binary",
            columns=tuple(Column(name, "float", "X") for name in NAMES),
            score=ScoreOutput("probabilities", 1),
            label_column="label",
            positive_label="1",
            classes=("0", "1"),
            decision=Decision("0.5", "0"),
        )


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_disk(content: ModelProto | bytes, name: str = "model.onnx") -> Path:
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.SerializeToString()
        path.write_bytes(data)
        return path

    return to_disk


@pytest.fixture(scope="session")
def trained() -> Trained:
    random = np.random.default_rng(7)
    rows = random.normal(size=(6000, 5)).astype(np.float32)
    labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] > 0).astype(int)
    classifier = GradientBoostingClassifier(n_estimators=20, random_state=0)
    classifier.fit(rows[:1500], labels[:1500])
    made = to_onnx(classifier, rows[:1], options={"zipmap": False})
    return Trained(classifier, rows, made.SerializeToString())


def loaded(content: ModelProto) -> Model:
    data = content.SerializeToString()
    return load_model(data, hashlib.sha256(data).hexdigest())
