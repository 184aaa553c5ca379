"""Convert a trained model to ONNX and check that it still gives the same answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import ClassifierMixin

from demo.data.columns import FEATURES

INPUT = "X"
LABEL_OUTPUT, SCORE_OUTPUT = "label", "probabilities"
OPSET = {"": 18, "ai.onnx.ml": 3}
TOLERANCE = 1e-5

Rows = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]


class ParityError(Exception):
    """The converted model does not answer as the trained one does."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Both models on the same rows: largest difference of the score, share of equal labels."""

    rows: int
    largest_difference: float
    label_agreement: float

    def to_json(self) -> dict[str, str | int]:
        return {
            "rows": self.rows,
            "maxAbsoluteDifference": f"{self.largest_difference:.3g}",
            "labelAgreement": f"{self.label_agreement:.6f}",
            "tolerance": f"{TOLERANCE:g}",
        }


def convert(estimator: ClassifierMixin) -> bytes:
    """The model as ONNX: float32 input X (rows, features) in the order of FEATURES, outputs
    label (rows) and probabilities (rows, 2)."""
    shape = FloatTensorType([None, len(FEATURES)])
    model = to_onnx(
        estimator,
        initial_types=[(INPUT, shape)],
        options={id(estimator): {"zipmap": False}},
        target_opset=OPSET,
    )
    model.graph.name = "places"
    return bytes(model.SerializeToString(deterministic=True))


def scores(model: bytes, rows: Rows) -> Scores:
    """Probability of "employed" for each row, from the ONNX model on the CPU."""
    _, probabilities = _answers(model, rows)
    return np.asarray(probabilities[:, 1], dtype=np.float64)


def check_parity(estimator: ClassifierMixin, model: bytes, rows: Rows) -> Parity:
    """Compare both models on `rows`. Raises ParityError beyond TOLERANCE or on another label."""
    labels, probabilities = _answers(model, rows)
    expected = estimator.predict_proba(rows)
    parity = Parity(
        rows=len(rows),
        largest_difference=float(np.abs(probabilities - expected).max()),
        label_agreement=float(np.mean(labels == estimator.predict(rows))),
    )
    if parity.largest_difference > TOLERANCE or parity.label_agreement < 1.0:
        raise ParityError(
            f"On {parity.rows:,} rows the ONNX model differs by {parity.largest_difference:.3g} "
            f"and agrees on {parity.label_agreement:.4%} of the labels; it was not written."
        )
    return parity


def _answers(model: bytes, rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run([LABEL_OUTPUT, SCORE_OUTPUT], {INPUT: rows})
    return labels, probabilities
