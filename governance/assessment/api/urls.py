from __future__ import annotations

from django.urls import path

from governance.assessment.api import views

urlpatterns = [
    path("systems/<uuid:pk>/results", views.SystemResults.as_view(), name="api-results"),
]
