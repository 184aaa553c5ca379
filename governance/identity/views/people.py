from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.identity import actions
from governance.identity.choices import Role
from governance.identity.directory import (
    find_colleague,
    find_grant,
    people_seen,
    units_for,
    units_table,
    words_of_query,
)
from governance.identity.errors import DomainError, Forbidden
from governance.identity.forms import AccountForm, GrantForm, PersonForm, UnitForm
from governance.identity.leaving import deactivate_person
from governance.identity.models import Person
from governance.identity.pages import done, numbered_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest

MANAGE = "person.manage"


def tabs_of(current: str, principal: Principal) -> list[dict[str, Any]]:
    pages = [("people", "People"), ("units", "Units"), ("tokens", "Tokens")]
    if principal.may_somewhere("job.redrive"):
        pages.append(("jobs", "Jobs"))
    if principal.may_somewhere("words.erase"):
        pages.append(("words", "Words"))
    return [
        {"label": label, "url": reverse(name), "current": name == current} for name, label in pages
    ]


def people(request: SignedInRequest) -> HttpResponse:
    """People of the organisation with the roles they hold."""
    query = words_of_query(request.GET)
    page = numbered_page(people_seen(request.principal, query), request.GET.get("cursor", ""))
    context = {
        "page": page,
        "query": query,
        "tabs": tabs_of("people", request.principal),
        "may_manage": request.principal.may_somewhere(MANAGE),
    }
    return render(request, "identity/people.html", context)


def person_add(request: SignedInRequest) -> HttpResponse:
    """Somebody new, with a first account; roles are granted on the person's page."""
    units = units_for(request.principal, MANAGE).exclude(kind="system")
    form = PersonForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        made: list[Person] = []
        if done(form, lambda: made.append(create(form, request))):
            messages.success(request, "They can sign in. Now grant a role.")
            return redirect("person", made[0].pk)
    return render(request, "identity/person_add.html", {"form": form})


def create(form: PersonForm, request: SignedInRequest) -> Person:
    account = actions.create_person(**form.cleaned_data, by=request.principal)
    return account.responsible


def person(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return person_page(request, find_colleague(pk, request.principal))


def person_page(
    request: SignedInRequest,
    found: Person,
    grant_form: GrantForm | None = None,
    account_form: AccountForm | None = None,
) -> HttpResponse:
    principal = request.principal
    may_manage = principal.may(MANAGE, found.unit.path)
    context = {
        "shown": found,
        "grants": found.live_grants,  # type: ignore[attr-defined]
        "accounts": found.accounts.all() if may_manage else [],
        "may_manage": may_manage,
        "is_own": found.pk == principal.person_id,
        "manageable": principal.paths_for(MANAGE),
        "grant_form": grant_form or GrantForm(units=units_for(principal, MANAGE)),
        "roles": [(role.label, role.sentence) for role in Role if role != Role.CI],
        "account_form": account_form or AccountForm(),
        "breadcrumbs": [("People", reverse("people")), (found.name, "")],
    }
    return render(request, "identity/person.html", context)


def role_grant(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_colleague(pk, request.principal)
    form = GrantForm(request.POST, units=units_for(request.principal, MANAGE))
    if form.is_valid() and done(form, lambda: grant(found, form, request)):
        messages.success(request, "The role is granted.")
        return redirect("person", pk)
    return person_page(request, found, grant_form=form)


def grant(found: Person, form: GrantForm, request: SignedInRequest) -> None:
    data = form.cleaned_data
    last = data["ends_on"]
    ends_at = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC) if last else None
    actions.grant_role(found, data["role"], data["unit"], by=request.principal, ends_at=ends_at)


def role_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_grant(pk, request.principal)
    try:
        actions.end_grant(found, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{found.person} is no longer {found.get_role_display()} there.")
    return redirect("person", found.person_id)


def account_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A second way to sign in: rules about people go by the person, so it changes nothing else."""
    found = find_colleague(pk, request.principal)
    form = AccountForm(request.POST)
    by = request.principal
    if form.is_valid() and done(
        form, lambda: actions.add_account(found, **form.cleaned_data, by=by)
    ):
        messages.success(request, "The account is there. Its acts are this person's acts.")
        return redirect("person", pk)
    return person_page(request, found, account_form=form)


def person_deactivate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_colleague(pk, request.principal)
    try:
        deactivate_person(found, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, f"{found} is deactivated: no account and no token works any more."
        )
    return redirect("person", pk)


def units(request: SignedInRequest) -> HttpResponse:
    """The organisation's tree above its AI systems, and a form for a new unit."""
    context = {
        "units": units_table(request.principal, request.GET),
        "tabs": tabs_of("units", request.principal),
        "may_manage": request.principal.may_somewhere(MANAGE),
    }
    return render(request, "identity/units.html", context)


def unit_add(request: SignedInRequest) -> HttpResponse:
    above = units_for(request.principal, MANAGE).exclude(kind="system")
    form = UnitForm(request.POST or None, units=above)
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, request.principal
        if done(form, lambda: actions.create_unit(data["unit"], data["name"], by=by)):
            messages.success(request, "The unit is there.")
            return redirect("units")
    return render(request, "identity/unit_add.html", {"form": form})
