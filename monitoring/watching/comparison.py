"""One batch against its reference: every column, the scores and the decisions, with Evidently beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version as installed
from typing import Any

from governance.registry.models import DatasetVersion
from inference.engine.reasons import EngineError
from monitoring.evaluation import drifting
from monitoring.evaluation.compute import source
from monitoring.evaluation.drifting import columns_of, features_of, held_columns, spec_of
from monitoring.evaluation.figures import Tell
from monitoring.evidently_backend import SAMPLE_ROWS, run_evidently
from monitoring.faults import INSTALLATION_FAULTS
from monitoring.models import Monitor, MonitorRun
from monitoring.statistics.column_drift import ColumnDrift, DriftResult, DriftStatus
from monitoring.statistics.decimals import decimal_string
from monitoring.statistics.errors import MeasureError
from monitoring.statistics.spec import DriftSpec
from monitoring.watching.scoring import (
    Predictions,
    Subject,
    keep_json,
    predictions,
    subject_of,
)

JSON = dict[str, Any]

EVIDENTLY_SEED = 0


@dataclass
class Compared:
    """What a comparison found. `reason` says why it is invalid; `beside` is Evidently's word, as text."""

    columns: list[ColumnDrift] = field(default_factory=list)
    status: DriftStatus = DriftStatus.INVALID
    reason: str = ""
    scores: str = ""
    provider: str | None = None
    nodes: dict[str, int] = field(default_factory=dict)
    beside: JSON = field(default_factory=dict)
    beside_digest: str = ""

    @property
    def is_completed(self) -> bool:
        return self.status == DriftStatus.COMPLETED

    @property
    def drifted(self) -> list[str]:
        return [column.column for column in self.columns if column.drifted]


def compare_batch(run: MonitorRun, tell: Tell) -> Compared:
    """Score and compare. What is wrong with the batch comes back invalid, with its reason.

    Raises EngineError where the installation is at fault: the caller tells by its code.
    """
    monitor, batch = run.monitor, run.batch
    assert batch is not None  # a slot without a batch is not compared
    found = Compared()
    before = after = None
    try:
        subject = subject_of(monitor.deployment.release)
        before = reference_predictions(monitor, subject, tell)
        after = predictions(subject, batch.dataset, batch.scores, tell)
        found.scores, found.provider, found.nodes = after.kept, after.provider, after.nodes
    except EngineError as error:
        found.reason = sentence_of(error)
    tell("Comparing columns", 0, len(monitor.columns))
    judge(found, monitor, batch.dataset, before, after)
    return found


def sentence_of(error: EngineError) -> str:
    """What is wrong with the batch or the model; an error of the installation is raised again."""
    if error.code in INSTALLATION_FAULTS:
        raise error
    return error.sentence[:4000]


def reference_predictions(monitor: Monitor, subject: Subject, tell: Tell) -> Predictions:
    """The reference's scores by the same release, computed at the first run and kept."""
    held = predictions(subject, monitor.reference, monitor.reference_scores, tell)
    if held.kept != monitor.reference_scores:
        rows = Monitor.objects.filter(pk=monitor.pk, reference_id=monitor.reference_id)
        rows.update(reference_scores=held.kept)
    return held


def judge(
    found: Compared,
    monitor: Monitor,
    current: DatasetVersion,
    before: Predictions | None,
    after: Predictions | None,
) -> None:
    """Fill `found` with every column's drift; without predictions the run is invalid."""
    features = features_of(monitor.columns)
    names = [column.name for column in features]
    try:
        reference, rows = (
            held_columns(source(data), names) for data in (monitor.reference, current)
        )
    except EngineError as error:
        found.reason = found.reason or sentence_of(error)
        return
    predicted = None
    if before is not None and after is not None:
        predicted = ((before.scores, before.decisions), (after.scores, after.decisions))
    keep(found, drifting.compared((reference, rows), predicted, features, monitor.rule))
    if found.status == DriftStatus.COMPLETED:
        look_beside(found, reference, rows, spec_of(monitor.rule, features))


def keep(found: Compared, result: DriftResult) -> None:
    """Take the result. In an invalid run no column keeps figures: one bad column voids the comparison."""
    if result.status != DriftStatus.NO_DATA and found.reason:
        found.status = DriftStatus.INVALID
    else:
        found.status, found.reason = result.status, result.reason
    found.columns = columns_of(result, found.status)


def look_beside(found: Compared, before: JSON, after: JSON, spec: DriftSpec) -> None:
    """Evidently's second opinion on a seeded sample. Where it gives up, its words are kept instead."""
    names = [column.name for column in spec.columns]
    try:
        said = run_evidently(
            {name: before[name] for name in names},
            {name: after[name] for name in names},
            spec,
            seed=EVIDENTLY_SEED,
        )
    except MeasureError as error:
        found.beside = {"reason": error.sentence[:2000]}
        return
    columns = {
        name: {
            "method": one["method"],
            "score": decimal_string(one["score"]),
            "threshold": decimal_string(one["threshold"]),
            "drifted": one["drifted"],
        }
        for name, one in sorted(said.items())
    }
    found.beside = {
        "evidently": installed("evidently"),
        "sampleRows": SAMPLE_ROWS,
        "seed": str(EVIDENTLY_SEED),
        "columns": columns,
    }
    found.beside_digest = keep_json(found.beside)
