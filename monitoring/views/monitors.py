from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.evidence.revising import revises
from governance.identity.errors import DomainError, Forbidden
from governance.identity.pages import done, numbered_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.finders import find_system
from monitoring import actions
from monitoring.actions.monitors import MonitorText, waiting_batches
from monitoring.finders import find_deployment, find_monitor
from monitoring.forms import UNITS, MonitorForm, RevisionForm
from monitoring.listing import alerts_seen, monitors_seen
from monitoring.models import Monitor, MonitorRun
from monitoring.showing import beside, compared_runs, heat, trends
from monitoring.states import AlertState, MonitorState, RunStatus

RUNS = 20
REQUIREMENTS = ("MEASURE 2.4", "MEASURE 3.1", "MEASURE 4.3", "MANAGE 4.1")
SHOWN = 100


def monitoring(request: SignedInRequest) -> HttpResponse:
    """Everything that is watched, and what needs somebody: alerts first."""
    principal = request.principal
    alerts = alerts_seen(principal)
    monitors = list(monitors_seen(principal)[:SHOWN])
    context = {
        "alerts": alerts.exclude(state=AlertState.CLOSED)[:SHOWN],
        "closed": alerts.filter(state=AlertState.CLOSED).order_by("-closed_at")[:10],
        "monitors": [monitor_row(one) for one in monitors],
        "total": len(monitors),
    }
    return render(request, "monitoring/monitoring.html", context)


def monitor_row(monitor: Monitor) -> dict[str, Any]:
    status: str | None = monitor.last_status  # type: ignore[attr-defined]
    return {
        "monitor": monitor,
        "state": MonitorState(monitor.state),
        "last": RunStatus(status) if status else None,
    }


def monitor(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One monitor: drift by column and batch, figures over time, every run with its evidence."""
    found = find_monitor(pk, request.principal)
    return render(request, "monitoring/monitor.html", context_of(found, request, request.principal))


def context_of(found: Monitor, request: HttpRequest, principal: Principal) -> dict[str, Any]:
    runs = compared_runs(found)
    rows = MonitorRun.objects.with_parts().filter(monitor=found)
    path = found.system.unit.path
    waiting = waiting_batches(found)
    is_active = found.state == MonitorState.ACTIVE
    return {
        "monitor": found,
        "system": found.system,
        "state": MonitorState(found.state),
        "heat": heat(runs),
        "trends": trends(found.deployment),
        "beside": beside(runs),
        "runs": numbered_page(rows, request.GET.get("cursor", ""), RUNS),
        "last": rows.exclude(status=RunStatus.RUNNING).first(),
        "alerts": found.alerts.standing().order_by("triage_by"),
        "runs_csv": f"{reverse('table-csv', args=['monitor-runs'])}?monitor={found.pk}",
        "interval": duration(found.interval_seconds),
        "grace": duration(found.grace_seconds),
        "triage": duration(found.triage_seconds),
        "requirements": REQUIREMENTS,
        "waiting": waiting,
        "may_run": is_active and waiting > 0 and principal.may("monitor.run", path),
        "may_manage": found.state != MonitorState.ENDED and principal.may("monitor.manage", path),
        "breadcrumbs": [
            ("Monitoring", reverse("monitoring")),
            (str(found.system), reverse("system-tab", args=[found.system.pk, "monitoring"])),
            (found.name, ""),
        ],
    }


def duration(seconds: int) -> str:
    """In the largest unit that divides it: 3 days, 90 seconds."""
    size, words = next((size, words) for size, words in UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number:,} {words if number != 1 else words[:-1]}"


def run_now(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = find_monitor(pk, request.principal)
    try:
        run = actions.run_monitor_now(found, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"'{run.batch}' is being compared. Reload in a few seconds.")
    return redirect(found)


def change(request: SignedInRequest, pk: UUID, state: str) -> HttpResponse:
    """Pause, resume or end."""
    found = find_monitor(pk, request.principal)
    reason = str(request.POST.get("reason", ""))
    try:
        changed = actions.change_monitor(found, state, reason, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"The monitor is {changed.get_state_display()} now.")
    return redirect(found)


def add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    principal = request.principal
    system = find_system(pk, principal)
    principal.require("monitor.manage", system.unit.path)
    form = MonitorForm(request.POST or None, system=system)
    made: list[Monitor] = []

    def act() -> None:
        deployment = find_deployment(system, form.cleaned_data["deployment"].pk, principal)
        made.append(actions.set_up_monitor(deployment, text_of(form), by=principal))

    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, "The monitor is active and recorded.")
        return redirect(made[0])
    back = reverse("system-tab", args=[system.pk, "monitoring"])
    context = {"form": form, "system": system, "back": back, "act": "Set up the monitor"}
    return render(request, "monitoring/edit.html", context)


def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    principal = request.principal
    found = find_monitor(pk, principal)
    principal.require("monitor.manage", found.system.unit.path)
    form = revises(RevisionForm(request.POST or None, monitor=found), found.pk)

    def act() -> None:
        actions.revise_monitor(found, text_of(form), by=principal)

    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, "Saved as a new signed revision. It counts from the next slot.")
        return redirect(found)
    context = {
        "form": form,
        "system": found.system,
        "back": found.get_absolute_url(),
        "act": "Revise the monitor",
    }
    return render(request, "monitoring/edit.html", context)


def text_of(form: MonitorForm) -> MonitorText:
    data = form.cleaned_data
    return MonitorText(data["name"], data["reference"], form.terms())
