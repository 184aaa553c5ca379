from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.assessment.actions import approvals, findings, statements
from governance.assessment.models import ApprovalRequest
from governance.evidence.models import Evidence
from governance.gates.actions import LogBehind, ask_gate, request_release_approval
from governance.identity.errors import Forbidden
from governance.registry.models import Release
from tests.cast import Cast, make_release


@pytest.fixture
def release(cast: Cast) -> Release:
    return make_release(cast)


def codes(reasons: list[dict[str, str]], effect: str) -> set[str]:
    return {reason["code"] for reason in reasons if reason["effect"] == effect}


def test_a_release_without_evidence_is_denied_with_every_reason(
    cast: Cast, release: Release
) -> None:
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    assert decision.verdict == "deny"
    assert {"opinion_missing", "approval_missing"} <= codes(decision.reasons, "pending")


def test_the_receipt_is_a_signed_statement_about_the_release(cast: Cast, release: Release) -> None:
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    stated = Evidence.objects.get(id=decision.evidence_id)
    assert release.digest in stated.subjects
    assert stated.predicate["verdict"] == "deny"
    assert stated.predicate["logSize"] == decision.log_size


def test_a_gate_asked_before_the_log_holds_the_evidence_says_try_again(
    cast: Cast, release: Release
) -> None:
    with pytest.raises(LogBehind):
        ask_gate(release, "production", by=cast.by("owen"))


def test_the_executive_approves_and_the_gate_stops_waiting(cast: Cast, release: Release) -> None:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(request, "approved", "Benefits outweigh.", by=cast.by("erin"))
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    assert "approval_missing" not in codes(decision.reasons, "pending")


def test_who_made_the_release_cannot_approve_it(cast: Cast, release: Release) -> None:
    request = request_release_approval(release, "production", "owner", by=cast.by("dana"))
    with pytest.raises(Forbidden, match="somebody else decides"):
        approvals.decide(request, "approved", "Fine.", by=cast.by("owen"))


def test_a_critical_open_finding_denies(cast: Cast, release: Release) -> None:
    findings.raise_finding(
        cast.system,
        "Proxy target",
        {"criterion": "Target fits the purpose", "condition": "It includes students"},
        severity="critical",
        owner=cast.person("owen"),
        due_on=timezone.now().date() + timedelta(days=30),
        release=release,
        by=cast.by("vera"),
    )
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    assert "finding" in codes(decision.reasons, "deny")


def finding_words(cast: Cast, release: Release) -> str:
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    return next(r["text"] for r in decision.reasons if r["code"] == "finding")


def test_the_gate_and_the_page_call_the_state_of_a_finding_the_same(
    cast: Cast, release: Release
) -> None:
    soon = timezone.now().date() + timedelta(days=30)
    finding = findings.raise_finding(
        cast.system,
        "Proxy target",
        {"criterion": "Target fits the purpose", "condition": "It includes students"},
        severity="high",
        owner=cast.person("owen"),
        due_on=soon,
        release=release,
        by=cast.by("vera"),
    )
    assert finding.standing.label == "Open"
    assert finding_words(cast, release) == "Finding F-1 Proxy target (high): open."
    action = findings.plan_action(finding, "Mend it", cast.person("owen"), soon, by=cast.by("owen"))
    assert finding.standing.label == "action planned"
    assert finding_words(cast, release) == "Finding F-1 Proxy target (high): action planned."
    findings.complete_action(action, by=cast.by("owen"))
    finding.refresh_from_db()
    assert finding.standing.label == "ready for retest"
    assert finding_words(cast, release) == "Finding F-1 Proxy target (high): ready for retest."


@pytest.mark.parametrize(
    ("outcome", "conditions", "sentence"),
    [
        ("approved", [], "The executive has approved this release for production."),
        (
            "approved-with-conditions",
            ["Review in May"],
            "The executive has approved this release for production, with conditions.",
        ),
        ("rejected", [], "The executive has rejected this release for production."),
    ],
)
def test_the_executives_decision_is_read_as_a_sentence(
    cast: Cast, release: Release, outcome: str, conditions: list[str], sentence: str
) -> None:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(request, outcome, "Weighed.", by=cast.by("erin"), conditions=conditions)
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    assert sentence in [r["text"] for r in decision.reasons if r["code"] == "approval"]


def test_an_exception_turns_a_denied_requirement_into_a_warning(
    cast: Cast, release: Release
) -> None:
    statements.make_statement(
        release.scope,
        "MEASURE 2.11",
        met=False,
        role="officer",
        text="Gap seen.",
        by=cast.by("dana"),
    )
    findings.request_exception(
        release,
        ["MEASURE 2.11"],
        reason="Service starts now",
        compensating_control="A case worker reviews every refusal",
        expires_on=timezone.now().date() + timedelta(days=30),
        by=cast.by("owen"),
    )
    request = ApprovalRequest.objects.get(subject_kind="exception")
    approvals.decide(request, "approved", "Bounded in time.", by=cast.by("dana"))
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    reason = next(r for r in decision.reasons if r["requirement"] == "MEASURE 2.11")
    assert reason["effect"] == "warn"
    assert reason["exception"]
    last_day = timezone.now().date() + timedelta(days=30)
    until = f"{last_day.day} {last_day:%b %Y}"
    assert reason["text"].endswith(f"Exception in force until {until}.")
