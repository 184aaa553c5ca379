from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.components.theme import set_theme
from config.pages import account, home
from config.pages.search import search
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
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]

pages: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("notices", home.notices, name="notices"),
    path("first-run", account.first_run, name="first-run"),
    path("sign-in", account.SignIn.as_view(), name="sign-in"),
    path("sign-out", account.sign_out, name="logout"),
    path("theme", set_theme, name="theme"),
    path("search", search, name="search"),
    path("health", health, name="health"),
    path("", include("governance.identity.urls")),
    path("", include("governance.work.urls")),
    path("", include("governance.evidence.urls")),
    path("", include("monitoring.urls")),
    path("", include("governance.assessment.urls")),
    path("", include("governance.gates.urls")),
    path("", include("risk.urls")),
    path("", include("reports.urls")),
    path("", include("packages.urls")),
    path("", include("lineage.urls")),
    # Last: its tabs answer any word below a system that no other room has claimed.
    path("", include("governance.registry.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *pages,
    path("api/v1/", include(api)),
]

if settings.GALLERY:
    urlpatterns.append(path("gallery/", include("config.gallery.urls")))

handler400 = "config.pages.errors.bad_request"
handler403 = "config.pages.errors.forbidden"
handler404 = "config.pages.errors.not_found"
handler500 = "config.pages.errors.server_error"
