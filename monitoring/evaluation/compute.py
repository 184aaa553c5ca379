"""From a queued evaluation to its figures: read, match, score in a killable child, measure."""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.registry import store
from governance.registry.choices import UploadKind, UploadState
from governance.registry.models import DatasetVersion, ModelVersion, Upload
from inference.engine.matching import match
from inference.engine.reasons import EngineError
from inference.engine.scores import Scores
from inference.engine.signature import Signature
from inference.inspections import inspection_of
from inference.registered import engine_signature
from monitoring.checks import Series
from monitoring.evaluation.figures import (
    Tell,
    measure_all,
    policy,
    score_rows,
    scored_rows,
)
from monitoring.evaluation.measures import Measured
from monitoring.evaluation.rows import Source, read_rows
from monitoring.models import EvaluationRun


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
    model = Source(store.path_of(version.digest), version.digest)
    return score_rows(model, source(run.dataset), signature, policy(run.device), tell)
