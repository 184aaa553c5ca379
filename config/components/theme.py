"""Light, dark or as the device: kept in a cookie so that the server writes it and no script is needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "theme"
THEMES = ("light", "dark")
ONE_YEAR_SECONDS = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """The chosen theme; empty where the device decides."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


def way_back(request: HttpRequest) -> str:
    """The posted path where it is one of ours and printable, else the home page."""
    back = request.POST.get("next", "/")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(back, hosts, request.is_secure())
    return back if is_ours and back.startswith("/") and back.isprintable() else "/"


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the posted theme and go back to the page it came from."""
    response = HttpResponseRedirect(way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        response.delete_cookie(COOKIE, samesite="Lax")
        return response
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response
