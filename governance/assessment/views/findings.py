from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.actions import findings as acts
from governance.assessment.choices import FindingState, Severity
from governance.assessment.criteria import current_entries
from governance.assessment.forms import TEXT, ActionForm, FindingForm
from governance.assessment.models import CorrectiveAction, Finding
from governance.assessment.results import focus_release
from governance.assessment.tables import (
    FindingFilter,
    age_days,
    days_left,
    filtered_findings,
    today,
)
from governance.assessment.views.requirements import slug
from governance.evidence.models import Evidence
from governance.identity.errors import DomainError, Forbidden, InvalidInput, NotFound
from governance.identity.pages import done, numbered_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.finders import find, find_release_of, find_system
from governance.registry.models import AISystem, Release


class CloseForm(forms.Form):
    reason = forms.CharField(
        label="What you tested again, and what you saw",
        help_text="Kept with the signed record.",
        widget=TEXT,
    )


def shown(finding: Finding) -> dict[str, Any]:
    """A row of a list of findings."""
    return {
        "finding": finding,
        "severity": Severity(finding.severity),
        "state": finding.standing,
        "age": age_days(finding),
        "is_overdue": finding.state != FindingState.CLOSED and days_left(finding) < 0,
    }


def findings(request: SignedInRequest) -> HttpResponse:
    """Judged gaps at every system the person sees; those not closed unless asked otherwise."""
    rows = filtered_findings(request.principal, request.GET)
    page = numbered_page(rows, request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [shown(finding) for finding in page.rows],
        "filter": FindingFilter(request.GET),
    }
    return render(request, "assessment/findings.html", context)


def find_finding(pk: UUID, principal: Principal) -> Finding:
    related = ("system__unit", "release", "owner", "raised_by", "retested_by")
    return find(Finding.objects.select_related(*related), pk, principal)


def finding(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return finding_page(request, find_finding(pk, request.principal))


def finding_page(
    request: SignedInRequest,
    found: Finding,
    action_form: ActionForm | None = None,
    close_form: CloseForm | None = None,
) -> HttpResponse:
    """Criterion, condition, cause, effect; the actions; the retest by somebody else."""
    principal, path = request.principal, found.system.unit.path
    is_closed = found.state == FindingState.CLOSED
    context = {
        **shown(found),
        "actions": found.actions.select_related("owner"),
        "evidence": Evidence.objects.visible_to(principal).of_record(found.pk).with_index(),
        "requirement_slug": slug(found.requirement),
        "action_form": action_form or ActionForm(unit=found.system.unit),
        "close_form": close_form or CloseForm(),
        "may_plan": not is_closed and principal.may("action.plan", path),
        "may_complete": principal.may("action.complete", path),
        "may_close": (close_form or not is_closed) and principal.may("finding.close", path),
        "is_own": principal.person_id == found.owner_id,
        "breadcrumbs": [
            ("Findings", reverse("findings")),
            (str(found.system), reverse("system-tab", args=[found.system_id, "findings"])),
            (f"F-{found.number}", ""),
        ],
    }
    return render(request, "assessment/finding.html", context)


def finding_raise(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A new finding at a system; about its release in focus unless it is about the system as a whole."""
    system = find_system(pk, request.principal)
    request.principal.require("finding.raise", system.unit.path)
    form = FindingForm(
        request.POST or None,
        unit=system.unit,
        requirements=list(current_entries()),
        initial={"requirement": request.GET.get("requirement", ""), "owner": system.owner},
    )
    release = chosen_release(request, system)
    if request.method == "POST" and form.is_valid():
        made: list[Finding] = []
        if done(form, lambda: made.append(raised(system, form, release, request.principal))):
            messages.success(request, "The finding is raised, signed, and its owner is told.")
            return redirect(made[0])
    context = {"form": form, "system": system, "release": release}
    return render(request, "assessment/finding_raise.html", context)


def chosen_release(request: SignedInRequest, system: AISystem) -> Release | None:
    """`?release=` names one, `?release=none` the system as a whole; else the release in focus."""
    wanted = request.GET.get("release", "")
    if wanted == "none":
        return None
    return find_release_of(system, wanted, request.principal) if wanted else focus_release(system)


def raised(system: AISystem, form: FindingForm, release: Release | None, by: Principal) -> Finding:
    data = form.cleaned_data
    return acts.raise_finding(
        system,
        data["title"],
        {name: data[name] for name in acts.FINDING_TEXTS},
        severity=data["severity"],
        owner=data["owner"],
        due_on=in_future(data["due_on"], "due_on"),
        by=by,
        release=release,
        requirement=data["requirement"],
    )


def in_future(day: date, field: str) -> date:
    if day < today():
        raise InvalidInput("past_date", "Choose today or a day to come.", f"/{field}")
    return day


def action_plan(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_finding(pk, request.principal)
    form = ActionForm(request.POST, unit=found.system.unit)
    if form.is_valid() and done(form, lambda: plan(found, form, request.principal)):
        messages.success(request, "The action is planned.")
        return redirect(found)
    return finding_page(request, found, action_form=form)


def plan(found: Finding, form: ActionForm, by: Principal) -> None:
    data = form.cleaned_data
    acts.plan_action(
        found, data["title"], data["owner"], in_future(data["due_on"], "due_on"), by=by
    )


def action_complete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    seen = Finding.objects.visible_to(request.principal)
    rows = CorrectiveAction.objects.filter(finding__in=seen)
    action = rows.select_related("finding__system__unit").filter(pk=pk).first()
    if action is None:
        raise NotFound("not_found", f"No action that you can see has the id {pk}.")
    try:
        acts.complete_action(action, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, "The action is done. Once all are, the finding is tested again.")
    return redirect(action.finding)


def finding_close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_finding(pk, request.principal)
    form, by = CloseForm(request.POST), request.principal
    if form.is_valid() and done(
        form, lambda: acts.close_finding(found, form.cleaned_data["reason"], by=by)
    ):
        messages.success(request, "The finding is closed after your retest.")
        return redirect(found)
    return finding_page(request, found, close_form=form)
