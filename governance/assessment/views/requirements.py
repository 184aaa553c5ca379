from __future__ import annotations

from collections import Counter
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.actions import documents, statements
from governance.assessment.criteria import current_entries, entry_of, outcomes
from governance.assessment.forms import (
    AssignForm,
    ConclusionForm,
    ReasonForm,
    StatementForm,
    roles_held,
)
from governance.assessment.models import Assignment, Result, ResultChange
from governance.assessment.naming import with_names
from governance.assessment.places import places_of
from governance.assessment.posture import STATES, Row, posture, state_of
from governance.assessment.results import focus_release
from governance.evidence.models import Evidence
from governance.evidence.scope import Scope, unit_scope
from governance.identity.errors import DomainError, Forbidden, NotFound
from governance.identity.models import Unit
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.registry.finders import find_person, find_release_of, find_system
from governance.registry.models import AISystem, Deployment, Release

STATEMENT_ROLES = {"officer", "owner", "executive"}
FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")
CONCLUSION_ROLES = {"officer", "validator"}


def principal_of(request: HttpRequest) -> Principal:
    return cast(Any, request).principal  # type: ignore[no-any-return]


def slug(requirement: str) -> str:
    return requirement.replace(" ", "-")


def unslug(text: str) -> str:
    return text.replace("-", " ")


def requirements(request: HttpRequest) -> HttpResponse:
    """The framework: each outcome, who answers for it, and how it stands at everything the person sees."""
    principal = principal_of(request)
    query = request.GET.get("q", "").strip().lower()[:60]
    function = request.GET.get("function", "")
    tally: dict[str, Counter[str]] = {}
    counted = Result.objects.visible_to(principal).order_by()
    for outcome, applicability, determination, number in counted.values_list(
        "requirement", "applicability", "determination"
    ).annotate(Count("pk")):
        state = state_of({"applicability": applicability, "determination": determination})
        tally.setdefault(outcome, Counter())[state] += number
    nodes = outcomes()
    rows = [
        {
            "id": name,
            "url": reverse("requirement", args=[slug(name)]),
            "title": nodes[name]["title"],
            "scope": entry["scope"],
            **{state.replace("-", "_"): tally.get(name, Counter())[state] for state in STATES},
        }
        for name, entry in current_entries().items()
        if (not function or name.startswith(function))
        and (not query or query in f"{name} {nodes[name]['title']}".lower())
    ]
    context = {
        "rows": rows,
        "query": request.GET.get("q", ""),
        "function": function,
        "functions": FUNCTIONS,
    }
    return render(request, "assessment/requirements.html", context)


def requirement(request: HttpRequest, name: str) -> HttpResponse:
    """One outcome: what it asks, how it is judged, and its result at each target the person sees."""
    principal = principal_of(request)
    entry = entry_of(unslug(name))
    rows = Result.objects.visible_to(principal).filter(requirement=entry["id"])
    context = {
        "entry": entry,
        "node": outcomes()[entry["id"]],
        "results": places_of(rows.select_related("unit").order_by("unit__path", "target_id")),
    }
    return render(request, "assessment/requirement.html", context)


