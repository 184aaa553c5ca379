"""What an executive signs, on the page of the question: opinion, conclusions, newest gate verdict."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from governance.assessment.findings_tab import opinions_about
from governance.assessment.models import ApprovalRequest
from governance.assessment.subjects import question_card
from governance.evidence.choices import PredicateType
from governance.evidence.models import Evidence
from governance.gates.models import GateDecision, Verdict
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.models import Release

CONCLUSIONS = 50
TONES = {"satisfied": "good", "not-satisfied": "bad", "not-determined": "none"}


@question_card("release", "gates/question_release.html")
def release_card(asked: ApprovalRequest, principal: Principal) -> dict[str, Any]:
    release = Release.objects.select_related("system__unit").get(pk=asked.subject_id)
    about = Evidence.objects.visible_to(principal).filter(subjects__contains=[release.digest])
    asked_gates = GateDecision.objects.filter(release=release, environment=asked.purpose)
    decision = asked_gates.order_by("-decided_at").first()
    return {
        "release": release,
        "opinions": opinions_about(about),
        "conclusions": conclusions_of(about),
        "decision": decision,
        "verdict": Verdict(decision.verdict) if decision else None,
    }


def conclusions_of(about: Any) -> list[dict[str, Any]]:
    """Conclusions about the release, by requirement, with who concluded what."""
    said = list(about.filter(type=PredicateType.CONCLUSION).order_by("-number")[:CONCLUSIONS])
    people = Person.objects.in_bulk([UUID(one.predicate["person"]) for one in said])
    rows = [
        {
            "evidence": one,
            "requirement": one.predicate["about"]["requirement"],
            "verdict": one.predicate["verdict"],
            "tone": TONES[one.predicate["verdict"]],
            "role": one.predicate["role"],
            "person": people.get(UUID(one.predicate["person"])),
        }
        for one in said
        if one.predicate["about"].get("requirement")
    ]
    return sorted(rows, key=lambda row: str(row["requirement"]))
