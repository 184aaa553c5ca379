from __future__ import annotations

ROUTES = {
    ("home", "GET"): "public",
    ("first-run", "GET"): "public",
    ("first-run", "POST"): "public",
    ("sign-in", "GET"): "public",
    ("sign-in", "POST"): "public",
    ("logout", "POST"): "signed-in",
    ("theme", "POST"): "public",
    ("notices", "GET"): "signed-in",
    ("notices", "POST"): "signed-in",
    ("health", "GET"): "public",
    ("api-schema", "GET"): "public",
    ("api-docs", "GET"): "public",
}
