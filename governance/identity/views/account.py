from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render

from governance.identity import passwords, tries
from governance.identity.directory import tokens_seen
from governance.identity.errors import DomainError
from governance.identity.forms import PasswordForm
from governance.identity.models import Account, RoleGrant
from governance.identity.pages import done
from governance.identity.sessions import SignedInRequest


def change(own: Account, form: PasswordForm, request: SignedInRequest) -> None:
    """Guesses of the present password are counted as those of the sign-in page are."""
    key, data = tries.Key("password", str(own.pk)), form.cleaned_data
    tries.count(key)
    try:
        passwords.change_password(own, data["present"], data["new"], by=request.principal)
    except DomainError as error:
        if error.code != "password_wrong":
            tries.clear(key)
        raise
    tries.clear(key)


def account(request: SignedInRequest) -> HttpResponse:
    """One's own account: who answers for it, roles and where they hold, password, sign-out."""
    own = Account.objects.select_related("person__unit").get(pk=request.principal.account_id)
    form = PasswordForm(request.POST or None, own=own)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and done(form, lambda: change(own, form, request)):
        update_session_auth_hash(request, own)
        messages.success(
            request, "The password is changed. Your other sessions have ended, this one stays."
        )
        return redirect("account")
    context = {
        "own": own,
        "form": form,
        "grants": RoleGrant.objects.live().filter(person=own.person).select_related("unit"),
        "accounts": Account.objects.filter(person=own.person),
        "tokens": tokens_seen(request.principal).filter(created_by=own.person),
    }
    return render(request, "identity/account.html", context)
