"""Rows against their reference: what a worker compares, and how a drift statement says it. No Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inference.engine.confined_scoring import score_in_child
from inference.engine.scores import Scores
from inference.engine.signature import Signature
from monitoring.evaluation.figures import Tell, now_and_then, policy
from monitoring.evaluation.rows import Source, names_of, read_columns
from monitoring.statistics.column_drift import ColumnDrift, DriftResult, DriftStatus
from monitoring.statistics.decimals import decimal_string, optional_decimal
from monitoring.statistics.drift import compare
from monitoring.statistics.predictions import DECISION, SCORE
from monitoring.statistics.spec import ColumnKind, ColumnSpec, DriftSpec

JSON = dict[str, Any]
CHECK = "drift"
PREDICTED = (
    ColumnSpec(SCORE, ColumnKind.NUMERIC),
    ColumnSpec(DECISION, ColumnKind.CATEGORICAL),
)
_PREDICTED = {column.name for column in PREDICTED}
Predictions = tuple[Any, Any]


def features_of(columns: Sequence[Mapping[str, str]]) -> tuple[ColumnSpec, ...]:
    """A monitor's columns, as {name, kind}."""
    return tuple(ColumnSpec(one["name"], ColumnKind(one["kind"])) for one in columns)


def held_columns(data: Source, names: Sequence[str]) -> JSON:
    """The named columns that the file has; a missing one is the comparison's to name."""
    table = read_columns(data, [name for name in names_of(data) if name in names])
    return {name: table.column(name) for name in table.column_names}


def spec_of(rule: Mapping[str, str], columns: tuple[ColumnSpec, ...]) -> DriftSpec:
    return DriftSpec(
        columns,
        alpha=float(rule["alpha"]),
        psi_floor=float(rule["psiFloor"]),
        effect_floor=float(rule["effectFloor"]),
        minimum_rows=int(rule["minimumRows"]),
    )


def score_data(model: Source, data: Source, signature: Signature, words: str, tell: Tell) -> Scores:
    """Raises EngineError as `score_in_child` does."""
    progress: Callable[[int, int], None] = now_and_then(lambda n, total: tell(words, n, total))
    return score_in_child(
        model.path,
        model.sha256,
        data.path,
        signature,
        on_progress=progress,
        policy=policy("cpu"),
        data_digest=data.sha256,
    )


def compared(
    tables: tuple[JSON, JSON],
    predictions: tuple[Predictions, Predictions] | None,
    features: tuple[ColumnSpec, ...],
    rule: Mapping[str, str],
) -> DriftResult:
    """Reference against rows; with predictions (scores, decisions) of both, these are compared as well."""
    if predictions is None:
        return compare(*tables, spec_of(rule, features))
    before, after = (
        {**table, SCORE: scores, DECISION: decisions}
        for table, (scores, decisions) in zip(tables, predictions, strict=True)
    )
    return compare(before, after, spec_of(rule, (*features, *PREDICTED)))


def columns_of(result: DriftResult, status: DriftStatus) -> list[ColumnDrift]:
    """In an invalid run no column keeps figures: one bad column voids the comparison."""
    if status != DriftStatus.INVALID:
        return list(result.columns)
    return [voided(column) for column in result.columns]


def voided(column: ColumnDrift) -> ColumnDrift:
    if column.status != DriftStatus.COMPLETED:
        return column
    return ColumnDrift(
        column.column,
        column.kind,
        DriftStatus.INVALID,
        "Not judged: the run is invalid for another reason.",
        column.n_reference,
        column.n_current,
    )


def column(one: ColumnDrift) -> JSON:
    """A column's entry; shares and distances only where it was compared."""
    is_completed = one.status == DriftStatus.COMPLETED
    entry: JSON = {
        **one.as_dict(),
        "role": "prediction" if one.column in _PREDICTED else "feature",
        "status": str(one.status),
        "reason": one.reason[:4000] or None,
        "nReference": one.n_reference,
        "nCurrent": one.n_current,
        "unseen": list(one.unseen),
        "basis": one.basis,
    }
    if not is_completed:
        return entry
    return entry | {
        "missingReference": decimal_string(one.missing_reference),
        "missingCurrent": decimal_string(one.missing_current),
        "outOfRange": decimal_string(one.out_of_range),
        "statisticUpper": optional_decimal(one.statistic_upper),
        "cohensD": optional_decimal(one.cohens_d),
        "wasserstein": optional_decimal(one.wasserstein),
    }
