from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from governance.assessment.actions.approvals import request_approval
from governance.assessment.actions.documents import midnight
from governance.assessment.actions.statements import check_text
from governance.assessment.choices import (
    ActionState,
    FindingState,
    GrantState,
    Outcome,
    Severity,
)
from governance.assessment.criteria import entry_of
from governance.assessment.models import (
    Approval,
    ApprovalRequest,
    CorrectiveAction,
    ExceptionGrant,
    Finding,
)
from governance.assessment.subjects import decides
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.choices import Role
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.models import AISystem, Release
from governance.work.actions import notify

LONGEST_EXCEPTION = timedelta(days=180)
FINDING_TEXTS = ("criterion", "condition", "cause", "effect")


def raise_finding(
    system: AISystem,
    title: str,
    texts: Mapping[str, str],
    *,
    severity: str,
    owner: Person,
    due_on: date,
    by: Principal,
    release: Release | None = None,
    requirement: str = "",
) -> Finding:
    """Record a judged gap: criterion, condition, cause, effect; somebody owns it, until a date."""
    by.require("finding.raise", system.unit.path)
    if severity not in Severity.values:
        raise InvalidInput("severity", f"Choose from: {', '.join(Severity.values)}.", "/severity")
    if requirement:
        entry_of(requirement)
    cleaned = {name: str(texts.get(name, "")).strip() for name in FINDING_TEXTS}
    if not cleaned["criterion"] or not cleaned["condition"]:
        raise InvalidInput("finding_texts", "Say what was asked and what was found.", "/criterion")
    with transaction.atomic():
        AISystem.objects.select_for_update().get(pk=system.pk)
        last = Finding.objects.filter(system=system).aggregate(last=Max("number"))["last"] or 0
        finding = Finding.objects.create(
            number=last + 1,
            system=system,
            release=release,
            requirement=requirement,
            title=clean_name(title),
            severity=severity,
            owner=owner,
            due_on=due_on,
            raised_by_id=by.person_id,
            **cleaned,
        )
        state_finding(finding, by=by)
        notify(owner, "finding_raised", f"Finding: {finding.title}", finding.get_absolute_url())
    return finding


def close_finding(finding: Finding, reason: str, *, by: Principal) -> Finding:
    """Close after a retest by somebody other than the owner."""
    by.require("finding.close", finding.system.unit.path)
    if by.person_id == finding.owner_id:
        raise Forbidden("own_finding", "Somebody other than its owner retests a finding.")
    with transaction.atomic():
        held = Finding.objects.select_for_update().get(pk=finding.pk)
        if held.state == FindingState.CLOSED:
            raise Conflict("finding_closed", "This finding is closed already.")
        held.state, held.closed_at = FindingState.CLOSED, timezone.now()
        held.retested_by_id = by.person_id
        held.save(update_fields=["state", "closed_at", "retested_by"])
        state_finding(held, by=by, retest=check_text(reason))
    return held


def plan_action(
    finding: Finding, title: str, owner: Person, due_on: date, *, by: Principal
) -> CorrectiveAction:
    by.require("action.plan", finding.system.unit.path)
    today = timezone.now().date()
    if due_on > finding.due_on >= today:
        until = f"{finding.due_on.day} {finding.due_on:%b %Y}"
        raise InvalidInput(
            "due_on", f"The finding is due by {until}: plan the action until then.", "/due_on"
        )
    with transaction.atomic():
        action = CorrectiveAction.objects.create(
            finding=finding, title=clean_name(title, 300), owner=owner, due_on=due_on
        )
        state_action(action, by=by)
        told = f"Action until {due_on.day} {due_on:%b %Y}: {action.title}"
        notify(owner, "action_planned", told, finding.get_absolute_url())
    return action


def complete_action(action: CorrectiveAction, *, by: Principal) -> CorrectiveAction:
    by.require("action.complete", action.finding.system.unit.path)
    with transaction.atomic():
        held = CorrectiveAction.objects.select_for_update().get(pk=action.pk)
        if held.state == ActionState.DONE:
            raise Conflict("action_done", "This action is done already.")
        held.state, held.done_at = ActionState.DONE, timezone.now()
        held.save(update_fields=["state", "done_at"])
        state_action(held, by=by)
        if not held.finding.actions.filter(state=ActionState.PLANNED).exists():
            Finding.objects.filter(pk=held.finding_id, state=FindingState.OPEN).update(
                state=FindingState.READY
            )
            held.finding.refresh_from_db()
            state_finding(held.finding, by=by)
    return held


