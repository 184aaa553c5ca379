"""The words beside the log: what an administrator may erase, and the legal holds that forbid it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.audit.models import Leaf, LegalHold
from governance.evidence.words import (
    ACT,
    REASON_LIMIT,
    erase_words,
    holds_in_force,
    leaves_of,
    lift_hold,
    place_hold,
    root_of,
)
from governance.identity.directory import people_seen
from governance.identity.errors import DomainError, Forbidden, InvalidInput, NotFound
from governance.identity.models import Person, Unit
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest

ERASE, HOLD = "erase", "hold"


class WordsForm(forms.Form):
    verb = forms.ChoiceField(
        choices=[(ERASE, "Erase the words"), (HOLD, "Place a legal hold")], widget=forms.HiddenInput
    )
    person = forms.ModelChoiceField(
        Person.objects.none(), label="Of a person", required=False, empty_label="Nobody"
    )
    entry = forms.IntegerField(
        label="Of one entry", required=False, min_value=0, help_text="Its number in the audit log."
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people_seen(principal)


def organisation_of(principal: Principal) -> Unit:
    return Unit.objects.get(path=root_of(principal.paths_for(ACT)[0]))


def words(request: SignedInRequest) -> HttpResponse:
    """Erase words, or place a hold; the holds in force."""
    unit = organisation_of(request.principal)
    verb = HOLD if request.POST.get("verb") == HOLD else ERASE
    shown = {name: form_of(name, request, posted=name == verb) for name in (ERASE, HOLD)}
    form = shown[verb]
    if request.method == "POST" and form.is_valid():
        said: list[str] = []
        if done(form, lambda: said.append(act(form.cleaned_data, unit, request.principal))):
            messages.success(request, said[0])
            return redirect("words")
    context = {
        "erase": shown[ERASE],
        "hold": shown[HOLD],
        "holds": [(hold, of_words(hold)) for hold in holds_in_force(unit.path)],
        "days": settings.LOG_RETENTION_DAYS,
        "breadcrumbs": [("People", reverse("people")), ("Words beside the log", "")],
    }
    return render(request, "evidence/words.html", context)


def form_of(verb: str, request: SignedInRequest, *, posted: bool) -> WordsForm:
    """The form of one verb; both stand on the page, so that each has ids of its own."""
    return WordsForm(
        request.POST or None if posted else None,
        principal=request.principal,
        initial={"verb": verb},
        auto_id=f"{verb}_%s",
    )


def act(data: dict[str, Any], unit: Unit, by: Principal) -> str:
    """Do what the form says; returns what was done."""
    person, leaf = data["person"], find_leaf(data["entry"], unit)
    if (person is None) == (leaf is None):
        raise InvalidInput("one_of_two", "Name a person or the number of an entry, not both.")
    if data["verb"] == HOLD:
        entry_id = leaf.entry_id if leaf else None
        place_hold(unit, data["reason"], by=by, person=person, entry_id=entry_id)
        return "The legal hold is in force."
    leaves = [leaf] if leaf else list(leaves_of(person))
    number = erase_words(leaves, unit, data["reason"], by=by)
    entries = "1 entry" if number == 1 else f"{number:,} entries"
    return f"The words of {entries} are erased."


def find_leaf(index: int | None, unit: Unit) -> Leaf | None:
    if index is None:
        return None
    found = Leaf.objects.filter(index=index, unit_path__startswith=unit.path).first()
    if found is None:
        raise InvalidInput("no_entry", f"Your organisation has no entry {index}.", "/entry")
    return found


def of_words(hold: LegalHold) -> str:
    if hold.person_id:
        return str(Person.objects.get(pk=hold.person_id))
    leaf = Leaf.objects.filter(entry_id=hold.entry_id).first() if hold.entry_id else None
    return f"Entry {leaf.index:,}" if leaf else "Everybody"


def hold_lift(request: SignedInRequest, pk: UUID) -> HttpResponse:
    unit = organisation_of(request.principal)
    hold = holds_in_force(unit.path).filter(pk=pk).first()
    if hold is None:
        raise NotFound("not_found", "There is no such legal hold in force.")
    try:
        lift_hold(hold, unit, request.POST.get("reason", ""), by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, "The legal hold is lifted.")
    return redirect("words")
