"""Evidently beside our own drift statistics: a second opinion on a sample.

Evidently takes seconds to import and pulls in a web stack: call this in a worker only. Its
statistics are its own (default choice of test per column); its HTML is never made.
"""

from __future__ import annotations

import os
from typing import Any, TypedDict

import numpy as np
import pyarrow as pa

from monitoring.statistics.columns import Table, row_count
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.spec import ColumnKind, DriftSpec

SAMPLE_ROWS = 5000


class EvidentlyColumn(TypedDict):
    """Evidently's word on one column; `score` is a p-value where `method` says so."""

    method: str
    score: float
    threshold: float
    drifted: bool


def run_evidently(
    reference: Table, current: Table, spec: DriftSpec, *, seed: int = 0, rows: int = SAMPLE_ROWS
) -> dict[str, EvidentlyColumn]:
    """Evidently's DataDriftPreset on a seeded sample of at most `rows` rows of each table.

    Raises MeasureError(missing_column, empty, all_missing, length_mismatch), and backend_failed
    with Evidently's own words where it gives up.
    """
    names = [column.name for column in spec.columns]
    before, after = (_sample(table, names, seed, rows) for table in (reference, current))
    try:
        report = _report(before, after, spec)
    except Exception as error:  # Evidently raises what its parts happen to raise
        raise MeasureError(
            MeasureCode.BACKEND_FAILED, f"Evidently failed: {type(error).__name__}: {error}"
        ) from error
    return dict(map(_column_word, _drift_metrics(report)))


def _sample(table: Table, names: list[str], seed: int, rows: int) -> Any:
    held = table.column_names if isinstance(table, pa.Table) else table.keys()
    missing = sorted(set(names) - set(held))
    if missing:
        raise MeasureError(
            MeasureCode.MISSING_COLUMN, f"The table lacks the column(s) {', '.join(missing)}."
        )
    n = row_count(table)
    if n == 0:
        raise MeasureError(MeasureCode.EMPTY, "The table has no rows.")
    chosen = np.sort(np.random.default_rng(seed).permutation(n)[:rows])
    sample = pa.table({name: table[name] for name in names}).take(chosen)
    for name in names:
        if sample[name].null_count == len(sample):
            raise MeasureError(MeasureCode.ALL_MISSING, f"{name} holds no value in the sample.")
    return sample.to_pandas()


def _report(before: Any, after: Any, spec: DriftSpec) -> dict[str, Any]:
    # Evidently reads the variable when it is imported; its telemetry is on by default.
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    definition = DataDefinition(
        numerical_columns=[c.name for c in spec.columns if c.kind is ColumnKind.NUMERIC],
        categorical_columns=[c.name for c in spec.columns if c.kind is ColumnKind.CATEGORICAL],
    )
    snapshot = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(after, definition), Dataset.from_pandas(before, definition)
    )
    found: dict[str, Any] = snapshot.dict()
    return found


def _drift_metrics(report: dict[str, Any]) -> list[dict[str, Any]]:
    metrics: list[dict[str, Any]] = report["metrics"]
    return [m for m in metrics if m["config"]["type"] == "evidently:metric_v2:ValueDrift"]


def _column_word(metric: dict[str, Any]) -> tuple[str, EvidentlyColumn]:
    config, score = metric["config"], float(metric["value"])
    method, threshold = str(config["method"]), float(config["threshold"])
    drifted = score < threshold if "p_value" in method else score >= threshold
    return str(config["column"]), {
        "method": method,
        "score": score,
        "threshold": threshold,
        "drifted": drifted,
    }
