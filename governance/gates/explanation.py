"""A gate decision as people read it: reasons by effect, each with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from governance.assessment.criteria import current_entries
from governance.assessment.naming import with_names
from governance.gates.models import GateDecision
from governance.identity.choices import Role

EFFECTS = (
    ("error", "bad", "Cannot be decided"),
    ("deny", "bad", "Denies"),
    ("pending", "wait", "Waits for somebody"),
    ("warn", "warn", "Warns"),
    ("ignore", "none", "Noted, without effect"),
)
TO_DO = {
    "prohibited": "Do not ship it. Change what the system does, and have its tier confirmed anew.",
    "tier_without_rules": "An administrator loads a gate policy that speaks of this tier.",
    "tier_unconfirmed": "The compliance officer confirms or changes the tier.",
    "artefact_not_admitted": "Upload the file and let it be inspected.",
    "requirement_not_satisfied": "Mend what fails; where a figure fails, make another release, or ask for a dated exception.",
    "opinion_missing": "The validator tests the release and gives an opinion.",
    "opinion": "Mend what the validator found and make a new release.",
    "approval_missing": "Ask for the approval on the page of the release.",
    "approval": "Read the decision's reasons; a new release is a new question.",
    "condition": "Meet the condition; the gate looks again each time it is asked.",
    "finding": "Plan a dated action on the finding, complete it, and have it tested again.",
    "incident": "Follow the incident to its end.",
    "rollback_condition": "Meet the condition, or go forward with a release of its own.",
}


@dataclass(frozen=True)
class Explained:
    """One reason: its words, the requirement's page, its evidence, and what to do."""

    text: str
    requirement: str
    url: str
    role: str
    exception: str
    evidence: tuple[str, ...]
    to_do: str


def groups(decision: GateDecision) -> list[dict[str, Any]]:
    """Reasons by effect, the strongest first."""
    reasons = with_names(decision.reasons)
    return [
        {"effect": effect, "tone": tone, "title": title, "reasons": found}
        for effect, tone, title in EFFECTS
        if (found := [explain(r, decision) for r in reasons if r["effect"] == effect])
    ]


def explain(reason: dict[str, Any], decision: GateDecision) -> Explained:
    requirement = reason["requirement"] or ""
    return Explained(
        text=reason["text"],
        requirement=requirement,
        url=address_of(requirement, decision) if requirement else "",
        role=str(Role(reason["role"]).label) if reason["role"] in Role.values else "",
        exception=reason["exception"] or "",
        evidence=tuple(reason["statements"]),
        to_do=to_do(reason),
    )


def address_of(requirement: str, decision: GateDecision) -> str:
    try:
        page = reverse("why", args=[decision.system_id, requirement.replace(" ", "-")])
    except NoReverseMatch:
        return ""
    return f"{page}?release={decision.release_id}"


def to_do(reason: dict[str, Any]) -> str:
    """What ends this reason; nothing where an exception carries it or it has no effect."""
    if reason["effect"] == "ignore":
        return ""
    if reason["exception"]:
        return "The exception carries it until its last day. Mend it before."
    known = TO_DO.get(reason["code"])
    if known:
        return known
    entry = current_entries().get(reason["requirement"] or "")
    return str(entry["fills"]) if entry else ""
