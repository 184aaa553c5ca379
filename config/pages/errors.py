"""What is answered where no view did: problem+json below /api/, a plain page elsewhere."""

from __future__ import annotations

import logging
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from governance.identity.errors import DomainError, Forbidden, InvalidInput, NotFound
from governance.identity.problem import is_api, problem_body, render_problem

log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return render_problem(request, InvalidInput("bad_request", "This request cannot be read."))
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return render_problem(request, Forbidden("not_allowed", "This is not allowed."))
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        sentence = "There is no such address. The document at /api/v1/openapi.json lists them."
        return render_problem(request, NotFound("not_found", sentence))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: its reference stands in the answer and in the log. Asks no database: it may be down."""
    reference = getattr(request, "request_id", "") or uuid.uuid4().hex[:12]
    log.error("Reference %s: %s %s broke", reference, request.method, request.path)
    if is_api(request):
        fault = DomainError("internal", f"The fault is ours. Tell us the reference {reference}.")
        fault.status = 500
        body = problem_body(fault) | {"title": "Something went wrong here", "reference": reference}
        return JsonResponse(body, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)
