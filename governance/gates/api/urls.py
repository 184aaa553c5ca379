from __future__ import annotations

from django.urls import path

from governance.gates.api import views

urlpatterns = [
    path(
        "gates/<slug:environment>/decisions",
        views.GateDecisions.as_view(),
        name="api-gate-decisions",
    ),
    path("systems/<uuid:pk>/rollback", views.Rollback.as_view(), name="api-rollback"),
    path("gate-decisions/<uuid:pk>", views.GateDecisionDetail.as_view(), name="api-gate-decision"),
]
