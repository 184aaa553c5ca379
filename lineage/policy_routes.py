from __future__ import annotations

ROUTES = {
    ("lineage", "GET"): "read",
    ("lineage-csv", "GET"): "read",
    ("lineage-run", "GET"): "read",
    ("lineage-event", "GET"): "read",
    ("api-lineage", "GET"): "read",
    ("api-lineage", "POST"): "lineage.post",
    ("api-lineage-batch", "POST"): "lineage.post",
}
