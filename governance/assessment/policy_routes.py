from __future__ import annotations

ROUTES = {
    ("api-results", "GET"): "read",
}
