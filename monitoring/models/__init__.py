from __future__ import annotations

from monitoring.models.alerts import Alert
from monitoring.models.batches import Batch
from monitoring.models.evaluations import EvaluationRun
from monitoring.models.monitors import Monitor, MonitorRun
from monitoring.models.plans import EvaluationPlan

__all__ = ["Alert", "Batch", "EvaluationPlan", "EvaluationRun", "Monitor", "MonitorRun"]
