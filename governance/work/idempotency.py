"""Idempotency-Key for REST views: the same request again gets the first answer; another body is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.errors import DomainError, InvalidInput
from governance.identity.principal import Principal
from governance.work.models import IdempotencyKey

KEY_LIMIT = 100
View = Callable[..., Response]


def request_digest(request: Request) -> str:
    """Of the parsed body: its bytes are gone where a session's CSRF check has read it first."""
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(
        f"{request.method} {request.get_full_path()}\n{body}".encode()
    ).hexdigest()


def once(view: View) -> View:
    """Decorate a REST method: run it in one transaction and remember its answer under the header's key."""

    @wraps(view)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(self, request, *args, **kwargs)
        if len(key) > KEY_LIMIT:
            raise InvalidInput("idempotency_key", f"Send a key of at most {KEY_LIMIT} characters.")
        digest = request_digest(request)
        try:
            with transaction.atomic():
                return remember(view, self, request, key, digest, args, kwargs)
        except IntegrityError:
            known = stored(request, key)
            if known is None:
                raise
            return replay(known, digest)

    return cast(View, wrapped)


def stored(request: Request, key: str) -> IdempotencyKey | None:
    principal = cast(Principal, request.auth)
    return IdempotencyKey.objects.filter(account_id=principal.account_id, key=key).first()


def replay(known: IdempotencyKey, digest: str) -> Response:
    if known.request_digest != digest:
        raise DomainError(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Send a new key.",
        )
    response = Response(known.response, status=known.status)
    response["Idempotency-Replayed"] = "true"
    return response


def remember(
    view: View,
    self: Any,
    request: Request,
    key: str,
    digest: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Response:
    known = stored(request, key)
    if known is not None:
        return replay(known, digest)
    response = view(self, request, *args, **kwargs)
    principal = cast(Principal, request.auth)
    IdempotencyKey.objects.create(
        account_id=principal.account_id,
        key=key,
        request_digest=digest,
        status=response.status_code,
        response=response.data,
    )
    return response
