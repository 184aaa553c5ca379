from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from governance.assessment.choices import Outcome, RequestState
from governance.assessment.models import Approval, ApprovalRequest
from governance.assessment.subjects import SUBJECTS
from governance.audit.actions import record, salted
from governance.audit.queries import log_size
from governance.evidence.actions import emit, subject
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.scope import Scope
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.models import Person, RoleGrant
from governance.identity.principal import Principal
from governance.work.actions import notify

CONDITION_LIMIT = 400
REASON_LIMIT = 4000


def request_approval(
    *,
    scope: Scope,
    subject_kind: str,
    subject_id: UUID,
    subject_digest: str,
    purpose: str,
    title: str,
    url: str,
    role: str,
    barred: Iterable[UUID],
    by: Principal,
    reason: str = "",
    due_on: date | None = None,
) -> ApprovalRequest:
    """Ask the people in `role` to decide about exactly this digest; who made it is barred, by person."""
    with transaction.atomic():
        ApprovalRequest.objects.filter(
            subject_id=subject_id, purpose=purpose, role=role, state=RequestState.OPEN
        ).exclude(subject_digest=subject_digest).update(state=RequestState.STALE)
        known = ApprovalRequest.objects.filter(
            subject_digest=subject_digest, purpose=purpose, role=role, state=RequestState.OPEN
        ).first()
        if known is not None:
            refuse_second_asker(known, by)
            return known
        request = ApprovalRequest.objects.create(
            unit=scope.unit,
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_digest=subject_digest,
            purpose=purpose,
            title=title[:300],
            url=url,
            role=role,
            barred=sorted({*barred, by.person_id}),
            requested_by_id=by.person_id,
            reason=reason,
            due_on=due_on,
        )
        record(
            "assessment.approval_requested",
            by=by,
            object_type="approval-request",
            object_id=request.pk,
            unit_path=scope.unit.path,
            facts={
                "subject": subject_digest,
                "subjectKind": subject_kind,
                "purpose": purpose,
                "role": role,
                "barred": [str(person) for person in request.barred],
            },
            texts={"reason": reason} if reason else None,
        )
        for person in deciders(request):
            notify(person, "approval_asked", f"Decide: {title}", request.get_absolute_url(), reason)
    return request


def refuse_second_asker(request: ApprovalRequest, by: Principal) -> None:
    """Who is barred never changes once it is asked: who joined in asking could still decide."""
    if by.person_id not in request.barred:
        raise Conflict(
            "asked_already",
            f"{request.requested_by} asked for this already. Wait for the decision.",
        )


def deciders(request: ApprovalRequest) -> list[Person]:
    """The people who may answer: in the role here, and not barred."""
    grants = RoleGrant.objects.live().filter(role=request.role).select_related("person", "unit")
    people = {g.person for g in grants if request.unit.path.startswith(g.unit.path)}
    return sorted(
        (p for p in people if p.pk not in request.barred and p.is_active), key=lambda p: p.name
    )


def scope_of_request(request: ApprovalRequest) -> Scope:
    return Scope(request.unit.kind, request.unit_id, request.unit)


def check_may_decide(request: ApprovalRequest, by: Principal) -> None:
    if by.is_service:
        raise Forbidden("service_account", "A service account never approves. Sign in as a person.")
    if by.person_id in request.barred or by.person_id == request.requested_by_id:
        raise Forbidden(
            "four_eyes",
            "You made or asked for this, under this or another account, so somebody else decides.",
        )
    if request.role not in by.roles_at(request.unit.path):
        raise Forbidden(
            "not_allowed", f"This decision needs the role {request.get_role_display()} here."
        )
    by.require("approval.decide", request.unit.path)


def decide(
    request: ApprovalRequest,
    outcome: str,
    reason: str,
    *,
    by: Principal,
    conditions: Iterable[str] = (),
) -> Approval:
    """Answer a request: approve, approve with conditions, return, reject. Signed, bound to the digest."""
    check_may_decide(request, by)
    if outcome not in Outcome.values or outcome == Outcome.REVOKED:
        raise InvalidInput("outcome", "Approve, approve with conditions, return or reject.")
    listed = [" ".join(text.split())[:CONDITION_LIMIT] for text in conditions if text.strip()]
    if (outcome == Outcome.CONDITIONS) != bool(listed):
        raise InvalidInput(
            "conditions", "Name conditions exactly when you approve with conditions.", "/conditions"
        )
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise InvalidInput("reason_missing", "Say why, in 1 to 4,000 characters.", "/reason")
    with transaction.atomic():
        held = ApprovalRequest.objects.select_for_update().get(pk=request.pk)
        if held.state != RequestState.OPEN:
            raise Conflict(
                "request_closed",
                f"This request is {held.get_state_display()}; it cannot be decided any more.",
            )
        approval = answer(held, outcome, listed, reason.strip(), by)
        ApprovalRequest.objects.filter(pk=held.pk).update(state=RequestState.DECIDED)
        SUBJECTS[held.subject_kind](held, approval, by)
    return approval


def revoke(request: ApprovalRequest, reason: str, *, by: Principal) -> Approval:
    """Take an approval back; gates see it at once."""
    check_may_decide(request, by)
    if not reason.strip():
        raise InvalidInput("reason_missing", "Say why.", "/reason")
    with transaction.atomic():
        held = ApprovalRequest.objects.select_for_update().get(pk=request.pk)
        last = held.answers.first()
        if last is None or not Outcome(last.outcome).is_approval:
            raise Conflict("not_approved", "Only an approval can be revoked.")
        approval = answer(held, Outcome.REVOKED, [], reason.strip(), by)
        SUBJECTS[held.subject_kind](held, approval, by)
    return approval


def answer(
    request: ApprovalRequest, outcome: str, conditions: list[str], reason: str, by: Principal
) -> Approval:
    words = salted(reason)
    statement = emit(
        PredicateType.APPROVAL,
        scope=scope_of_request(request),
        subjects=[subject(request.subject_kind, request.subject_digest)],
        body={
            "request": str(request.pk),
            "purpose": request.purpose,
            "subjectKind": request.subject_kind,
            "outcome": outcome,
            "conditions": [
                {"id": f"c{n}", "text": text, "due": None, "record": None}
                for n, text in enumerate(conditions, 1)
            ],
            "role": request.role,
            "person": str(by.person_id),
            "barred": [str(person) for person in request.barred],
            "reasonDigest": words.digest,
            "validUntil": None,
            "logSize": log_size(),
        },
        assurance=Assurance.STATEMENT,
        by=by,
        texts={"reason": words},
    )
    approval = Approval.objects.create(
        request=request,
        person_id=by.person_id,
        outcome=outcome,
        conditions=conditions,
        reason=reason,
        evidence_id=statement.id,
    )
    notify(
        request.requested_by,
        "approval_decided",
        f"{Outcome(outcome).label}: {request.title}",
        request.get_absolute_url(),
        reason,
    )
    return approval
