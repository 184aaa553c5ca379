"""Findings, actions, exceptions and opinions on the system page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from governance.assessment.choices import FindingState, GrantState
from governance.assessment.models import ApprovalRequest, CorrectiveAction, ExceptionGrant, Finding
from governance.assessment.results import focus_release
from governance.assessment.tables import days_left
from governance.assessment.views.findings import shown
from governance.evidence.models import Evidence
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.registry.pages import system_card, system_tab

SHOWN = 200
OPINIONS = {
    "fit": ("good", "fit for its use"),
    "fit-with-findings": ("warn", "fit, with findings"),
    "not-fit": ("bad", "not fit"),
}


@system_tab("findings", "Findings", 80, "assessment/tab_findings.html")
def findings_tab(system: AISystem, principal: Principal) -> dict[str, Any]:
    path = system.unit.path
    held = Finding.objects.filter(system=system).prefetch_related("actions")
    rows = held.select_related("system__unit", "owner")[:SHOWN]
    actions = CorrectiveAction.objects.filter(finding__system=system).select_related(
        "finding", "owner"
    )
    return {
        "findings": [shown(finding) for finding in rows],
        "actions": [(action, days_left(action)) for action in actions[:SHOWN]],
        "exceptions": exceptions_of(system),
        "opinions": opinions_about(Evidence.objects.filter(unit=system.unit)),
        "release": focus_release(system),
        "system_query": f"?system={system.pk}",
        "all_of_system": f"?system={system.pk}&state=all",
        "may_raise": principal.may("finding.raise", path),
        "may_ask": principal.may("exception.request", path),
        "may_judge": principal.may("opinion.give", path),
    }


def exceptions_of(system: AISystem) -> list[dict[str, Any]]:
    rows = ExceptionGrant.objects.filter(system=system).select_related("release", "requested_by")
    return exception_rows(list(rows[:SHOWN]))


def exception_rows(rows: list[ExceptionGrant]) -> list[dict[str, Any]]:
    """Exceptions with their state today and the question that was put about each."""
    asked = ApprovalRequest.objects.filter(
        subject_kind="exception", subject_id__in=[row.pk for row in rows]
    )
    questions = {request.subject_id: request for request in asked}
    return [{"grant": row, "question": questions.get(row.pk), **state_today(row)} for row in rows]


def state_today(row: ExceptionGrant) -> dict[str, str]:
    state = GrantState(row.state)
    if state == GrantState.GRANTED and not row.is_in_force:
        return {"tone": "bad", "words": "expired"}
    words = "in force" if state == GrantState.GRANTED else str(state.label).lower()
    return {"tone": state.tone, "words": words}


def opinions_about(rows: Any) -> list[dict[str, Any]]:
    """Validation opinions among these statements, newest first."""
    found = list(rows.records("opinion").order_by("-number")[:50])
    people = Person.objects.in_bulk([UUID(str(one.person_id)) for one in found if one.person_id])
    return [
        {
            "evidence": one,
            "person": people.get(one.person_id),
            "tone": OPINIONS[one.fields["verdict"]][0],
            "words": OPINIONS[one.fields["verdict"]][1],
        }
        for one in found
    ]


@system_card("findings", 40, "assessment/card_findings.html", column="side")
def findings_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    open_ones = Finding.objects.filter(system=system).exclude(state=FindingState.CLOSED)
    granted = ExceptionGrant.objects.filter(system=system, state=GrantState.GRANTED)
    return {
        "system": system,
        "findings": [
            shown(finding)
            for finding in open_ones.select_related("owner").prefetch_related("actions")[:5]
        ],
        "exceptions": exception_rows(list(granted.select_related("release")[:5])),
    }
