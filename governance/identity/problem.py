"""Refusals as answers: RFC 9457 problem+json for the API, a plain page for people."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from governance.identity.errors import Busy, DomainError, InvalidInput

R = TypeVar("R", bound=HttpResponseBase)

TITLES = {
    400: "The request cannot be read",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not offered here",
    409: "Not in this state",
    412: "Changed since you read it",
    413: "Too large",
    415: "Other type of content needed",
    422: "Refused",
    428: "Say which version you read",
    429: "Too many requests",
    503: "Busy",
}


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def title_of(error: DomainError) -> str:
    return error.title or TITLES.get(error.status, "Refused")


def problem_body(error: DomainError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:muniment:problem:{error.code}",
        "title": title_of(error),
        "status": error.status,
        "code": error.code,
        "detail": error.sentence,
    }
    if error.pointer:
        body["pointer"] = error.pointer
    body |= error.members
    if isinstance(error, InvalidInput) and error.problems:
        body["errors"] = error.problems
    return body


def render_problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    response: HttpResponse
    if is_api(request):
        response = JsonResponse(
            problem_body(error), status=error.status, content_type="application/problem+json"
        )
    else:
        context = {"title": title_of(error), "error": error}
        response = render(request, "refusal.html", context, status=error.status)
    if isinstance(error, Busy):
        response["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="muniment"'
    return bearing(response, error)


def bearing(response: R, error: DomainError) -> R:
    """The answer with the refusal that it tells of, for `refusal_in`."""
    cast(Any, response).refusal = error
    return response


def refusal_in(response: HttpResponseBase) -> DomainError | None:
    return getattr(response, "refusal", None)
