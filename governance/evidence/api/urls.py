from __future__ import annotations

from django.urls import path

from governance.evidence.api import views

urlpatterns = [
    path("evidence", views.EvidenceList.as_view(), name="api-evidence-list"),
    path("evidence/<uuid:pk>", views.EvidenceDetail.as_view(), name="api-evidence"),
    path(
        "evidence/<uuid:pk>/envelope",
        views.EvidenceEnvelope.as_view(),
        name="api-evidence-envelope",
    ),
]
