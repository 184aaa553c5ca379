"""Home: what needs the person who looks, and how the systems they see stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from governance.assessment.choices import FindingState, RequestState
from governance.assessment.models import ApprovalRequest, Assignment, Finding, Result
from governance.assessment.posture import STATES
from governance.gates.models import GateDecision, Verdict
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.choices import Environment, TierState
from governance.registry.models import AISystem, Deployment
from governance.registry.pages import HOME_CARDS, in_order
from governance.work.models import Notification

SHOWN = 8
TONES = {
    "satisfied": "good",
    "not-satisfied": "bad",
    "not-determined": "none",
    "not-yet-due": "wait",
    "not-applicable": "none",
}
FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")


def home(request: HttpRequest) -> HttpResponse:
    if not Unit.objects.exists():
        return redirect("first-run")
    principal: Principal | None = cast(Any, request).principal
    if principal is None:
        return redirect("sign-in")
    tasks = [*tasks_of(principal)]
    context = {
        "tasks": tasks[:SHOWN],
        "more": len(tasks) - SHOWN,
        "functions": functions_table(principal),
        "live": live_now(principal),
        "decisions": gate_decisions(principal),
        "cards": [(c.template, c.column, c.build(principal)) for c in in_order(HOME_CARDS)],
        "may_register": principal.may_somewhere("system.register"),
    }
    return render(request, "home.html", context)


def tasks_of(principal: Principal) -> Iterator[dict[str, Any]]:
    """What waits for this person, most urgent kinds first."""
    for request in waiting_approvals(principal):
        yield {
            "title": request.title,
            "url": request.get_absolute_url(),
            "tone": "wait",
            "words": "waits for your decision",
            "note": f"Asked by {request.requested_by}",
            "due": request.due_on or "",
        }
    if principal.may_somewhere("system.confirm_tier"):
        yield from unconfirmed_tiers(principal)
    yield from owned_findings(principal)
    yield from assigned_requirements(principal)


def waiting_approvals(principal: Principal) -> list[ApprovalRequest]:
    rows = ApprovalRequest.objects.visible_to(principal).filter(
        state=RequestState.OPEN, role__in=principal.roles
    )
    return list(
        rows.exclude(barred__contains=[principal.person_id]).select_related("requested_by")[:50]
    )


def unconfirmed_tiers(principal: Principal) -> Iterator[dict[str, Any]]:
    rows = AISystem.objects.visible_to(principal).filter(tier_state=TierState.PROPOSED)
    for system in rows.exclude(owner_id=principal.person_id).select_related("unit", "owner")[:50]:
        yield {
            "title": f"Confirm the tier of {system}",
            "url": system.get_absolute_url(),
            "tone": "wait",
            "words": "waits for you",
            "note": f"{system.owner} proposes {system.get_tier_display()}",
            "due": "",
        }


def owned_findings(principal: Principal) -> Iterator[dict[str, Any]]:
    rows = Finding.objects.visible_to(principal).filter(owner_id=principal.person_id)
    for finding in rows.exclude(state=FindingState.CLOSED).select_related("system__unit")[:50]:
        yield {
            "title": f"Finding: {finding.title}",
            "url": finding.get_absolute_url(),
            "tone": "warn",
            "words": f"{finding.get_severity_display()}, {finding.get_state_display()}",
            "note": str(finding.system),
            "due": finding.due_on,
        }


def assigned_requirements(principal: Principal) -> Iterator[dict[str, Any]]:
    for row in Assignment.objects.filter(person_id=principal.person_id).select_related("unit")[:50]:
        result = Result.objects.filter(requirement=row.requirement, unit=row.unit).first()
        if result is not None and result.determination == "satisfied":
            continue
        yield {
            "title": f"{row.requirement} at {row.unit}",
            "url": f"{reverse('requirements')}?q={row.requirement}",
            "tone": result.tone if result else "none",
            "words": result.words if result else "not determined",
            "note": "You are to see that this holds",
            "due": row.due_on or "",
        }


def functions_table(principal: Principal) -> list[dict[str, Any]]:
    """Counts of results by function and state over everything the person sees. No percentage."""
    table = {name: Counter[str]() for name in FUNCTIONS}
    rows = Result.objects.visible_to(principal).values_list(
        "requirement", "applicability", "determination"
    )
    for requirement, applicability, determination in rows:
        waits = applicability in {"not-yet-due", "not-applicable"}
        table[requirement.split()[0]][applicability if waits else determination] += 1
    return [
        {
            "name": name,
            "url": f"{reverse('requirements')}?function={name}",
            "counts": [counts[state] for state in STATES],
            "bar": [
                {"tone": TONES[state], "words": state.replace("-", " "), "count": counts[state]}
                for state in STATES
            ],
        }
        for name, counts in table.items()
    ]


def live_now(principal: Principal) -> list[Deployment]:
    rows = Deployment.objects.visible_to(principal).live()
    return list(
        rows.filter(environment=Environment.PRODUCTION).select_related("release__system__unit")[:8]
    )


def gate_decisions(principal: Principal) -> list[dict[str, Any]]:
    rows = GateDecision.objects.visible_to(principal).select_related("release__system__unit")[:5]
    return [
        {
            "at": row.decided_at,
            "words": str(row.release),
            "url": row.get_absolute_url(),
            "tone": Verdict(row.verdict).tone,
            "state": Verdict(row.verdict).label.lower(),
        }
        for row in rows
    ]


def notices(request: HttpRequest) -> HttpResponse:
    principal: Principal = cast(Any, request).principal
    mine = Notification.objects.filter(person_id=principal.person_id)
    if request.method == "POST":
        mine.filter(read_at=None).update(read_at=timezone.now())
        return redirect("notices")
    return render(request, "notices.html", {"notices": mine[:100]})
