from __future__ import annotations

from django.urls import path

from packages import views

urlpatterns = [
    path("packages", views.packages, name="packages"),
    path("packages/ask", views.ask, name="package-ask"),
    path("packages/<uuid:pk>", views.package, name="package"),
    path("packages/<uuid:pk>/progress", views.progress, name="package-progress"),
    path("packages/<uuid:pk>/download", views.download, name="package-download"),
]
