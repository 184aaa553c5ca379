from __future__ import annotations

from django.urls import path

from monitoring.api import alerts, batches, monitors

urlpatterns = [
    path("systems/<uuid:pk>/batches", batches.SystemBatches.as_view(), name="api-batches"),
    path("batches/<uuid:pk>", batches.BatchDetail.as_view(), name="api-batch"),
    path("batches/<uuid:pk>/labels", batches.BatchLabels.as_view(), name="api-batch-labels"),
    path("systems/<uuid:pk>/monitors", monitors.SystemMonitors.as_view(), name="api-monitors"),
    path("monitors/<uuid:pk>", monitors.MonitorDetail.as_view(), name="api-monitor"),
    path("monitors/<uuid:pk>/state", monitors.MonitorStates.as_view(), name="api-monitor-state"),
    path("monitors/<uuid:pk>/runs", monitors.MonitorRuns.as_view(), name="api-monitor-runs"),
    path("monitor-runs/<uuid:pk>", monitors.MonitorRunDetail.as_view(), name="api-monitor-run"),
    path("systems/<uuid:pk>/alerts", alerts.SystemAlerts.as_view(), name="api-alerts"),
    path("alerts/<uuid:pk>", alerts.AlertDetail.as_view(), name="api-alert"),
    path("alerts/<uuid:pk>/triage", alerts.AlertTriage.as_view(), name="api-alert-triage"),
    path("alerts/<uuid:pk>/close", alerts.AlertClosing.as_view(), name="api-alert-close"),
]
