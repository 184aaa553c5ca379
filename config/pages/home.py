"""Home: what needs the person who looks, and how the systems they see stand."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from config.pages.first_steps import first_steps
from config.pages.work import tasks_of
from governance.assessment.models import Result
from governance.assessment.posture import STATES
from governance.gates.models import GateDecision, Verdict
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.choices import Environment
from governance.registry.models import Deployment
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
        "steps": first_steps(principal),
        "functions": functions_table(principal),
        "live": live_now(principal),
        "decisions": gate_decisions(principal),
        "cards": [(c.template, c.column, c.build(principal)) for c in in_order(HOME_CARDS)],
        "may_register": principal.may_somewhere("system.register"),
    }
    return render(request, "home.html", context)


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
            "words": f"{row.release}, {row.get_environment_display().lower()}",
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
