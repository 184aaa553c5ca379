"""Train a version of the model, convert it to ONNX, and write all that registering it needs.

Run it with `python -m demo.pipeline.train 1` (or 2).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.data.columns import LABEL
from demo.data.errors import DataError
from demo.data.folder import demo_folder, sha256_of
from demo.data.tables import DataFile
from demo.pipeline.convert import Parity, ParityError, check_parity, convert
from demo.pipeline.estimators import ESTIMATORS, described
from demo.pipeline.events import Run, dataset, labelled_rows
from demo.pipeline.rows import read_features, read_label
from demo.pipeline.signature import signature
from demo.pipeline.source import Source, current_source

MODEL = "job-support-places"
TRAINING_FILE = "train-2015.parquet"
LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy")


@dataclass(frozen=True, slots=True)
class Trained:
    """A version's files below `folder`: model.onnx, signature.json, model.json; its events."""

    version: int
    folder: Path
    sha256: str
    parity: Parity
    seconds: float
    events: list[Path]

    @property
    def artefact(self) -> Path:
        return self.folder / "model.onnx"


def train(version: int, home: Path | None = None) -> Trained:
    """Train version 1 or 2 on the prepared rows below `home` (default `demo_folder()`).

    Raises DataError when the rows are not prepared; ParityError, after a FAIL event, when the
    conversion differs.
    """
    base = home or demo_folder()
    data = base / "data" / TRAINING_FILE
    rows, labels = read_features(data), read_label(data)
    training = DataFile(TRAINING_FILE, len(labels), sha256_of(data))
    estimator = ESTIMATORS[version]()
    source = current_source()
    parameters = described(estimator)
    job = f"train-v{version}"
    with Run(
        job,
        f"Trains version {version} of {MODEL} and converts it to ONNX.",
        "demo/pipeline/train.py",
        source,
        base / "events",
        [labelled_rows(training, "Training rows of 2015")],
        parameters,
    ) as run:
        begun = time.monotonic()
        estimator.fit(rows, labels)
        seconds = time.monotonic() - begun
        model = convert(estimator)
        parity = check_parity(estimator, model, rows)
        digest = hashlib.sha256(model).hexdigest()
        run.outputs = [_model_dataset(version, digest)]
    events = [base / "events" / f"{job}.{end}.json" for end in ("start", "complete")]
    trained = Trained(version, base / "models" / f"v{version}", digest, parity, seconds, events)
    _write(trained, model, _described(trained, parameters, source, training, run.run_id))
    return trained


def _model_dataset(version: int, digest: str) -> dict[str, Any]:
    words = f"Version {version}: probability of being employed, ONNX"
    return dataset(f"models/{MODEL}", digest, words)


def _described(
    trained: Trained, parameters: dict[str, str], source: Source, training: DataFile, run_id: str
) -> dict[str, Any]:
    return {
        "model": MODEL,
        "version": trained.version,
        "artefact": {"path": trained.artefact.name, "sha256": trained.sha256},
        "trainingData": training.to_json() | {"label": LABEL},
        "parameters": parameters,
        "source": source.to_json(),
        "run": run_id,
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "parity": trained.parity.to_json(),
    }


def _write(trained: Trained, model: bytes, description: dict[str, Any]) -> None:
    trained.folder.mkdir(parents=True, exist_ok=True)
    trained.artefact.write_bytes(model)
    for name, content in (("signature", signature()), ("model", description)):
        (trained.folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in {"1", "2"}:
        print("Say which version to train: python -m demo.pipeline.train 1 (or 2)", file=sys.stderr)
        return 2
    try:
        trained = train(int(arguments[0]))
    except (DataError, ParityError) as error:
        print(error, file=sys.stderr)
        return 1
    parity = trained.parity
    print(f"version {trained.version}: {trained.artefact} sha256 {trained.sha256[:12]}…")
    print(
        f"trained in {trained.seconds:.1f} s; on {parity.rows:,} rows ONNX differs by at most "
        f"{parity.largest_difference:.2g}, {parity.label_agreement:.2%} equal labels"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
