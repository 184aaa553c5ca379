from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from governance.evidence.revising import revises
from governance.identity.errors import InvalidInput, NotFound
from governance.identity.models import Person
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.registry import actions
from governance.registry.finders import find_system
from governance.registry.forms import EditForm, ImportForm, PeopleForm, RegisterForm, TierForm
from governance.registry.importing import ImportRow, import_systems, preview
from governance.registry.listing import system_rows
from governance.registry.models import AISystem
from governance.registry.pages import SYSTEM_TABS, in_order


def principal_of(request: HttpRequest) -> Principal:
    return cast(Any, request).principal  # type: ignore[no-any-return]


def systems(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    context = {
        **system_rows(request, principal),
        "may_register": principal.may_somewhere("system.register"),
        "may_import": principal.may_somewhere("system.import"),
    }
    return render(request, "registry/systems.html", context)


def register(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    form = RegisterForm(request.POST or None, principal=principal)
    if request.method == "POST" and form.is_valid():
        made: list[AISystem] = []
        if done(form, lambda: made.append(registered(form, principal))):
            messages.success(request, "Registered. A compliance officer now confirms the tier.")
            return redirect(made[0])
    return render(request, "registry/register.html", {"form": form})


def registered(form: RegisterForm, by: Principal) -> AISystem:
    data = form.cleaned_data
    return actions.register_system(
        data["unit"],
        data["name"],
        role=data["role"],
        tier=data["tier"],
        tier_reason=data["tier_reason"],
        profile=form.profile(),
        owner=Person.objects.get(pk=by.person_id),
        by=by,
    )


def import_page(request: HttpRequest) -> HttpResponse:
    """Preview the rows with their problems; a second, explicit step imports all or none."""
    principal = principal_of(request)
    form = ImportForm(request.POST or None, request.FILES or None, principal=principal)
    rows: list[ImportRow] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            if "import" in request.POST:
                made = import_systems(data, form.cleaned_data["unit"], by=principal)
                messages.success(request, f"{len(made)} AI systems were imported.")
                return redirect("systems")
            rows = preview(data, form.cleaned_data["unit"], by=principal)
        except InvalidInput as error:
            form.add_error("file", error.sentence)
            for problem in error.problems[:20]:
                form.add_error("file", f"{problem['pointer'][6:]}: {problem['detail']}")
    context = {"form": form, "rows": rows, "faulty": sum(bool(row.problems) for row in rows)}
    return render(request, "registry/import.html", context)


def system(request: HttpRequest, pk: UUID) -> HttpResponse:
    return system_tab(request, pk, "overview")


def system_tab(request: HttpRequest, pk: UUID, tab: str) -> HttpResponse:
    """A tab of the system page; what stands in it comes from the room that registered it."""
    principal = principal_of(request)
    found = find_system(pk, principal)
    chosen = SYSTEM_TABS.get(tab)
    if chosen is None:
        raise NotFound("not_found", "The system page has no such part.")
    context = {
        "system": found,
        "principal": principal,
        "tabs": tabs_of(found, tab),
        "body": chosen.template,
        "breadcrumbs": [
            ("AI systems", "/systems"),
            (str(found.unit.parent), ""),
            (found.unit.name, ""),
        ],
        **chosen.build(found, principal),
    }
    return render(request, "registry/system.html", context)


def tabs_of(found: AISystem, current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": tab.label,
            "url": f"{found.get_absolute_url()}/{tab.slug}",
            "current": tab.slug == current,
        }
        for tab in in_order(SYSTEM_TABS)
    ]


def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_system(pk, principal)
    principal.require("system.edit", found.unit.path)
    initial = {**found.profile, "review_due_on": found.review_due_on}
    form = revises(EditForm(request.POST or None, initial=initial), found.pk)
    if request.method == "POST" and form.is_valid():
        profile, due = form.profile(), form.cleaned_data["review_due_on"]
        if done(
            form,
            lambda: actions.edit_system(found, profile=profile, review_due_on=due, by=principal),
        ):
            messages.success(request, "Saved as a new signed revision.")
            return redirect(found)
    return render(request, "registry/edit.html", {"form": form, "system": found})


def tier(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_system(pk, principal)
    principal.require("system.confirm_tier", found.unit.path)
    form = TierForm(request.POST or None, initial={"tier": found.tier})
    if request.method == "POST" and form.is_valid():
        chosen, reason = form.cleaned_data["tier"], form.cleaned_data["reason"]
        if done(form, lambda: actions.confirm_tier(found, chosen, reason, by=principal)):
            messages.success(request, "The tier is confirmed.")
            return redirect(found)
    return render(request, "registry/tier.html", {"form": form, "system": found})


def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_system(pk, principal)
    principal.require("system.confirm_tier", found.unit.path)
    initial = {"validator": found.validator, "executive": found.executive}
    form = PeopleForm(request.POST or None, system=found, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: actions.assign_people(found, **form.cleaned_data, by=principal))
    ):
        return redirect(found)
    return render(request, "registry/people.html", {"form": form, "system": found})
