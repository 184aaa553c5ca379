"""The verbs of evaluation and monitoring, one noun a file."""

from __future__ import annotations

from monitoring.actions.evaluations import start_evaluation
from monitoring.actions.plans import (
    request_plan_approval,
    revise_plan,
    withdraw_plan,
    write_plan,
)

__all__ = [
    "request_plan_approval",
    "revise_plan",
    "start_evaluation",
    "withdraw_plan",
    "write_plan",
]
