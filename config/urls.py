from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

api = [
    path("", include("governance.registry.api.urls")),
    path("", include("governance.work.api.urls")),
    path("", include("governance.evidence.api.urls")),
    path("", include("governance.assessment.api.urls")),
    path("", include("governance.gates.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api)),
]
