from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from governance.assessment.actions import approvals as acts
from governance.assessment.choices import Outcome, RequestState
from governance.assessment.forms import DecisionForm
from governance.assessment.models import Approval, ApprovalRequest
from governance.assessment.subjects import QUESTION_CARDS
from governance.assessment.views.requirements import principal_of
from governance.evidence.models import Evidence
from governance.identity.errors import DomainError, Forbidden, NotFound
from governance.identity.principal import Principal


def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, mine first, then what was decided."""
    principal = principal_of(request)
    rows = ApprovalRequest.objects.visible_to(principal).select_related("requested_by", "unit")
    waiting = list(rows.filter(state=RequestState.OPEN)[:200])
    mine = [row for row in waiting if can_decide(row, principal)]
    others = [row for row in waiting if row not in mine]
    decided = Approval.objects.filter(request__in=rows).select_related("request", "person")[:50]
    context = {
        "mine": mine,
        "others": others,
        "decided": [(answer, Outcome(answer.outcome)) for answer in decided],
    }
    return render(request, "assessment/approvals.html", context)


def can_decide(row: ApprovalRequest, principal: Principal) -> bool:
    try:
        acts.check_may_decide(row, principal)
    except Forbidden:
        return False
    return True


def approval(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One question: what exactly is asked, who may answer, and the answer."""
    principal = principal_of(request)
    found = (
        ApprovalRequest.objects.visible_to(principal)
        .select_related("unit", "requested_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound("not_found", "No request that you can see has this id.")
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and answer(request, found, form, principal):
        return redirect(found)
    return render(request, "assessment/approval.html", context_of(found, form, principal))


def answer(
    request: HttpRequest, found: ApprovalRequest, form: DecisionForm, principal: Principal
) -> bool:
    data = form.cleaned_data
    try:
        acts.decide(found, data["outcome"], data["reason"], by=principal, conditions=form.listed())
    except Forbidden:
        raise
    except DomainError as error:
        form.add_error(None, error.sentence)
        return False
    messages.success(request, "Your decision is signed and bound to the digest.")
    return True


def context_of(found: ApprovalRequest, form: DecisionForm, principal: Principal) -> dict[str, Any]:
    visible = Evidence.objects.visible_to(principal)
    subject = visible.filter(subjects__contains=[found.subject_digest])
    return {
        "asked": found,
        "form": form,
        "may_decide": found.state == RequestState.OPEN and can_decide(found, principal),
        "deciders": acts.deciders(found),
        "is_barred": principal.person_id in found.barred,
        "answers": [(a, Outcome(a.outcome)) for a in found.answers.select_related("person")],
        "cards": question_cards(found, principal),
        "evidence": subject.with_index().order_by("-number")[:30],
        "breadcrumbs": [("Approvals", "/approvals"), (found.title, "")],
    }


def question_cards(
    found: ApprovalRequest, principal: Principal
) -> list[tuple[str, dict[str, Any]]]:
    """What is signed with an answer: each kind of subject brings its own."""
    if found.subject_kind not in QUESTION_CARDS:
        return []
    template, build = QUESTION_CARDS[found.subject_kind]
    return [(template, build(found, principal))]
