"""The gallery and the addresses that its shell looks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from config.components.theme import set_theme


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.path)


urlpatterns = [
    path("gallery/", include("config.gallery.urls")),
    path("theme/", set_theme, name="theme"),
    path("search/", echo, name="search"),
    path("sign-out/", echo, name="logout"),
    path("evidence/<uuid:id>/", echo, name="evidence"),
    path("", echo, name="home"),
]
