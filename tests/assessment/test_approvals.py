from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.assessment.actions import approvals, documents, findings, statements
from governance.assessment.models import Approval, ApprovalRequest, Document, Result
from governance.evidence.models import Evidence
from governance.gates.actions import request_release_approval
from governance.identity import actions as identity
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.principal import principal_of
from governance.registry.actions import receive_upload
from governance.registry.models import Release
from tests.cast import PASSWORD, Cast, make_release


@pytest.fixture
def asked(cast: Cast) -> ApprovalRequest:
    release = make_release(cast)
    return request_release_approval(release, "production", "executive", by=cast.by("owen"))


def test_a_decision_is_a_signed_statement_about_the_digest(
    cast: Cast, asked: ApprovalRequest
) -> None:
    approval = approvals.decide(asked, "approved", "Fit.", by=cast.by("erin"))
    stated = Evidence.objects.get(id=approval.evidence_id)
    assert stated.subjects == [asked.subject_digest]
    assert stated.predicate["outcome"] == "approved"


def test_the_author_is_refused_under_a_second_account_too(cast: Cast) -> None:
    release = make_release(cast, by="dev")
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    person = cast.person("dev")
    identity.grant_role(person, "executive", cast.organisation, by=cast.by("adam"))
    second = identity.add_account(person, "dev-second", PASSWORD, by=cast.by("adam"))
    with pytest.raises(Forbidden, match="under this or another account"):
        approvals.decide(request, "approved", "Fine.", by=principal_of(second))


def test_the_database_refuses_a_barred_person_whatever_the_code_says(
    cast: Cast, asked: ApprovalRequest
) -> None:
    with pytest.raises(IntegrityError, match="four eyes"), transaction.atomic():
        Approval.objects.create(
            request=asked,
            person=cast.person("owen"),
            outcome="approved",
            reason="forced",
            evidence_id=asked.pk,
        )


def test_nobody_can_be_unbarred_later(asked: ApprovalRequest) -> None:
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=asked.pk).update(barred=[])


def test_asking_again_changes_nothing_for_who_asked(cast: Cast, asked: ApprovalRequest) -> None:
    release = Release.objects.get(pk=asked.subject_id)
    again = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    assert again == asked


def test_a_second_asker_who_could_decide_is_refused(cast: Cast, asked: ApprovalRequest) -> None:
    release = Release.objects.get(pk=asked.subject_id)
    with pytest.raises(Conflict, match=r"owen \(test\) asked for this already"):
        request_release_approval(release, "production", "executive", by=cast.by("dana"))
    assert ApprovalRequest.objects.count() == 1


def test_a_question_is_answered_once(cast: Cast, asked: ApprovalRequest) -> None:
    approvals.decide(asked, "rejected", "No.", by=cast.by("erin"))
    with pytest.raises(Conflict, match="cannot be decided"):
        approvals.decide(asked, "approved", "Yes.", by=cast.by("erin"))


def test_conditions_go_with_their_outcome_only(cast: Cast, asked: ApprovalRequest) -> None:
    with pytest.raises(InvalidInput, match="Name conditions exactly"):
        approvals.decide(
            asked, "approved", "Ok.", by=cast.by("erin"), conditions=["Report monthly"]
        )


def test_a_decision_needs_a_reason(cast: Cast, asked: ApprovalRequest) -> None:
    with pytest.raises(InvalidInput, match="Say why"):
        approvals.decide(asked, "approved", "  ", by=cast.by("erin"))


def test_an_auditor_decides_nothing(cast: Cast, asked: ApprovalRequest) -> None:
    with pytest.raises(Forbidden, match="Accountable executive"):
        approvals.decide(asked, "approved", "Fine.", by=cast.by("abel"))


def test_a_document_is_in_force_once_a_second_person_approves(cast: Cast) -> None:
    today = timezone.now().date()
    upload = receive_upload(cast.organisation, "document", "p.pdf", [b"%PDF"], by=cast.by("dana"))
    document = documents.attach_document(
        cast.organisation,
        "ai-policy",
        "AI policy (test)",
        upload=upload,
        valid_from=today,
        valid_until=today + timedelta(days=100),
        by=cast.by("dana"),
    )
    request = ApprovalRequest.objects.get(subject_id=document.pk)
    approvals.decide(request, "approved", "Read.", by=cast.by("erin"))
    assert Document.objects.get(pk=document.pk).state == "in-force"


def test_not_applicable_counts_once_a_second_person_approves(cast: Cast) -> None:
    tailoring = documents.record_not_applicable(
        cast.system.unit, "MEASURE 3.2", "Nothing here lacks a metric.", by=cast.by("dana")
    )
    cast.judge()
    assert Result.objects.get(requirement="MEASURE 3.2").applicability == "applicable"
    request = ApprovalRequest.objects.get(subject_id=tailoring.pk)
    approvals.decide(request, "approved", "Agreed.", by=cast.by("erin"))
    cast.judge()
    assert Result.objects.get(requirement="MEASURE 3.2").applicability == "not-applicable"


def test_a_statement_that_it_is_not_met_makes_it_not_satisfied(cast: Cast) -> None:
    cast.judge()
    assert Result.objects.get(requirement="MAP 3.3").determination == "satisfied"
    statements.make_statement(
        cast.system.scope,
        "MAP 3.3",
        met=False,
        role="officer",
        text="It is used elsewhere too.",
        by=cast.by("dana"),
    )
    cast.judge()
    assert Result.objects.get(requirement="MAP 3.3").determination == "not-satisfied"


def test_nobody_speaks_in_a_role_they_do_not_hold(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="do not hold"):
        statements.make_statement(
            cast.system.scope, "MAP 3.3", met=True, role="executive", text="x", by=cast.by("dana")
        )


def test_an_exception_longer_than_180_days_is_refused(cast: Cast) -> None:
    release = make_release(cast)
    with pytest.raises(InvalidInput, match="180 days"):
        findings.request_exception(
            release,
            ["MEASURE 2.11"],
            reason="r",
            compensating_control="c",
            expires_on=timezone.now().date() + timedelta(days=181),
            by=cast.by("owen"),
        )


def test_the_owner_of_a_finding_does_not_close_it(cast: Cast) -> None:
    finding = findings.raise_finding(
        cast.system,
        "Gap",
        {"criterion": "a", "condition": "b"},
        severity="low",
        owner=cast.person("dana"),
        due_on=timezone.now().date(),
        by=cast.by("vera"),
    )
    with pytest.raises(Forbidden, match="other than its owner"):
        findings.close_finding(finding, "done", by=cast.by("dana"))
