from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from governance.audit.models import Leaf
from governance.audit.proofs import Check, newest_checkpoint, texts_of
from governance.evidence import reading
from governance.evidence.catalogue import (
    EvidenceFilter,
    attempts_of,
    check_key,
    check_signature,
    filtered_evidence,
    find_evidence,
    revisions_of,
    signed_by_revoked,
)
from governance.evidence.models import Evidence
from governance.evidence.naming import things_named
from governance.evidence.views.log import checks_of, tabs_of
from governance.identity.models import Person
from governance.identity.pages import keyset_page
from governance.identity.sessions import SignedInRequest


def evidence_list(request: SignedInRequest) -> HttpResponse:
    """Signed statements, newest first."""
    form = EvidenceFilter(request.GET)
    form.is_valid()
    rows = filtered_evidence(request.principal, form.cleaned_data)
    page = keyset_page(rows, "number", request.GET.get("cursor", ""))
    context = {
        "filter": form,
        "page": page,
        "revoked": signed_by_revoked(page.rows),
        "tabs": tabs_of("evidence-list", request.principal),
    }
    return render(request, "evidence/evidence_list.html", context)


def evidence(request: SignedInRequest, pk: str) -> HttpResponse:
    """One signed statement: who, what, about which digests, the value, its proof, checked now."""
    found = find_evidence(pk, request.principal)
    predicate = found.predicate
    things = things_named(reading.ids_in(predicate), request.principal)
    context = {
        "evidence": found,
        "predicate": predicate,
        "title": reading.title(predicate, found.get_type_display()),
        "value": reading.measured(predicate),
        "facts": reading.facts(predicate, things),
        "plan": plan_of(predicate, request),
        "invalid": invalid_reason(predicate),
        "subjects": found.statement["subject"],
        "attempts": [attempt(one) for one in attempts_of(found, request.principal)],
        "revisions": revisions_of(found, request.principal),
        "person": responsible(found),
        "successor": successor_of(found, request),
        "statement": json.dumps(found.statement, indent=2, ensure_ascii=False),
        "breadcrumbs": [("Evidence", reverse("evidence-list")), (found.short_id, "")],
        **proof_context(found, request),
    }
    return render(request, "evidence/evidence.html", context)


def attempt(one: Evidence) -> tuple[Evidence, dict[str, Any], dict[str, Any] | None]:
    """A run of a series: the evidence, what is said of the run, its value."""
    predicate = one.predicate
    run = predicate["run"]
    plan = predicate.get("plan") or predicate.get("monitor")
    said = {
        "attempt": run["attempt"],
        "state": run.get("status") or predicate.get("status"),
        "plan": f"revision {plan['revision']}" if plan else "exploratory",
    }
    return one, said, predicate.get("value")


def plan_of(predicate: dict[str, Any], request: SignedInRequest) -> Evidence | None:
    """The signed record of the plan that a measurement names, where it is seen."""
    plan = predicate.get("plan")
    if not plan:
        return None
    seen = Evidence.objects.visible_to(request.principal).of_record(UUID(plan["id"]))
    return seen.filter(revision=plan["revision"]).first()


def invalid_reason(predicate: dict[str, Any]) -> str:
    """Why a run gave no value; empty for one that did."""
    run = predicate.get("run") or {}
    state = run.get("status") or predicate.get("status") or "completed"
    return (
        "" if state == "completed" else f"{state}: {run.get('reason') or predicate.get('reason')}"
    )


def responsible(found: Evidence) -> Person | None:
    """Who answers for the statement: its person, else the person behind its collector."""
    behind = found.predicate["collector"]["person"]
    pk = found.person_id or (UUID(behind) if behind else None)
    return Person.objects.filter(pk=pk).first() if pk else None


def successor_of(found: Evidence, request: SignedInRequest) -> Evidence | None:
    rows = Evidence.objects.visible_to(request.principal)
    return rows.filter(supersedes_id=found.id).order_by("number").first()


def proof_context(found: Evidence, request: SignedInRequest) -> dict[str, Any]:
    """The checks of signature and log, the words beside the entry, and whether the entry may be opened."""
    leaf = Leaf.objects.filter(entry_id=found.entry_id).first()
    checks = check_signature(found)
    if leaf is None:
        return {
            "checks": [*checks, Check(False, "Its entry is not in the log yet.", "Look again.")]
        }
    checkpoint = newest_checkpoint()
    return {
        "checks": [*checks, *check_key(found, leaf.index), *checks_of(leaf, checkpoint)],
        "leaf": leaf,
        "texts": texts_of(leaf),
        "may_read_log": request.principal.may("log.read", leaf.unit_path),
        "is_covered": checkpoint is not None and leaf.index < checkpoint.size,
    }


def evidence_envelope(request: SignedInRequest, pk: str) -> HttpResponse:
    """The signed DSSE envelope as it is stored, as a file."""
    found = find_evidence(pk, request.principal)
    response = HttpResponse(bytes(found.envelope), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.short_id}.dsse.json"'
    return response
