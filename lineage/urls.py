from __future__ import annotations

from django.urls import path

from lineage import views

urlpatterns = [
    path("lineage", views.lineage, name="lineage"),
    path("lineage.csv", views.lineage_csv, name="lineage-csv"),
    path("lineage/runs/<uuid:pk>", views.run, name="lineage-run"),
    path("lineage/events/<int:pk>", views.event, name="lineage-event"),
]
