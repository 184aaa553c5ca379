from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.evidence.models import Evidence
from governance.identity.errors import NotFound
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from monitoring import actions
from monitoring.bearing import bears_on, consequence
from monitoring.finders import find_alert
from monitoring.forms import CloseForm, TriageForm
from monitoring.models import Alert
from monitoring.states import AlertKind, AlertState

ACTS = {
    "triage": (
        TriageForm,
        "note",
        actions.triage_alert,
        "Triaged. It stays open until it is closed.",
    ),
    "close": (CloseForm, "reason", actions.close_alert, "The alert is closed."),
}


def alert(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What drifted or broke, since when, who looks at it by when."""
    found = find_alert(pk, request.principal)
    return render(request, "monitoring/alert.html", context_of(found, request.principal))


def act(request: SignedInRequest, pk: UUID, act: str) -> HttpResponse:
    """Triage or close; a refusal stands beside its field."""
    found = find_alert(pk, request.principal)
    if act not in ACTS:
        raise NotFound("not_found", "An alert can be triaged and closed.")
    form_class, field, verb, words = ACTS[act]
    form = form_class(request.POST)
    if form.is_valid() and done(
        form, lambda: verb(found, form.cleaned_data[field], by=request.principal)
    ):
        messages.success(request, words)
        return redirect(found)
    context = {**context_of(found, request.principal), f"{act}_form": form, "form": form}
    return render(request, "monitoring/alert.html", context, status=422)


def context_of(found: Alert, principal: Principal) -> dict[str, Any]:
    may = principal.may("alert.triage", found.system.unit.path)
    return {
        "alert": found,
        "system": found.system,
        "state": AlertState(found.state),
        "kind": AlertKind(found.kind),
        "raised": raised_by(found),
        "revisions": Evidence.objects.of_record(found.pk),
        "entries": entries(found),
        "triage_form": TriageForm() if may and found.state == AlertState.OPEN else None,
        "close_form": CloseForm() if may and found.state == AlertState.TRIAGED else None,
        "may": may,
        "requirements": bears_on(found),
        "consequence": consequence(found),
        "breadcrumbs": [
            ("Monitoring", reverse("monitoring")),
            (str(found.system), reverse("system-tab", args=[found.system.pk, "monitoring"])),
            ("Alert", ""),
        ],
    }


def raised_by(found: Alert) -> list[dict[str, Any]]:
    """The statements that raised it, newest first, with the figure that did."""
    rows = Evidence.objects.filter(id__in=found.evidence).order_by("-number")
    return [{"evidence": row, **figure(row, found)} for row in rows]


def figure(row: Evidence, found: Alert) -> dict[str, Any]:
    said = row.predicate
    name = said["dataset"]["name"] if said["dataset"] else ""
    period = said["observed"]
    if found.kind == AlertKind.BREACH:
        value = said["value"]
        words = f"{float(value['value']):.3f}"
        if value["lower"] is not None:
            words += f" ({float(value['lower']):.3f} to {float(value['upper']):.3f})"
        return {"batch": name, "words": words, "period": period}
    column = next(one for one in said["columns"] if one["column"] == found.subject)
    words = f"PSI {float(column['psi']):.3f}, {column['effectName']} {float(column['effect']):.3f}"
    return {"batch": name, "words": words, "period": period, "column": column}


def entries(found: Alert) -> list[dict[str, Any]]:
    """The alert's life, newest first."""
    life: list[dict[str, Any]] = [
        {
            "at": found.opened_at,
            "words": f"Opened by {found.first_batch}",
            "tone": "bad",
            "state": "open",
        }
    ]
    if found.count > 1:
        words = f"Seen {found.count} times, last in {found.last_batch}"
        life.append({"at": found.seen_at, "words": words})
    if found.triaged_at:
        tone, state = ("bad", "triaged late") if found.was_late else ("warn", "triaged in time")
        life.append(
            {
                "at": found.triaged_at,
                "words": "Triaged",
                "who": str(found.triaged_by),
                "note": found.triage_note,
                "tone": tone,
                "state": state,
            }
        )
    if found.closed_at:
        life.append(
            {
                "at": found.closed_at,
                "words": "Closed",
                "who": str(found.closed_by),
                "note": found.close_reason,
                "tone": "good",
                "state": "closed",
            }
        )
    return sorted(life, key=lambda one: one["at"], reverse=True)
