"""What every REST view shares: the principal, problem+json answers, cursor pages."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from governance.audit.closing import LogClosed
from governance.identity.cursors import StrictCursors
from governance.identity.errors import Busy, Closed, DomainError, InvalidInput, NotFound
from governance.identity.principal import Principal
from governance.identity.problem import bearing, problem_body

PROBLEM = "application/problem+json"


class View(APIView):
    """A REST view of a signed-in principal. Its action was checked against the policy table already."""

    def principal(self, request: Request) -> Principal:
        return cast(Principal, request.auth)


class Pages(StrictCursors):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-created_at"


def body_of(serializer: Serializer[Any]) -> dict[str, Any]:
    """The checked body; raises InvalidInput listing every field's problem."""
    if serializer.is_valid():
        return dict(serializer.validated_data)
    raise invalid(serializer.errors)


def no_body(request: Request) -> None:
    """Raises InvalidInput where an endpoint that takes no body was sent one."""
    if isinstance(request.data, dict) and not request.data:
        return
    raise InvalidInput("no_body", "This address takes no body. Send none, or {}.")


def invalid(errors: Any) -> InvalidInput:
    problems = [
        {"pointer": pointer, "detail": sentence} for pointer, sentence in flatten(errors, "")
    ]
    first = problems[0] if problems else {"pointer": "", "detail": "The body cannot be read."}
    return InvalidInput(
        "invalid_body", f"{first['pointer'] or 'Body'}: {first['detail']}", problems=problems
    )


def flatten(errors: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(errors, dict):
        pairs = [flatten(value, f"{pointer}/{name}") for name, value in errors.items()]
    elif isinstance(errors, list):
        pairs = [
            flatten(value, pointer if isinstance(value, str) else f"{pointer}/{n}")
            for n, value in enumerate(errors)
        ]
    else:
        return [(pointer.replace("/non_field_errors", ""), str(errors))]
    return [pair for group in pairs for pair in group]


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal is problem+json (RFC 9457)."""
    found = as_domain_error(error)
    if found is None:
        return None
    response = Response(problem_body(found), status=found.status, content_type=PROBLEM)
    if isinstance(found, Busy):
        response["Retry-After"] = str(found.retry_after)
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return bearing(response, found)


def as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, LogClosed):
        return Closed(error.code, error.sentence)
    if isinstance(error, Http404):
        return NotFound("not_found", "Nothing here that you can see has this id.")
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, exceptions.APIException):
        refused = DomainError(str(error.default_code), str(error.detail))
        refused.status = error.status_code
        return refused
    return None
