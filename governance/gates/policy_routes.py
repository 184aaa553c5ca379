from __future__ import annotations

ROUTES = {
    ("inventory", "GET"): "read",
    ("inventory", "POST"): "person.manage",
    ("release", "GET"): "read",
    ("gate-ask", "POST"): "gate.ask",
    ("approval-ask", "POST"): "approval.request",
    ("gate-decisions", "GET"): "read",
    ("gate-decision", "GET"): "read",
    ("api-gate-decisions", "GET"): "read",
    ("api-gate-decisions", "POST"): "gate.ask",
    ("api-gate-decision", "GET"): "read",
    ("api-rollback", "POST"): "deployment.record",
}
