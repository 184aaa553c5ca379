from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from governance.audit.queries import log_size
from governance.evidence.forms import KeyForm, RevocationForm
from governance.evidence.holders import holder_of, log_holder, separation
from governance.evidence.logbook import public_key
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.pipeline_keys import (
    PRIVATE,
    REGISTER,
    REVOKE,
    find_key,
    keyid_of_private,
    register_key,
    revoke_key,
    tokens_for_keys,
)
from governance.evidence.querysets import key_of
from governance.evidence.views.log import tabs_of
from governance.identity.errors import Conflict
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest

# In the session: ids of keys whose private half was pasted into the form.
SHOWN = "keys_shown"


def keys(request: SignedInRequest) -> HttpResponse:
    """The keys that signatures are checked with: who answers for each, and from where one counts no more."""
    principal = request.principal
    seen = SigningKey.objects.visible_to(principal).with_index().select_related("person", "unit")
    signed = dict(
        Evidence.objects.visible_to(principal)
        .order_by()
        .values_list("keyid")
        .annotate(number=Count("pk"))
    )
    context = {
        "rows": [row_of(key, signed, principal) for key in seen],
        "log_key": public_key(),
        "log_holder": log_holder(),
        "separation": separation(),
        "may_register": principal.may_somewhere(REGISTER),
        "tabs": tabs_of("keys", principal),
    }
    return render(request, "evidence/keys.html", context)


def row_of(row: Any, signed: dict[str, int], principal: Principal) -> dict[str, Any]:
    key = key_of(row)
    start = key.revoked_from()
    why = [one.get_why_display() for one in row.revocations.all() if one.from_size == start]
    is_live = start is None and not key.has_expired(timezone.now())
    return {
        "key": row,
        "hex": row.keyid.removeprefix("sha256:"),
        "index": row.log_index,
        "from": start,
        "why": why[0] if why else "",
        "expired": key.has_expired(timezone.now()),
        "signed": signed.get(row.keyid, 0),
        "holder": holder_of(row),
        "may_revoke": is_live and row.unit and principal.may(REVOKE, row.unit.path),
    }


def key_register(request: SignedInRequest) -> HttpResponse:
    tokens = tokens_for_keys(request.principal)
    form = KeyForm(request.POST or None, tokens=tokens)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        day = data["expires"]
        expires = datetime.combine(day, time(), tzinfo=UTC) if day else None

        def register() -> object:
            return register_key(
                data["token"],
                data["public"],
                by=request.principal,
                expires=expires,
                shown=request.session.get(SHOWN, ()),
            )

        if done(form, register):
            messages.success(request, "The key is registered. What it signs counts from now on.")
            return redirect("keys")
    if PRIVATE in request.POST.get("public", ""):
        remember_shown(request, request.POST["public"])
        form.data = request.POST.copy()
        form.data["public"] = ""
    return render(
        request,
        "evidence/key_register.html",
        {"form": form, "has_tokens": tokens.exists(), "breadcrumbs": crumbs("Register a key")},
    )


def remember_shown(request: SignedInRequest, private: str) -> None:
    """Keep in the session the id of the key whose private half was pasted, and nothing else of it."""
    keyid = keyid_of_private(private)
    if keyid:
        request.session[SHOWN] = [*request.session.get(SHOWN, ()), keyid]


def key_revoke(request: SignedInRequest, keyid: str) -> HttpResponse:
    key = find_key(keyid, request.principal)
    if key.unit is None:
        raise Conflict(
            "key_of_installation",
            "This key is the installation's own. Its operator ends it with `manage.py rotate_evidence_key`.",
        )
    request.principal.require(REVOKE, key.unit.path)
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def revoke() -> object:
            return revoke_key(key, data["why"], by=request.principal, from_size=data["from_size"])

        if done(form, revoke):
            messages.success(request, "The key is revoked. Results are judged again.")
            return redirect("keys")
    context = {"form": form, "key": key, "size": log_size(), "breadcrumbs": crumbs("Revoke a key")}
    return render(request, "evidence/key_revoke.html", context)


def crumbs(here: str) -> list[tuple[str, str]]:
    return [("Keys", reverse("keys")), (here, "")]
