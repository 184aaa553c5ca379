from __future__ import annotations

ROUTES = {
    ("api-evaluation-plans", "GET"): "read",
    ("api-evaluation-plans", "POST"): "plan.write",
    ("api-evaluation-plan", "GET"): "read",
    ("api-evaluation-plan", "PUT"): "plan.write",
    ("api-evaluation-plan-approval-requests", "POST"): "approval.request",
    ("api-evaluation-plan-withdrawal", "POST"): "plan.write",
    ("api-release-evaluations", "GET"): "read",
    ("api-release-evaluations", "POST"): "evaluation.run",
    ("api-evaluation", "GET"): "read",
}
