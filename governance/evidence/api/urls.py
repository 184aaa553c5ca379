from __future__ import annotations

from django.urls import path

from governance.evidence.api import keys, log, views

urlpatterns = [
    path("evidence", views.EvidenceList.as_view(), name="api-evidence-list"),
    path("evidence/<str:pk>", views.EvidenceDetail.as_view(), name="api-evidence"),
    path(
        "evidence/<str:pk>/envelope",
        views.EvidenceEnvelope.as_view(),
        name="api-evidence-envelope",
    ),
    path("keys", keys.Keys.as_view(), name="api-keys"),
    path("keys/<str:keyid>/revoke", keys.KeyRevocations.as_view(), name="api-key-revoke"),
    path("schemas/<str:name>", views.Schemas.as_view(), name="api-schemas"),
    path("log/checkpoint", log.LogCheckpoint.as_view(), name="api-log-checkpoint"),
    path("log/<int:index>", log.LogEntry.as_view(), name="api-log-entry"),
    path("log/<int:index>/proof", log.LogProof.as_view(), name="api-log-proof"),
]
