"""Drift of what a model says: its scores and its decisions."""

from __future__ import annotations

from typing import Any

from monitoring.statistics.spec import DriftSpec

SCORE = "prediction score"
DECISION = "prediction decision"


def prediction_table(scores: Any, decisions: Any) -> dict[str, Any]:
    """Scores and decisions of shape (n,) as a table that `compare` and `profile_columns` take."""
    return {SCORE: scores, DECISION: decisions}


def prediction_spec(**rule: float) -> DriftSpec:
    """The spec that goes with `prediction_table`; `rule` takes the thresholds of DriftSpec."""
    return DriftSpec.of(numeric=(SCORE,), categorical=(DECISION,), **rule)
