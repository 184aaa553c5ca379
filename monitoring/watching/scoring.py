"""Scores of delivered rows by the release that was live: computed once in the killable child, then kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from governance.registry import store
from governance.registry.models import DatasetVersion, ModelVersion, Release
from inference.engine.scores import predicted_labels
from inference.engine.signature import Signature
from inference.registered import engine_signature
from monitoring.evaluation.compute import check_fit, source
from monitoring.evaluation.drifting import score_data
from monitoring.evaluation.figures import Tell
from monitoring.evaluation.rows import Source
from monitoring.subjects import only_version

LARGEST_KEPT = 2**31


@dataclass(frozen=True)
class Predictions:
    """Scores (float64) and decisions (int64, 1 = positive class) of n rows, each of shape (n,).

    `kept` is the digest of the scores' bytes in the artefact store.
    """

    scores: Any
    decisions: Any
    kept: str
    provider: str | None = None
    nodes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The release that is watched, with the one model it has and its decided signature."""

    release: Release
    version: ModelVersion
    signature: Signature


def subject_of(release: Release) -> Subject:
    """Raises EngineError where the signature does not fit the inspected model."""
    version = only_version(release)
    signature = engine_signature(version.signature, release.manifest["decision"])
    check_fit(version, signature)
    return Subject(release, version, signature)


def predictions(subject: Subject, dataset: DatasetVersion, kept: str, tell: Tell) -> Predictions:
    """The rows' scores: those that were kept under the digest `kept`, else computed and kept."""
    held = read_kept(kept, dataset.rows, subject.signature) if kept else None
    return held or computed(subject, dataset, tell)


def computed(subject: Subject, dataset: DatasetVersion, tell: Tell) -> Predictions:
    """Raises EngineError as `score_in_child` does."""
    data, version = source(dataset), subject.version
    words = f"Scoring {dataset.name}"
    model = Source(store.path_of(version.digest), version.digest)
    found = score_data(model, data, subject.signature, words, tell)
    scores = np.ascontiguousarray(found.scores, dtype="<f8")
    artefact = store.put([scores.tobytes()], LARGEST_KEPT)
    return Predictions(scores, found.labels, artefact.sha256, found.provider, found.nodes)


def read_kept(sha256: str, rows: int, signature: Signature) -> Predictions | None:
    """None where the file is gone or is not of these rows: then they are scored again."""
    try:
        scores = np.frombuffer(store.path_of(sha256).read_bytes(), dtype="<f8")
    except FileNotFoundError:
        return None
    if len(scores) != rows:
        return None
    return Predictions(scores, predicted_labels(scores, signature), sha256)


def keep_json(content: Any) -> str:
    """Put a JSON document into the artefact store; its digest."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1)
    return store.put([text.encode()], LARGEST_KEPT).sha256
