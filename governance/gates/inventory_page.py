"""The page of the inventory's reconciliation: what runs and does not match, and who keeps it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from governance.evidence.models import Evidence
from governance.gates.inventory import inventory_id, name_keeper
from governance.identity.errors import NotFound
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.models import Deployment


class KeeperForm(forms.Form):
    keeper = forms.ModelChoiceField(Person.objects.none(), label="Keeper of the inventory")

    def __init__(self, *args: Any, organisation: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["keeper"]
        assert isinstance(choices, forms.ModelChoiceField)
        people = Person.objects.filter(unit__path__startswith=organisation.path)
        choices.queryset = people.filter(is_active=True)


def organisation_of(principal: Principal) -> Unit:
    """The organisation the principal belongs to; raises NotFound for one who belongs to none."""
    roots = {path.strip("/").split("/")[0] for path in principal.paths}
    found = Unit.objects.filter(pk__in=roots).first()
    if found is None:
        raise NotFound("not_found", "You belong to no organisation here.")
    return found


def inventory(request: HttpRequest) -> HttpResponse:
    principal: Principal = cast(Any, request).principal
    organisation = organisation_of(principal)
    form = KeeperForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        name_keeper(organisation, form.cleaned_data["keeper"], by=principal)
        messages.success(request, "Named and signed. The inventory was reconciled.")
        return redirect("inventory")
    last = Evidence.objects.of_record(inventory_id(organisation)).with_index().first()
    context = {
        "organisation": organisation,
        "last": last,
        "keeper": keeper_of(last),
        "unlisted": unlisted(last),
        "form": form if principal.may("person.manage", organisation.path) else None,
    }
    return render(request, "gates/inventory.html", context)


def keeper_of(last: Evidence | None) -> Person | None:
    if last is None or not last.fields["owner"]:
        return None
    return Person.objects.filter(pk=last.fields["owner"]).first()


def unlisted(last: Evidence | None) -> list[Deployment]:
    ids = last.fields["unlisted"] if last else []
    return list(Deployment.objects.filter(pk__in=ids).select_related("release__system__unit"))