def request_exception(
    release: Release,
    requirements: list[str],
    *,
    reason: str,
    compensating_control: str,
    expires_on: date,
    by: Principal,
) -> ExceptionGrant:
    """Ask the officer to let a release go on although requirements fail: dated, with a compensating control."""
    system = release.system
    by.require("exception.request", system.unit.path)
    today = timezone.now().date()
    if not today < expires_on <= today + LONGEST_EXCEPTION:
        raise InvalidInput(
            "expiry", f"Choose a date within {LONGEST_EXCEPTION.days} days from today.", "/expires"
        )
    chosen = [entry_of(requirement)["id"] for requirement in requirements]
    if not chosen:
        raise InvalidInput("nothing_chosen", "Choose at least one requirement.", "/requirements")
    with transaction.atomic():
        AISystem.objects.select_for_update().get(pk=system.pk)
        known = ExceptionGrant.objects.filter(system=system)
        last = known.aggregate(last=Max("number"))["last"] or 0
        grant = ExceptionGrant.objects.create(
            number=last + 1,
            system=system,
            release=release,
            unit=system.unit,
            requirements=chosen,
            reason=check_text(reason),
            compensating_control=check_text(compensating_control),
            expires_on=expires_on,
            requested_by_id=by.person_id,
        )
        stated = state_exception(grant, by=by)
        request_approval(
            scope=system.scope,
            subject_kind="exception",
            subject_id=grant.pk,
            subject_digest=stated.subjects[0],
            purpose="exception",
            title=f"Exception to {', '.join(chosen)}: {release}",
            url=release.get_absolute_url(),
            role=Role.OFFICER,
            barred=[grant.requested_by_id, *release.authors],
            by=by,
            reason=grant.reason,
        )
    return grant


@decides("exception")
def exception_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    if approval.outcome == Outcome.REVOKED:
        state = GrantState.ENDED
    elif Outcome(approval.outcome).is_approval:
        state = GrantState.GRANTED
    else:
        state = GrantState.REFUSED
    ExceptionGrant.objects.filter(pk=request.subject_id).update(state=state)


def state_finding(finding: Finding, *, by: Principal, retest: str = "") -> Evidence:
    fields: dict[str, Any] = {
        "number": str(finding.number),
        "system": str(finding.system_id),
        "release": str(finding.release_id) if finding.release_id else None,
        "requirement": finding.requirement,
        "title": finding.title,
        "severity": finding.severity,
        "owner": str(finding.owner_id),
        "due": finding.due_on.isoformat(),
        "retest": retest,
        "retestedBy": str(finding.retested_by_id) if finding.retested_by_id else None,
        **{name: getattr(finding, name) for name in FINDING_TEXTS},
    }
    about = [subject(str(finding.release), finding.release.digest)] if finding.release else []
    return emit_record(
        "finding",
        record_id=finding.pk,
        state=finding.state,
        fields=fields,
        scope=finding.scope,
        by=by,
        author=finding.raised_by_id,
        subjects=about,
    )


def state_action(action: CorrectiveAction, *, by: Principal) -> Evidence:
    return emit_record(
        "action",
        record_id=action.pk,
        state=action.state,
        fields={
            "finding": str(action.finding_id),
            "title": action.title,
            "owner": str(action.owner_id),
            "due": action.due_on.isoformat(),
        },
        scope=action.finding.scope,
        by=by,
    )


def state_exception(grant: ExceptionGrant, *, by: Principal) -> Evidence:
    return emit_record(
        "exception",
        record_id=grant.pk,
        state=grant.state,
        fields={
            "number": str(grant.number),
            "requirements": list(grant.requirements),
            "scope": str(grant.release_id),
            "expires": f"{(grant.expires_on + timedelta(days=1)).isoformat()}T00:00:00Z",
            "reason": grant.reason,
            "compensatingControl": grant.compensating_control,
        },
        scope=grant.scope,
        by=by,
        author=grant.requested_by_id,
        subjects=[subject(str(grant.release), grant.release.digest)],
        valid_until=midnight(grant.expires_on + timedelta(days=1)),
    )
