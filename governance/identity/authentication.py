"""Tokens: `mnm_<prefix>_<secret>`; only a hash of the secret is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, cast

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from governance.identity.errors import Unauthenticated
from governance.identity.models import Account, RoleGrant, Token
from governance.identity.policy import roles_for
from governance.identity.principal import Principal, principal_of_token

SCHEME = "Bearer "
MAX_HEADER = 200


def new_secret() -> tuple[str, str, str]:
    """A fresh (prefix, secret hash, whole token text); the text is shown once."""
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    return prefix, hash_secret(secret), f"mnm_{prefix}_{secret}"


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def principal_from_bearer(header: str) -> Principal:
    """The principal of an Authorization header; raises Unauthenticated."""
    parts = header[len(SCHEME) :].split("_", 2) if header.startswith(SCHEME) else []
    if len(header) > MAX_HEADER or len(parts) != 3 or parts[0] != "mnm":
        raise Unauthenticated(
            "token_malformed", "The header must read 'Authorization: Bearer mnm_...'."
        )
    token = Token.objects.select_related("account__sponsor", "unit").filter(prefix=parts[1]).first()
    if token is None or not hmac.compare_digest(token.secret_sha256, hash_secret(parts[2])):
        raise Unauthenticated("token_unknown", "This token is not known here. Ask for a new one.")
    if not token.is_live or not token.account.is_active:
        raise Unauthenticated(
            "token_ended", "This token has expired or was revoked. Ask its sponsor for a new one."
        )
    refuse_without_sponsor(token)
    return principal_of_token(token)


def refuse_without_sponsor(token: Token) -> None:
    """A token reaches no further than the person who answers for it: there, and with a role that may."""
    sponsor = token.account.responsible
    held = RoleGrant.objects.live().filter(person=sponsor, role__in=roles_for("token.create"))
    places = held.values_list("unit__path", flat=True)
    if not sponsor.is_active or not any(token.unit.path.startswith(path) for path in places):
        raise Unauthenticated(
            "token_sponsor",
            "Who answers for this token may not create one here any more. Ask the system's owner for a new one.",
        )


class PrincipalAuthentication(BaseAuthentication):
    """Hands the middleware's principal to REST views; a signed-in session must pass CSRF."""

    def authenticate(self, request: Request) -> tuple[Account, Principal] | None:
        inner = cast(Any, request._request)
        principal: Principal | None = inner.principal
        if principal is None:
            return None
        if principal.token_id is None:
            # Of the inner request: asked for its form, the outer one would use up any body.
            SessionAuthentication().enforce_csrf(inner)
        return Account.objects.get(pk=principal.account_id), principal

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="muniment"'
