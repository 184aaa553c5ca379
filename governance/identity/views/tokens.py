from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from governance.identity import actions
from governance.identity.choices import UnitKind
from governance.identity.directory import find_token, tokens_seen, units_for
from governance.identity.errors import DomainError, Forbidden
from governance.identity.forms import TokenForm
from governance.identity.models import Token
from governance.identity.pages import done, numbered_page
from governance.identity.sessions import SignedInRequest
from governance.identity.views.people import tabs_of

SYSTEMS_FIRST = Case(When(kind=UnitKind.SYSTEM, then=0), default=1)


def tokens(request: SignedInRequest) -> HttpResponse:
    """Keys of pipelines: where each works, what it may do, who answers for it, until when."""
    principal = request.principal
    page = numbered_page(tokens_seen(principal), request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [(token, principal.may("token.revoke", token.unit.path)) for token in page.rows],
        "tabs": tabs_of("tokens", principal),
        "may_create": principal.may_somewhere("token.create"),
    }
    return render(request, "identity/tokens.html", context)


@never_cache
def token_create(request: SignedInRequest) -> HttpResponse:
    """The answer to the POST shows the text, once; nothing keeps it, so there is no redirect to it."""
    form = TokenForm(
        request.POST or None,
        units=units_for(request.principal, "token.create").order_by(SYSTEMS_FIRST, "name"),
    )
    if request.method == "POST" and form.is_valid():
        made: list[tuple[Token, str]] = []
        if done(form, lambda: made.append(create(form, request))):
            token, text = made[0]
            context = {"token": token, "text": text, "breadcrumbs": [("Tokens", "/tokens")]}
            return render(request, "identity/token_made.html", context, status=201)
    return render(request, "identity/token_create.html", {"form": form})


def create(form: TokenForm, request: SignedInRequest) -> tuple[Token, str]:
    return actions.create_token(**form.cleaned_data, by=request.principal)


def token_revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_token(pk, request.principal)
    try:
        actions.revoke_token(found, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{found.name} is revoked. Its next request is refused.")
    return redirect("tokens")
