"""Assessment's parts of the system page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from governance.assessment.choices import RequestState
from governance.assessment.forms import AssignForm
from governance.assessment.models import ApprovalRequest
from governance.assessment.naming import with_names
from governance.assessment.posture import STATES, counts, counts_by_function, posture
from governance.assessment.results import focus_release
from governance.identity.principal import Principal
from governance.registry.models import AISystem, Release
from governance.registry.pages import release_card, system_card, system_tab

TONES = {
    "satisfied": "good",
    "not-satisfied": "bad",
    "not-determined": "none",
    "not-yet-due": "wait",
    "not-applicable": "none",
}

WORST_FIRST = ("not-satisfied", "not-determined", "not-yet-due", "not-applicable", "satisfied")


def tally(found: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"tone": TONES[state], "words": state.replace("-", " "), "count": number}
        for state, number in found.items()
    ]


@system_tab("requirements", "Requirements", 10, "assessment/tab_requirements.html")
def requirements(system: AISystem, principal: Principal) -> dict[str, Any]:
    rows = posture(system)
    functions = counts_by_function(rows)
    return {
        "groups": [
            {
                "name": name,
                "bar": tally(functions[name]),
                "rows": [row for row in rows if row.function == name],
            }
            for name in functions
        ],
        "states": [(state, state.replace("-", " ")) for state in STATES],
        "release": focus_release(system),
        "assign_form": AssignForm(unit=system.unit),
        "may_assign": principal.may("requirement.assign", system.unit.path),
    }


@system_card("requirements", 10, "assessment/card_requirements.html", column="side")
def requirements_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    rows = posture(system)
    return {
        "system": system,
        "counts": tally(counts(rows)),
        "inherited": sum(row.is_inherited for row in rows),
    }


@system_card("failing", 5, "assessment/card_failing.html")
def failing_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    """What does not hold, first; and what waits for a decision."""
    failing = [row for row in posture(system) if row.state == "not-satisfied"]
    bodies = with_names([row.body for row in failing])
    rows = [replace(row, body=body) for row, body in zip(failing, bodies, strict=True)]
    waiting = ApprovalRequest.objects.filter(unit=system.unit, state=RequestState.OPEN)
    return {"system": system, "rows": rows, "waiting": waiting.select_related("requested_by")}


@release_card("requirements", 10, "assessment/card_release.html")
def release_requirements_card(release: Release, principal: Principal) -> dict[str, Any]:
    """What the release itself answers for, with what does not hold first."""
    rows = [row for row in posture(release.system, release.pk) if row.scope == "release"]
    rows.sort(key=lambda row: WORST_FIRST.index(row.state))
    return {"release": release, "rows": rows, "counts": tally(counts(rows))}
