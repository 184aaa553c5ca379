from __future__ import annotations

ROUTES = {
    ("api-systems", "GET"): "read",
    ("api-systems", "POST"): "system.register",
    ("api-system", "GET"): "read",
    ("api-models", "GET"): "read",
    ("api-models", "POST"): "model.register",
    ("api-datasets", "GET"): "read",
    ("api-datasets", "POST"): "dataset.register",
    ("api-releases", "GET"): "read",
    ("api-releases", "POST"): "release.create",
    ("api-deployments", "GET"): "read",
    ("api-deployments", "POST"): "deployment.record",
    ("api-rollback", "POST"): "deployment.record",
    ("api-release", "GET"): "read",
    ("api-uploads", "POST"): "artefact.upload",
    ("api-upload", "GET"): "read",
}
