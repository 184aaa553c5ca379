from __future__ import annotations

ROUTES = {
    ("api-gate-decisions", "GET"): "read",
    ("api-gate-decisions", "POST"): "gate.ask",
    ("api-gate-decision", "GET"): "read",
}
