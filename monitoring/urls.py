from __future__ import annotations

from django.urls import path

from monitoring.views import alerts, monitors

urlpatterns = [
    path("monitoring", monitors.monitoring, name="monitoring"),
    path("monitoring/<uuid:pk>", monitors.monitor, name="monitor"),
    path("monitoring/<uuid:pk>/edit", monitors.edit, name="monitor-edit"),
    path("monitoring/<uuid:pk>/run", monitors.run_now, name="monitor-run-now"),
    path("monitoring/<uuid:pk>/become/<slug:state>", monitors.change, name="monitor-change"),
    path("systems/<uuid:pk>/monitors/add", monitors.add, name="monitor-add"),
    path("alerts/<uuid:pk>", alerts.alert, name="alert"),
    path("alerts/<uuid:pk>/<slug:act>", alerts.act, name="alert-act"),
]
