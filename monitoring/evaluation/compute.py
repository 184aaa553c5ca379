"""From a queued evaluation to its figures: read, match, score in a killable child, measure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from governance.registry import store
from governance.registry.choices import UploadKind, UploadState
from governance.registry.models import DatasetVersion, ModelVersion, Upload
from inference.engine.confined_scoring import score_in_child
from inference.engine.matching import match
from inference.engine.providers import CPU, CUDA, ProviderPolicy
from inference.engine.reasons import EngineError
from inference.engine.scores import Scores
from inference.engine.signature import Signature
from inference.inspections import inspection_of
from inference.registered import engine_signature
from monitoring.checks import Series
from monitoring.choices import Device
from monitoring.evaluation.measures import Measured, Scored, measure
from monitoring.evaluation.rows import Rows, Source, read_rows
from monitoring.models import EvaluationRun

Tell = Callable[[str, int, int], None]

LATENCY_RUNS = 200
_TELL_EVERY_SECONDS = 0.3


@dataclass
class Outcome:
    """What became of a run. `reason` says why it is invalid; else `measured` has its figures."""

    measured: list[Measured] = field(default_factory=list)
    reason: str | None = None
    rows: int = 0
    label_rows: int = 0
    provider: str | None = None
    nodes: dict[str, int] = field(default_factory=dict)
    signature: Signature | None = None


def compute(run: EvaluationRun, series: list[Series], tell: Tell, outcome: Outcome) -> None:
    """Fill `outcome`. Raises EngineError where the data or the model gives no figure."""
    version = run.version
    signature = engine_signature(version.signature, run.release.manifest["decision"])
    outcome.signature = signature
    check_fit(version, signature)
    tell("Reading labels and groups", 0, run.dataset.rows)
    rows = read_rows(source(run.dataset), source(run.labels) if run.labels else None, signature)
    outcome.rows = outcome.label_rows = rows.n
    scores = score(run, version, signature, tell)
    outcome.provider, outcome.nodes = scores.provider, scores.nodes
    outcome.measured = measure_all(scored_rows(rows, scores, signature), series, tell)


def check_fit(version: ModelVersion, signature: Signature) -> None:
    """Raise EngineError signature_unfit with every reason the inspected model gives."""
    upload = Upload.objects.filter(
        artefact=version.artefact, kind=UploadKind.MODEL, state=UploadState.ADMITTED
    ).first()
    try:
        reasons = match(signature, inspection_of(upload.inspection)) if upload else []
    except KeyError:
        upload = None
    if upload is None:
        raise EngineError("not_inspected", "This model was not inspected here. Upload it again.")
    if reasons:
        sentences = " ".join(reason.sentence for reason in reasons[:5])
        raise EngineError("signature_unfit", f"The signature does not fit the model. {sentences}")


def source(dataset: DatasetVersion) -> Source:
    return Source(store.path_of(dataset.sha256), dataset.sha256)


def score(run: EvaluationRun, version: ModelVersion, signature: Signature, tell: Tell) -> Scores:
    data = source(run.dataset)
    return score_in_child(
        store.path_of(version.digest),
        version.digest,
        data.path,
        signature,
        on_progress=now_and_then(lambda done, total: tell("Scoring", done, total)),
        policy=policy(run.device),
        data_digest=data.sha256,
        latency_runs=LATENCY_RUNS,
    )


def policy(device: str) -> ProviderPolicy:
    """Exactly the device that was asked for: falling back silently would measure something else."""
    return ProviderPolicy(mode="require", providers=(CUDA,) if device == Device.CUDA else (CPU,))


def now_and_then(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    told = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told >= _TELL_EVERY_SECONDS:
            told = time.monotonic()
            tell(done, total)

    return progress


def scored_rows(rows: Rows, scores: Scores, signature: Signature) -> Scored:
    if rows.n != len(scores.scores):
        words = f"{rows.n} labels for {len(scores.scores)} rows. Deliver one label a row."
        raise EngineError("labels_unmatched", words)
    return Scored(
        labels=rows.labels,
        scores=scores.scores,
        decisions=scores.labels,
        favourable=int(signature.decision.favourable) if signature.decision else 1,
        attributes=rows.attributes,
        rows_per_second=scores.rows_per_second,
        latency=scores.latency,
    )


def measure_all(scored: Scored, series: list[Series], tell: Tell) -> list[Measured]:
    found: list[Measured] = []
    for one in series:
        tell(f"Measuring {one[0].replace('_', ' ')}", len(found), len(series))
        found.append(measure(one, scored))
    return found


def planned_series(criteria: list[dict[str, Any]]) -> list[Series]:
    """(check, slice) of each criterion, each once."""
    return list(dict.fromkeys((str(one["check"]), str(one["slice"])) for one in criteria))
