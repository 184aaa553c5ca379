from __future__ import annotations

from django.urls import path

from lineage.api import views

urlpatterns = [
    path("lineage", views.Lineage.as_view(), name="api-lineage"),
    path("lineage/batch", views.LineageBatch.as_view(), name="api-lineage-batch"),
]
