"""Middleware: no request with a NUL character goes further, no private answer is kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.cache import patch_cache_control

from governance.identity.errors import InvalidInput
from governance.identity.problem import is_api, render_problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]
NUL = "\0"


class NulMiddleware:
    """PostgreSQL keeps no NUL in a text: one in the address, a cookie or a form is refused at the door."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            NUL in request.path_info
            or has_nul(request.GET)
            or any(NUL in value for value in request.COOKIES.values())
        ):
            return refuse(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        # The API reads its bodies itself, and refuses what it cannot keep.
        if request.method == "POST" and not is_api(request) and has_nul(request.POST):
            return refuse(request)
        return None


def has_nul(values: QueryDict) -> bool:
    return any(NUL in text for name, texts in values.lists() for text in (name, *texts))


def refuse(request: HttpRequest) -> HttpResponseBase:
    sentence = "The address, a cookie or a field holds a NUL character. Remove it and send again."
    return render_problem(request, InvalidInput("nul_character", sentence))


class PrivateMiddleware:
    """What a signed-in person or a token is shown stays out of every cache, unless a view says otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        principal = getattr(cast(Any, request), "principal", None)
        if principal is not None and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response
