from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.choices import RequestState
from governance.assessment.models import ApprovalRequest
from governance.evidence.models import Evidence
from governance.identity.errors import DomainError, Forbidden, NotFound
from governance.identity.pages import done
from governance.identity.sessions import SignedInRequest
from governance.registry.finders import find_system
from monitoring import actions
from monitoring.actions.plans import PlanText
from monitoring.api.finders import find_evaluation, find_plan
from monitoring.choices import PlanState
from monitoring.evaluated import criteria_rows, criteria_under, figures
from monitoring.models import EvaluationPlan
from monitoring.planning import PlanForm


def evaluation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One attempt: every figure with its interval, what the plan asked, groups, who was left out."""
    found = find_evaluation(pk, request.principal)
    system = found.release.system
    context = {
        "run": found,
        "system": system,
        "state": found.shown_state,
        "figures": figures(found),
        "asked": len(criteria_under(found)),
        "progress": found.progress,
        "breadcrumbs": crumbs(system, f"Attempt {found.attempt}"),
    }
    return render(request, "monitoring/evaluation.html", context)


def plan(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What a plan asks, who decided about it, and the runs under it."""
    found = find_plan(pk, request.principal)
    path = found.system.unit.path
    asked = ApprovalRequest.objects.filter(subject_id=found.pk).prefetch_related("answers__person")
    is_asked = any(one.state == RequestState.OPEN for one in asked)
    is_draft, is_approved = found.state == PlanState.DRAFT, found.state == PlanState.APPROVED
    context = {
        "plan": found,
        "system": found.system,
        "state": PlanState(found.state),
        "criteria": criteria_rows(found),
        "requests": asked,
        "runs": found.runs.select_related("release__system__unit", "job"),
        "revisions": Evidence.objects.of_record(found.pk),
        "may_ask": is_draft and not is_asked and request.principal.may("approval.request", path),
        "may_run": is_approved and request.principal.may("evaluation.run", path),
        "may_withdraw": found.state != PlanState.WITHDRAWN
        and request.principal.may("plan.write", path),
        "breadcrumbs": crumbs(found.system, found.title),
    }
    return render(request, "monitoring/plan.html", context)


def act(request: SignedInRequest, pk: UUID, act: str) -> HttpResponse:
    """Ask for approval, run, or withdraw."""
    found = find_plan(pk, request.principal)
    if act not in ACTS:
        raise NotFound("not_found", "A plan can be asked about, run and withdrawn.")
    try:
        words = ACTS[act](found, request)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, words)
    return redirect(found)


def ask(plan: EvaluationPlan, request: SignedInRequest) -> str:
    actions.request_plan_approval(plan, by=request.principal)
    return "The compliance officers are asked."


def run(plan: EvaluationPlan, request: SignedInRequest) -> str:
    assert plan.release is not None or plan.model_version is not None
    release = plan.release or plan.model_version.releases.first()  # type: ignore[union-attr]
    if release is None:
        raise NotFound("not_found", "No release has this model version yet.")
    actions.start_evaluation(release, None, plan, by=request.principal)
    return "The evaluation has started. Reload in a few seconds."


def withdraw(plan: EvaluationPlan, request: SignedInRequest) -> str:
    actions.withdraw_plan(plan, by=request.principal)
    return "The plan is withdrawn. Failures under it stand."


ACTS = {"ask": ask, "run": run, "withdraw": withdraw}


def write(request: SignedInRequest, pk: UUID) -> HttpResponse:
    principal = request.principal
    system = find_system(pk, principal)
    principal.require("plan.write", system.unit.path)
    form = PlanForm(request.POST or None, system=system)
    made: list[EvaluationPlan] = []

    def act() -> None:
        data = form.cleaned_data
        text = PlanText(
            data["title"], data["dataset"], data["criteria"], data["rationale"], data["labels"]
        )
        made.append(actions.write_plan(data["release"], text, by=principal))

    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, "A draft, signed. Ask a compliance officer to approve it.")
        return redirect(made[0])
    back = reverse("system-tab", args=[system.pk, "evaluations"])
    return render(
        request, "monitoring/write_plan.html", {"form": form, "system": system, "back": back}
    )


def crumbs(system: Any, last: str) -> list[tuple[str, str]]:
    return [
        ("AI systems", reverse("systems")),
        (str(system), system.get_absolute_url()),
        ("Evaluations", reverse("system-tab", args=[system.pk, "evaluations"])),
        (last, ""),
    ]
