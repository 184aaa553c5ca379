from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from governance.gates.loading import load_all
from governance.identity import actions, tries
from governance.identity.errors import DomainError, NotFound
from governance.identity.models import Unit
from governance.identity.principal import principal_of


class SignIn(LoginView):
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Wrong passwords are counted before they are looked at; the right one clears its name's count."""
        name, address = request.POST.get("username", ""), tries.address_key(request)
        tries.check(address)
        wait = tries.count(tries.login_key(name))
        response = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            tries.clear(tries.login_key(name))
        else:
            tries.record_wait(name, address, {"login": wait, "address": tries.count(address)})
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_accounts=demo_accounts(), **kwargs)


def demo_accounts() -> list[dict[str, str]]:
    """The demonstration's cast, shown on its sign-in page only."""
    path = Path(settings.MUNIMENT_HOME) / "demo-accounts.tsv"
    if not settings.DEMO or not path.exists():
        return []
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [{"role": row[0], "login": row[1], "password": row[2]} for row in rows]


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


class FirstRunForm(forms.Form):
    token = forms.CharField(
        label="One-time token", help_text="Printed where Muniment was started.", max_length=100
    )
    organisation = forms.CharField(label="Name of the organisation", max_length=200)
    admin_name = forms.CharField(label="Your name", max_length=200)
    admin_email = forms.EmailField(label="Your e-mail", help_text="You sign in with it.")
    admin_password = forms.CharField(
        label="Your password", help_text="At least 12 characters.", widget=forms.PasswordInput
    )
    officer_name = forms.CharField(label="Name of the first compliance officer", max_length=200)
    officer_email = forms.EmailField(label="E-mail of the compliance officer")
    officer_password = forms.CharField(
        label="First password of the compliance officer",
        help_text="They set one of their own before they decide anything.",
        widget=forms.PasswordInput,
    )


def token_path() -> Path:
    return Path(settings.MUNIMENT_HOME) / "first-run.sha256"


def new_first_run_token() -> str:
    """A fresh one-time token; only its hash is kept."""
    token = secrets.token_urlsafe(24)
    token_path().write_text(hashlib.sha256(token.encode()).hexdigest(), encoding="ascii")
    token_path().chmod(0o600)
    return token


def is_token(text: str) -> bool:
    if not token_path().exists():
        return False
    known = token_path().read_text(encoding="ascii")
    return hmac.compare_digest(known, hashlib.sha256(text.encode()).hexdigest())


def first_run(request: HttpRequest) -> HttpResponse:
    """Found the organisation: only while there is none, and only with the one-time token."""
    if Unit.objects.exists():
        raise NotFound("set_up_already", "This installation is set up. Sign in.")
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not is_token(form.cleaned_data["token"]):
            form.add_error("token", "This is not the token that was printed last.")
        elif found(request, form):
            return redirect("home")
    return render(request, "registration/first_run.html", {"form": form})


def found(request: HttpRequest, form: FirstRunForm) -> bool:
    data = form.cleaned_data
    try:
        load_all()
        admin = actions.create_organisation(
            data["organisation"], data["admin_name"], data["admin_email"], data["admin_password"]
        )
        by, unit = principal_of(admin), admin.responsible.unit
        officer = actions.create_person(
            unit, data["officer_name"], data["officer_email"], data["officer_password"], by=by
        )
        actions.grant_role(officer.responsible, "officer", unit, by=by)
    except DomainError as error:
        form.add_error(None, error.sentence)
        return False
    token_path().unlink(missing_ok=True)
    login(request, admin)
    return True
