from __future__ import annotations

ROUTES = {
    ("risks", "GET"): "read",
    ("risk", "GET"): "read",
    ("risk-write", "GET"): "risk.write",
    ("risk-write", "POST"): "risk.write",
    ("risk-edit", "GET"): "risk.write",
    ("risk-edit", "POST"): "risk.write",
    ("risk-treat", "GET"): "risk.write",
    ("risk-treat", "POST"): "risk.write",
    ("risk-accept", "GET"): "risk.write",
    ("risk-accept", "POST"): "risk.write",
    ("risk-watch", "GET"): "risk.write",
    ("risk-watch", "POST"): "risk.write",
    ("risk-review", "POST"): "risk.write",
    ("risk-withdraw", "POST"): "risk.accept",
    ("risk-unwatch", "POST"): "risk.write",
}
