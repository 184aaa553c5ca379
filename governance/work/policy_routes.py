from __future__ import annotations

ROUTES = {
    ("api-job", "GET"): "read",
    ("comment", "POST"): "comment.write",
    ("jobs", "GET"): "job.redrive",
    ("job-redrive", "POST"): "job.redrive",
}
