"""Middleware: who is acting, and whether the policy table has a row for what they ask."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from governance.audit.actions import REQUEST_ID
from governance.audit.closing import LogClosed
from governance.identity.authentication import principal_from_bearer
from governance.identity.errors import Closed, DomainError, Forbidden, Unauthenticated
from governance.identity.models import Account
from governance.identity.policy import ACTIONS, PUBLIC, SIGNED_IN, Routes, load_routes
from governance.identity.principal import Principal, principal_of, role_words
from governance.identity.problem import is_api, refusal_in, render_problem
from governance.identity.refusals import TooManyRefusals, log_refused_act

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SignedInRequest(HttpRequest):
    """A request past the policy check: `principal` is there."""

    principal: Principal
    request_id: str


@cache
def routes() -> Routes:
    return load_routes()


@cache
def methods_of(view_name: str) -> tuple[str, ...]:
    return tuple(sorted(method for name, method in routes() if name == view_name))


def find_principal(request: HttpRequest) -> Principal | None:
    header = request.headers.get("Authorization", "")
    if header:
        return principal_from_bearer(header) if is_api(request) else None
    account = request.user
    return principal_of(account) if isinstance(account, Account) else None


class PrincipalMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed = cast(Any, request)
        signed.request_id = uuid.uuid4().hex[:12]
        signed.principal = None
        try:
            signed.principal = find_principal(request)
        except DomainError as error:
            return render_problem(request, error)
        asked = REQUEST_ID.set(signed.request_id)
        try:
            response = entered(request, self.get_response(request))
        finally:
            REQUEST_ID.reset(asked)
        response["X-Request-Id"] = signed.request_id
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else str(request.method)
        action = routes().get((name, method))
        if action is None:
            return method_refused(request, name)
        if action == PUBLIC:
            return None
        principal = cast(Any, request).principal
        if principal is None:
            return ask_to_sign_in(request)
        if action != SIGNED_IN and not principal.may_somewhere(action):
            # Django gives what is raised here to no process_exception: answer at once.
            return render_problem(request, refusal_of(action))
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if isinstance(exception, LogClosed):
            exception = Closed(exception.code, exception.sentence)
        if isinstance(exception, DomainError):
            return render_problem(request, exception)
        return None


def entered(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer, once the log says that it refused an act; or the refusal to go on trying."""
    refusal, principal = refusal_in(response), cast(Any, request).principal
    if principal is None or not isinstance(refusal, Forbidden):
        return response
    try:
        log_refused_act(request, refusal, routes(), principal)
    except TooManyRefusals as error:
        return render_problem(request, error)
    except LogClosed:
        return response
    return response


def refusal_of(action: str) -> Forbidden:
    return Forbidden(
        "not_allowed",
        f"{ACTIONS[action].sentence} needs the role {role_words(action)}. "
        "An administrator of your organisation can grant it.",
    )


def method_refused(request: HttpRequest, name: str) -> HttpResponseBase:
    response = HttpResponse(status=405)
    allowed = ", ".join(methods_of(name)) or "nothing"
    error = DomainError("method_not_allowed", f"This address answers {allowed}.")
    error.status = 405
    response = render_problem(request, error)
    response["Allow"] = allowed
    return response


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if is_api(request):
        return render_problem(
            request,
            Unauthenticated(
                "sign_in_needed",
                "Send a token in the header 'Authorization: Bearer mnm_...', or sign in.",
            ),
        )
    return redirect_to_login(request.get_full_path())
