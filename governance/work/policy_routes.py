from __future__ import annotations

ROUTES = {
    ("api-job", "GET"): "read",
}
