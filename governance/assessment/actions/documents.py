from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.urls import reverse

from governance.assessment.actions.approvals import request_approval
from governance.assessment.choices import DocumentState, GrantState, Outcome
from governance.assessment.criteria import entry_of
from governance.assessment.models import Approval, ApprovalRequest, Document, Tailoring
from governance.assessment.subjects import decides
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.choices import Role
from governance.identity.errors import InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.models import Upload


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def attach_document(
    unit: Unit,
    topic: str,
    title: str,
    *,
    upload: Upload,
    valid_from: date,
    valid_until: date,
    by: Principal,
    approver: str = Role.EXECUTIVE,
) -> Document:
    """Put a policy or procedure on file with its validity; in force once a second person approves it."""
    by.require("document.attach", unit.path)
    if valid_until < valid_from:
        raise InvalidInput("validity", "The document ends before it begins.", "/validUntil")
    with transaction.atomic():
        document = Document.objects.create(
            unit=unit,
            topic=topic,
            title=clean_name(title),
            filename=upload.filename,
            artefact=upload.artefact,
            valid_from=valid_from,
            valid_until=valid_until,
            author_id=by.person_id,
        )
        stated = state_document(document, by=by)
        request_approval(
            scope=document.scope,
            subject_kind="document",
            subject_id=document.pk,
            subject_digest=stated.subjects[0],
            purpose="put-in-force",
            title=f"Put in force: {document.title}",
            url=reverse("document", args=[document.pk]),
            role=approver,
            barred=[document.author_id],
            by=by,
        )
    return document


def state_document(document: Document, *, by: Principal) -> Evidence:
    return emit_record(
        "document",
        record_id=document.pk,
        state=document.state,
        fields={
            "topic": document.topic,
            "title": document.title,
            "file": document.artefact_id,
        },
        scope=document.scope,
        by=by,
        author=document.author_id,
        subjects=[subject(document.filename, document.artefact_id)],
        valid_from=midnight(document.valid_from),
        valid_until=midnight(document.valid_until + timedelta(days=1)),
    )


@decides("document")
def document_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    document = Document.objects.get(pk=request.subject_id)
    approved = Outcome(approval.outcome).is_approval
    document.state = DocumentState.IN_FORCE if approved else DocumentState.WITHDRAWN
    document.save(update_fields=["state"])
    state_document(document, by=by)


def record_not_applicable(unit: Unit, requirement: str, reason: str, *, by: Principal) -> Tailoring:
    """Propose that a requirement does not apply here; counts once a second person approves."""
    by.require("requirement.tailor", unit.path)
    entry_of(requirement)
    if not reason.strip():
        raise InvalidInput("reason_missing", "Say why this requirement does not apply.", "/reason")
    with transaction.atomic():
        tailoring = Tailoring.objects.create(
            unit=unit, requirement=requirement, reason=reason.strip(), author_id=by.person_id
        )
        stated = state_tailoring(tailoring, by=by)
        request_approval(
            scope=tailoring.scope,
            subject_kind="tailoring",
            subject_id=tailoring.pk,
            subject_digest=stated.subjects[0],
            purpose="not-applicable",
            title=f"{requirement} does not apply to {unit}",
            url=reverse("requirement", args=[requirement.replace(" ", "-")]),
            role=Role.EXECUTIVE,
            barred=[tailoring.author_id],
            by=by,
            reason=tailoring.reason,
        )
    return tailoring


def state_tailoring(tailoring: Tailoring, *, by: Principal) -> Evidence:
    return emit_record(
        "tailoring",
        record_id=tailoring.pk,
        state=tailoring.state,
        fields={
            "requirement": tailoring.requirement,
            "scope": str(tailoring.unit_id),
            "reason": tailoring.reason,
        },
        scope=tailoring.scope,
        by=by,
        author=tailoring.author_id,
    )


@decides("tailoring")
def tailoring_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    approved = Outcome(approval.outcome).is_approval
    Tailoring.objects.filter(pk=request.subject_id).update(
        state=GrantState.GRANTED if approved else GrantState.REFUSED
    )
