from __future__ import annotations

from monitoring.models.evaluations import EvaluationRun
from monitoring.models.plans import EvaluationPlan

__all__ = ["EvaluationPlan", "EvaluationRun"]
