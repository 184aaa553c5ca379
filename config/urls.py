from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

api = [
    path("", include("governance.registry.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api)),
]
