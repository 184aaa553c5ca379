from __future__ import annotations

from django.urls import path

from reports import views

urlpatterns = [
    path("reports", views.reports, name="reports"),
    path("reports/ask", views.ask, name="report-ask"),
    path("reports/schedule", views.schedule, name="report-schedule"),
    path("reports/schedules/<uuid:pk>/end", views.end_schedule, name="report-schedule-end"),
    path("reports/<uuid:pk>", views.report, name="report"),
    path("reports/<uuid:pk>/progress", views.progress, name="report-progress"),
    path("reports/<uuid:pk>/pdf", views.pdf, name="report-pdf"),
    path("reports/<uuid:pk>/download", views.download, name="report-download"),
    path("reports/<uuid:pk>/proof", views.proof, name="report-proof"),
    path("reports/<uuid:pk>/content", views.content, name="report-content"),
    path("charts/<uuid:pk>.svg", views.chart, name="chart"),
    path("charts/<uuid:pk>/place", views.chart_place, name="chart-place"),
]