def why(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Why a requirement holds or does not at a system: down to element, evidence, threshold, freshness."""
    principal = principal_of(request)
    system = find_system(pk, principal)
    entry = entry_of(unslug(name))
    release = chosen_release(request, system)
    row = row_at(system, entry["id"], release)
    context = {
        "system": system,
        "release": release if row.scope == "release" else None,
        "others": system.releases.exclude(pk=release.pk) if release else (),
        "query": f"?release={release.pk}" if "release" in request.GET and release else "",
        "entry": entry,
        "node": outcomes()[entry["id"]],
        "row": row,
        "body": with_names(row.body),
        "slug": name,
        "cited": cited(row),
        "words": words_of(row, system.unit),
        "changes": changes(row),
        "assignment": Assignment.objects.filter(
            unit_id__in=system.unit.path_ids, requirement=entry["id"]
        ).last(),
        "breadcrumbs": [
            ("AI systems", "/systems"),
            (str(system), system.get_absolute_url()),
            ("Requirements", reverse("system-tab", args=[system.pk, "requirements"])),
            (entry["id"], ""),
        ],
        "may": {
            "assign": principal.may("requirement.assign", system.unit.path),
            "tailor": principal.may("requirement.tailor", system.unit.path),
            "state": bool(roles_held(principal, system.unit.path, STATEMENT_ROLES)),
            "conclude": bool(roles_held(principal, system.unit.path, CONCLUSION_ROLES)),
        },
    }
    return render(request, "assessment/why.html", context)


def chosen_release(request: HttpRequest, system: AISystem) -> Release | None:
    """The release that `?release=` names, else the one people look at."""
    asked = request.GET.get("release", "")
    if not asked:
        return focus_release(system)
    return find_release_of(system, asked, principal_of(request))


def row_at(system: AISystem, requirement: str, release: Release | None) -> Row:
    rows = posture(system, release.pk if release else None)
    return next(row for row in rows if row.requirement == requirement)


def evidence_ids(node: dict[str, Any]) -> list[str]:
    found = list(node.get("evidence") or [])
    for part in node.get("elements") or []:
        found += evidence_ids(part)
    return list(dict.fromkeys(found))


def cited(row: Row) -> list[Evidence]:
    if row.body is None:
        return []
    ids = evidence_ids(row.body["why"])
    return list(Evidence.objects.filter(id__in=ids).with_index().order_by("-number"))


def words_of(row: Row, unit: Unit) -> list[Evidence]:
    """Statements and conclusions people made about this requirement here."""
    said = Evidence.objects.filter(unit_id__in=unit.path_ids).filter(
        type__in=["management-statement", "conclusion"],
        statement__predicate__about__requirement=row.requirement,
    )
    return list(said.order_by("-number")[:20])


def changes(row: Row) -> list[dict[str, Any]]:
    if row.target_id is None:
        return []
    rows = ResultChange.objects.filter(target_id=row.target_id, requirement=row.requirement)
    return [
        {
            "at": change.at,
            "words": f"Turned to {change.after}"
            if change.before
            else f"First judged: {change.after}",
            "note": f"log {change.log_size}",
        }
        for change in rows[:30]
    ]


def scope_for(system: AISystem, row: Row) -> tuple[Scope, str, set[UUID]]:
    """The scope a word about this requirement belongs to, the digest it is about, and who is barred."""
    if row.scope == "release" and row.target_id:
        release = Release.objects.select_related("system__unit").get(pk=row.target_id)
        return release.scope, release.digest, release.authors
    if row.scope == "deployment" and row.target_id:
        deployment = Deployment.objects.select_related("release__system__unit").get(
            pk=row.target_id
        )
        return deployment.scope, deployment.release.digest, deployment.release.authors
    if row.provider is not None:
        return unit_scope(row.provider), "", set()
    return system.scope, "", set()


def speak(request: HttpRequest, pk: UUID, name: str, act: str) -> HttpResponse:
    """A person's word about a requirement: a statement, a conclusion, or that it does not apply."""
    if act not in WORDS:
        raise NotFound("not_found", f"Choose from: {', '.join(WORDS)}.")
    principal = principal_of(request)
    system = find_system(pk, principal)
    entry = entry_of(unslug(name))
    release = chosen_release(request, system)
    row = row_at(system, entry["id"], release)
    form = form_for(act, request, principal, system.unit)
    back = reverse("why", args=[system.pk, name])
    if "release" in request.GET and release:
        back += f"?release={release.pk}"
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: WORDS[act](system, row, form.cleaned_data, principal))
    ):
        messages.success(request, "Recorded and signed. The result follows within seconds.")
        return redirect(back)
    context = {
        "form": form,
        "system": system,
        "release": release if row.scope == "release" else None,
        "row": row,
        "back": back,
        "act": act,
    }
    return render(request, "assessment/speak.html", context)


def form_for(act: str, request: HttpRequest, principal: Principal, unit: Unit) -> Any:
    data, path = request.POST or None, unit.path
    if act == "statement":
        return StatementForm(data, roles=roles_held(principal, path, STATEMENT_ROLES))
    if act == "conclusion":
        return ConclusionForm(data, roles=roles_held(principal, path, CONCLUSION_ROLES))
    return ReasonForm(data)


def say_statement(system: AISystem, row: Row, data: dict[str, Any], by: Principal) -> None:
    scope, digest, _ = scope_for(system, row)
    statements.make_statement(
        scope,
        row.requirement,
        met=data["met"] == "yes",
        role=data["role"],
        text=data["text"],
        by=by,
        target_digest=digest,
    )


def say_conclusion(system: AISystem, row: Row, data: dict[str, Any], by: Principal) -> None:
    scope, digest, authors = scope_for(system, row)
    statements.conclude(
        scope,
        row.requirement,
        data["verdict"],
        data["reason"],
        role=data["role"],
        by=by,
        target_digest=digest,
        authors=sorted(authors),
        basis=evidence_ids(row.body["why"]) if row.body else (),
    )


def say_not_applicable(system: AISystem, row: Row, data: dict[str, Any], by: Principal) -> None:
    unit = row.provider or system.unit
    documents.record_not_applicable(unit, row.requirement, data["reason"], by=by)


WORDS = {
    "statement": say_statement,
    "conclusion": say_conclusion,
    "not-applicable": say_not_applicable,
}


def chosen_requirements(request: HttpRequest, system: AISystem) -> list[str]:
    """Those ticked; with the button "all", every one that the tab shows under its filter."""
    if "all" not in request.POST:
        return request.POST.getlist("chosen")
    state = request.POST["all"]
    return [row.requirement for row in posture(system) if not state or row.state == state]


def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bulk: name one owner and a due date for the chosen requirements."""
    principal = principal_of(request)
    system = find_system(pk, principal)
    form = AssignForm(request.POST, unit=system.unit)
    back = reverse("system-tab", args=[system.pk, "requirements"])
    if not form.is_valid():
        messages.error(request, "Choose an owner, and a due date as a date.")
        return redirect(back)
    try:
        number = statements.assign(
            system.unit,
            chosen_requirements(request, system),
            find_person(form.cleaned_data["person"].pk, principal),
            form.cleaned_data["due_on"],
            by=principal,
        )
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{number} requirements assigned.")
    return redirect(back)
