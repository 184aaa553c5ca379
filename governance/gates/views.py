from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.choices import Outcome
from governance.assessment.findings_tab import exception_rows, opinions_about
from governance.assessment.models import Approval, ApprovalRequest, ExceptionGrant, Finding
from governance.assessment.rules.words import plain
from governance.assessment.views.findings import shown
from governance.evidence.models import Evidence
from governance.gates import actions
from governance.gates.explanation import groups
from governance.gates.models import GateDecision, Verdict
from governance.gates.tables import DecisionFilter, filtered_decisions
from governance.identity.choices import Role
from governance.identity.errors import Busy, DomainError, Forbidden
from governance.identity.pages import done, numbered_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.choices import Environment
from governance.registry.finders import find, find_release
from governance.registry.models import Deployment, Release
from governance.registry.pages import RELEASE_CARDS, in_order

SHOWN = 20


class ApprovalForm(forms.Form):
    environment = forms.ChoiceField(
        label="For", choices=Environment.choices, initial=Environment.PRODUCTION
    )
    reason = forms.CharField(
        label="What the executive should know",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def release(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return release_page(request, find_release(pk, request.principal))


def release_page(
    request: SignedInRequest, found: Release, approval_form: ApprovalForm | None = None
) -> HttpResponse:
    """A release: what exactly it is, what is said of it, what the gate decided."""
    principal, path = request.principal, found.system.unit.path
    about = Evidence.objects.visible_to(principal).filter(subjects__contains=[found.digest])
    context = {
        "release": found,
        "versions": found.model_versions.select_related("model", "registered_by"),
        "decision_facts": manifest_facts(found),
        "cards": [
            (card.template, card.column, card.build(found, principal))
            for card in in_order(RELEASE_CARDS)
        ],
        "decisions": decision_rows(found),
        "asked": ApprovalRequest.objects.filter(
            subject_kind="release", subject_id=found.pk
        ).prefetch_related("answers__person")[:SHOWN],
        "answers": answers_of(found),
        "opinions": opinions_about(about),
        "findings": findings_of(found),
        "exceptions": exception_rows(
            list(ExceptionGrant.objects.filter(release=found).select_related("release"))
        ),
        "deployments": Deployment.objects.filter(release=found),
        "environments": Environment.choices,
        "approval_form": approval_form or ApprovalForm(),
        "may_ask_gate": principal.may("gate.ask", path),
        "may_ask_approval": principal.may("approval.request", path),
        "may_raise": principal.may("finding.raise", path),
        "may_ask_exception": principal.may("exception.request", path),
        "may_judge": principal.may("opinion.give", path),
        "breadcrumbs": [
            ("AI systems", reverse("systems")),
            (str(found.system), found.system.get_absolute_url()),
            ("Releases", reverse("system-tab", args=[found.system_id, "releases"])),
            (str(found.number), ""),
        ],
    }
    return render(request, "gates/release.html", context)


def manifest_facts(found: Release) -> list[tuple[str, str]]:
    """What the manifest fixes beside the models."""
    manifest = found.manifest
    cut_offs = words_of(manifest["decision"])
    return [
        ("Decision", cut_offs or "as the model gives it"),
        ("Preprocessing", words_of(manifest["preprocessing"])),
        ("Image", words_of(manifest["image"]) or "not named"),
        ("Limitations", words_of(manifest["limitations"]) or "none named"),
    ]


def words_of(part: Any) -> str:
    if isinstance(part, dict):
        return ", ".join(f"{plain(name)} {value}" for name, value in part.items())
    return str(part)


def answers_of(found: Release) -> list[tuple[Approval, Outcome]]:
    rows = Approval.objects.filter(
        request__subject_kind="release",
        request__subject_id=found.pk,
        request__subject_digest=found.digest,
    )
    return [(one, Outcome(one.outcome)) for one in rows.select_related("request", "person")[:SHOWN]]


def findings_of(found: Release) -> list[dict[str, Any]]:
    """Findings on this release, and those on the system as a whole."""
    on_it = Finding.objects.filter(system=found.system, release__in=[found])
    on_all = Finding.objects.filter(system=found.system, release=None)
    rows = (on_it | on_all).select_related("system__unit", "owner").prefetch_related("actions")
    return [shown(one) for one in rows[:SHOWN]]


def decision_rows(found: Release) -> list[dict[str, Any]]:
    rows = GateDecision.objects.filter(release=found).select_related("asked_by")[:SHOWN]
    return [
        {
            "at": row.decided_at,
            "words": f"Gate {row.environment}",
            "url": row.get_absolute_url(),
            "tone": Verdict(row.verdict).tone,
            "state": Verdict(row.verdict).label.lower(),
            "note": f"log {row.log_size:,}",
            "who": str(row.asked_by),
        }
        for row in rows
    ]


def gate_ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask the gate and show the receipt."""
    found = find_release(pk, request.principal)
    environment = request.POST.get("environment", "")[:40]
    try:
        decision = actions.ask_gate(found, environment, by=request.principal)
    except Busy as error:
        messages.warning(request, error.sentence)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        return redirect(decision)
    return redirect(found)


def approval_ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put the release before the accountable executive; its authors are barred."""
    found, by = find_release(pk, request.principal), request.principal
    form = ApprovalForm(request.POST)
    if form.is_valid() and done(form, lambda: ask_executive(found, form, by)):
        messages.success(request, "Asked. The accountable executive is told here and by e-mail.")
        return redirect(found)
    return release_page(request, found, approval_form=form)


def ask_executive(found: Release, form: ApprovalForm, by: Principal) -> None:
    data = form.cleaned_data
    actions.request_release_approval(
        found, data["environment"], Role.EXECUTIVE, by=by, reason=data["reason"]
    )


def gate_decisions(request: SignedInRequest) -> HttpResponse:
    """What the gates decided, newest first."""
    rows = filtered_decisions(request.principal, request.GET)
    page = numbered_page(rows, request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [(row, Verdict(row.verdict)) for row in page.rows],
        "filter": DecisionFilter(request.GET),
    }
    return render(request, "gates/decisions.html", context)


def gate_decision(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A receipt: the verdict, every reason with its evidence, and what to do."""
    related = ("release__system__unit", "policy", "asked_by", "system__unit")
    found = find(GateDecision.objects.select_related(*related), pk, request.principal)
    context = {
        "decision": found,
        "verdict": Verdict(found.verdict),
        "groups": groups(found),
        "evidence": Evidence.objects.with_index().get(id=found.evidence_id),
        "breadcrumbs": [
            ("Gate decisions", reverse("gate-decisions")),
            (str(found.release), found.release.get_absolute_url()),
            (found.environment, ""),
        ],
    }
    return render(request, "gates/decision.html", context)
