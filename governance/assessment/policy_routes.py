from __future__ import annotations

ROUTES = {
    ("api-results", "GET"): "read",
    ("requirements", "GET"): "read",
    ("requirement", "GET"): "read",
    ("why", "GET"): "read",
    ("speak", "GET"): "statement.make",
    ("speak", "POST"): "statement.make",
    ("assign", "POST"): "requirement.assign",
    ("approvals", "GET"): "read",
    ("approval", "GET"): "read",
    ("approval", "POST"): "approval.decide",
}
