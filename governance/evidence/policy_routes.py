from __future__ import annotations

ROUTES = {
    ("api-evidence-list", "GET"): "read",
    ("api-evidence", "GET"): "read",
    ("api-evidence-envelope", "GET"): "read",
}
