from __future__ import annotations

ROUTES = {
    ("reports", "GET"): "read",
    ("report-ask", "GET"): "report.request",
    ("report-ask", "POST"): "report.request",
    ("report-schedule", "GET"): "report.schedule",
    ("report-schedule", "POST"): "report.schedule",
    ("report-schedule-end", "POST"): "report.schedule",
    ("report", "GET"): "read",
    ("report-progress", "GET"): "read",
    ("report-pdf", "GET"): "read",
    ("report-download", "GET"): "read",
    ("report-content", "GET"): "read",
    ("report-proof", "GET"): "read",
    ("chart", "GET"): "read",
    ("chart-place", "GET"): "read",
}
