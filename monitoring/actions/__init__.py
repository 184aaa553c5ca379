"""The verbs of evaluation and monitoring, one noun a file."""

from __future__ import annotations

from monitoring.actions.alerts import close_alert, triage_alert
from monitoring.actions.batches import deliver_batch, deliver_labels
from monitoring.actions.evaluations import start_evaluation
from monitoring.actions.monitors import (
    change_monitor,
    revise_monitor,
    run_monitor_now,
    set_up_monitor,
)
from monitoring.actions.plans import (
    request_plan_approval,
    revise_plan,
    withdraw_plan,
    write_plan,
)

__all__ = [
    "change_monitor",
    "close_alert",
    "deliver_batch",
    "deliver_labels",
    "request_plan_approval",
    "revise_monitor",
    "revise_plan",
    "run_monitor_now",
    "set_up_monitor",
    "start_evaluation",
    "triage_alert",
    "withdraw_plan",
    "write_plan",
]
