from __future__ import annotations

from django.urls import path

from monitoring.views import alerts, evaluations, monitors

urlpatterns = [
    path("monitoring", monitors.monitoring, name="monitoring"),
    path("monitoring/<uuid:pk>", monitors.monitor, name="monitor"),
    path("monitoring/<uuid:pk>/edit", monitors.edit, name="monitor-edit"),
    path("monitoring/<uuid:pk>/run", monitors.run_now, name="monitor-run-now"),
    path("monitoring/<uuid:pk>/become/<slug:state>", monitors.change, name="monitor-change"),
    path("systems/<uuid:pk>/monitors/add", monitors.add, name="monitor-add"),
    path("evaluations/<uuid:pk>", evaluations.evaluation, name="evaluation"),
    path("evaluation-plans/<uuid:pk>", evaluations.plan, name="evaluation-plan"),
    path("evaluation-plans/<uuid:pk>/<slug:act>", evaluations.act, name="evaluation-plan-act"),
    path("systems/<uuid:pk>/plans/write", evaluations.write, name="evaluation-plan-write"),
    path("alerts/<uuid:pk>", alerts.alert, name="alert"),
    path("alerts/<uuid:pk>/<slug:act>", alerts.act, name="alert-act"),
]
