"""A requirement at the organisation or a unit that answers for it: why, and the words said about it there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.actions import documents, statements
from governance.assessment.criteria import entry_of, outcomes
from governance.assessment.forms import roles_held
from governance.assessment.models import Assignment
from governance.assessment.naming import with_names
from governance.assessment.posture import Row, row_at_unit
from governance.assessment.topics import Topic, topics_for
from governance.assessment.views.requirements import (
    CONCLUSION_ROLES,
    STATEMENT_ROLES,
    changes,
    cited,
    evidence_ids,
    form_for,
    unslug,
    words_of,
)
from governance.evidence.scope import unit_scope
from governance.identity.errors import NotFound
from governance.identity.models import Unit
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.finders import find_unit


def unit_why(request: SignedInRequest, pk: UUID, name: str) -> HttpResponse:
    """Why a requirement holds or does not at the organisation or unit that answers for it."""
    unit, entry = find_unit(pk, request.principal), entry_of(unslug(name))
    row = row_answered(unit, entry)
    context = {
        "unit": unit,
        "entry": entry,
        "node": outcomes()[entry["id"]],
        "row": row,
        "body": with_names(row.body),
        "slug": name,
        "cited": cited(row),
        "words": words_of(row, unit),
        "changes": changes(row),
        "assignment": Assignment.objects.filter(unit=unit, requirement=entry["id"]).last(),
        "breadcrumbs": trail(entry["id"], name, str(unit)),
        "may": acts(request.principal, unit),
        "topics": topics_answering(unit, entry["id"]),
    }
    return render(request, "assessment/unit_why.html", context)


def row_answered(unit: Unit, entry: dict[str, Any]) -> Row:
    if unit.kind != entry["scope"]:
        raise NotFound(
            "not_answered_here", f"{entry['id']} is answered by: {entry['scope']}, not by {unit}."
        )
    return row_at_unit(unit, entry)


def trail(requirement: str, name: str, place: str) -> list[tuple[str, str]]:
    return [
        ("Requirements", reverse("requirements")),
        (requirement, reverse("requirement", args=[name])),
        (place, ""),
    ]


def acts(principal: Principal, unit: Unit) -> dict[str, bool]:
    return {
        "tailor": principal.may("requirement.tailor", unit.path),
        "state": bool(roles_held(principal, unit.path, STATEMENT_ROLES)),
        "conclude": bool(roles_held(principal, unit.path, CONCLUSION_ROLES)),
        "attach": principal.may("document.attach", unit.path),
    }


def topics_answering(unit: Unit, requirement: str) -> list[Topic]:
    """Topics of documents that this requirement looks for and the unit can answer."""
    return [topic for topic in topics_for(unit) if requirement in topic.requirements]


def unit_speak(request: SignedInRequest, pk: UUID, name: str, act: str) -> HttpResponse:
    """A person's word about a requirement at the organisation or unit."""
    if act not in WORDS:
        raise NotFound("not_found", f"Choose from: {', '.join(WORDS)}.")
    unit, entry = find_unit(pk, request.principal), entry_of(unslug(name))
    row = row_answered(unit, entry)
    form = form_for(act, request, request.principal, unit)
    back = reverse("unit-why", args=[unit.pk, name])
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: WORDS[act](unit, row, form.cleaned_data, request.principal))
    ):
        messages.success(request, "Recorded and signed. The result follows within seconds.")
        return redirect(back)
    context = {"form": form, "system": unit, "row": row, "back": back, "act": act}
    return render(request, "assessment/speak.html", context)


def say_statement(unit: Unit, row: Row, data: dict[str, Any], by: Principal) -> object:
    return statements.make_statement(
        unit_scope(unit),
        row.requirement,
        met=data["met"] == "yes",
        role=data["role"],
        text=data["text"],
        by=by,
    )


def say_conclusion(unit: Unit, row: Row, data: dict[str, Any], by: Principal) -> object:
    return statements.conclude(
        unit_scope(unit),
        row.requirement,
        data["verdict"],
        data["reason"],
        role=data["role"],
        by=by,
        basis=evidence_ids(row.body["why"]) if row.body else (),
    )


def say_not_applicable(unit: Unit, row: Row, data: dict[str, Any], by: Principal) -> object:
    return documents.record_not_applicable(unit, row.requirement, data["reason"], by=by)


WORDS = {
    "statement": say_statement,
    "conclusion": say_conclusion,
    "not-applicable": say_not_applicable,
}
