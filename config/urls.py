from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config.components.theme import set_theme
from config.pages import account, home
from governance.audit.queries import log_size


def health(request: HttpRequest) -> JsonResponse:
    """Answers 200 while the web process and the database answer."""
    return JsonResponse({"status": "ok", "logSize": log_size()})


api: list[URLPattern | URLResolver] = [
    path("", include("governance.registry.api.urls")),
    path("", include("governance.work.api.urls")),
    path("", include("governance.evidence.api.urls")),
    path("", include("governance.assessment.api.urls")),
    path("", include("governance.gates.api.urls")),
    path("", include("lineage.api.urls")),
    path("", include("monitoring.api.urls")),
    path("openapi.json", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]

pages: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("notices", home.notices, name="notices"),
    path("first-run", account.first_run, name="first-run"),
    path("sign-in", account.SignIn.as_view(), name="sign-in"),
    path("sign-out", account.sign_out, name="logout"),
    path("theme", set_theme, name="theme"),
    path("health", health, name="health"),
    path("", include("governance.identity.urls")),
    path("", include("governance.work.urls")),
    path("", include("governance.evidence.urls")),
    path("", include("governance.registry.urls")),
    path("", include("governance.assessment.urls")),
    path("", include("risk.urls")),
    path("", include("lineage.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *pages,
    path("api/v1/", include(api)),
]
