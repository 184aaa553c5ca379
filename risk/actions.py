"""The verbs of the risk register; each change is a new signed revision of the risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from governance.assessment.actions.approvals import request_approval
from governance.assessment.actions.statements import check_text
from governance.assessment.choices import Outcome, RequestState
from governance.assessment.criteria import entry_of
from governance.assessment.models import Approval, ApprovalRequest
from governance.assessment.subjects import decides
from governance.audit.actions import record
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.choices import Role
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from risk.choices import RiskState, Treatment
from risk.models import Risk
from risk.scales import IMPACTS, LIKELIHOODS
from risk.statements import state_risk

TEXTS = ("cause", "event", "consequence")
SUBJECT = "risk"


def write_risk(
    system: AISystem,
    title: str,
    texts: Mapping[str, str],
    *,
    likelihood: int,
    impact: int,
    owner: Person,
    review_on: date,
    requirements: Iterable[str] = (),
    by: Principal,
) -> Risk:
    """Enter a risk of a system; `texts` holds cause, event and consequence. Not treated yet."""
    by.require("risk.write", system.unit.path)
    values = {
        **described(title, texts, likelihood, impact, requirements),
        "owner": owner,
        "review_on": coming(review_on, "/reviewOn"),
    }
    with transaction.atomic():
        AISystem.objects.select_for_update().get(pk=system.pk)
        last = Risk.objects.filter(system=system).aggregate(last=Max("number"))["last"] or 0
        risk = Risk.objects.create(
            system=system, number=last + 1, written_by_id=by.person_id, **values
        )
        state_risk(risk, by=by)
    return risk


def edit_risk(
    risk: Risk,
    title: str,
    texts: Mapping[str, str],
    *,
    likelihood: int,
    impact: int,
    owner: Person,
    review_on: date,
    requirements: Iterable[str] = (),
    by: Principal,
) -> Risk:
    """Change what is said of a risk. An acceptance bound to the text before counts no longer."""
    values = {
        **described(title, texts, likelihood, impact, requirements),
        "owner": owner,
        "review_on": coming(review_on, "/reviewOn"),
    }
    with transaction.atomic():
        held = held_standing(risk, by)
        check_residual(
            (likelihood, impact), (held.residual_likelihood, held.residual_impact), "/likelihood"
        )
        return changed(held, values, by)


def treat_risk(
    risk: Risk,
    treatment: str,
    plan: str,
    *,
    residual_likelihood: int,
    residual_impact: int,
    due_on: date | None,
    by: Principal,
) -> Risk:
    """Choose how a risk is answered, and say what remains when the plan is done."""
    if treatment not in Treatment.values:
        raise InvalidInput(
            "treatment", f"Choose from: {', '.join(Treatment.values)}.", "/treatment"
        )
    if treatment != Treatment.ACCEPT and due_on is None:
        raise InvalidInput("due", "Say until when the plan is carried out.", "/due")
    check_rating(residual_likelihood, residual_impact)
    values = {
        "treatment": treatment,
        "plan": check_text(plan),
        "due_on": due_on,
        "residual_likelihood": residual_likelihood,
        "residual_impact": residual_impact,
    }
    with transaction.atomic():
        held = held_standing(risk, by)
        check_residual(
            (held.likelihood, held.impact), (residual_likelihood, residual_impact), "/residual"
        )
        return changed(held, values, by)


def review_risk(risk: Risk, review_on: date, *, by: Principal) -> Risk:
    """Say that the risk was looked at and stands as it is, and when it is looked at next."""
    values = {"review_on": coming(review_on, "/reviewOn")}
    with transaction.atomic():
        return changed(held_standing(risk, by), values, by, keep_state=True)


def accept_risk(risk: Risk, reason: str, *, by: Principal) -> ApprovalRequest:
    """Ask the accountable executive to accept what remains. Who wrote or owns the risk is barred."""
    reason = check_text(reason)
    with transaction.atomic():
        held = held_standing(risk, by)
        if held.residual is None or not held.treatment:
            raise Conflict(
                "risk_not_treated", "Choose a treatment and rate what remains, then ask again."
            )
        if held.state in {RiskState.ASKED, RiskState.ACCEPTED}:
            raise Conflict("acceptance_asked", f"This risk stands at: {held.get_state_display()}.")
        held.state = RiskState.ASKED
        held.save(update_fields=["state"])
        stated = state_risk(held, by=by)
        return request_approval(
            scope=held.system.scope,
            subject_kind=SUBJECT,
            subject_id=held.pk,
            subject_digest=stated.subjects[0],
            purpose="risk-acceptance",
            title=f"Accept what remains of {held}: {held.residual}",
            url=held.get_absolute_url(),
            role=Role.EXECUTIVE,
            barred=[*authors(held), held.owner_id],
            by=by,
            reason=reason,
            due_on=held.review_on,
        )


def withdraw_risk(risk: Risk, reason: str, *, by: Principal) -> Risk:
    """Take a risk off the register: a second-line act, never by who wrote or owns it."""
    by.require("risk.accept", risk.system.unit.path)
    reason = check_text(reason)
    if by.person_id in {*authors(risk), risk.owner_id}:
        raise Forbidden("own_risk", "Somebody other than its author or owner withdraws a risk.")
    with transaction.atomic():
        held = Risk.objects.select_for_update(of=("self",)).with_people().get(pk=risk.pk)
        if held.state == RiskState.WITHDRAWN:
            raise Conflict("risk_withdrawn", "This risk is withdrawn already.")
        held.state = RiskState.WITHDRAWN
        held.save(update_fields=["state"])
        close_requests(held)
        state_risk(held, by=by)
        record(
            "risk.withdrawn",
            by=by,
            object_type="risk",
            object_id=held.pk,
            unit_path=held.system.unit.path,
            texts={"reason": reason},
        )
    return held


@decides(SUBJECT)
def acceptance_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    """State the risk anew. Only its state turns, so the approval's digest covers the same words."""
    held = Risk.objects.select_for_update(of=("self",)).with_people().get(pk=request.subject_id)
    approved = Outcome(approval.outcome).is_approval
    held.state = RiskState.ACCEPTED if approved else RiskState.TREATED
    held.save(update_fields=["state"])
    state_risk(held, by=by)


def held_standing(risk: Risk, by: Principal) -> Risk:
    """The risk, locked, if this principal may change it and it is not withdrawn."""
    by.require("risk.write", risk.system.unit.path)
    held = Risk.objects.select_for_update(of=("self",)).with_people().get(pk=risk.pk)
    if held.state == RiskState.WITHDRAWN:
        raise Conflict("risk_withdrawn", "This risk was withdrawn. Enter it anew if it came back.")
    return held


def changed(
    held: Risk, values: Mapping[str, Any], by: Principal, *, keep_state: bool = False
) -> Risk:
    for name, value in values.items():
        setattr(held, name, value)
    held.reviewed_at = timezone.now()
    if not keep_state:
        held.state = RiskState.TREATED if held.treatment else RiskState.OPEN
    elif held.state == RiskState.ASKED:
        raise Conflict("acceptance_asked", "Wait for the decision on its acceptance, then review.")
    held.save()
    if not keep_state:
        close_requests(held)
    state_risk(held, by=by)
    return held


def close_requests(risk: Risk) -> None:
    ApprovalRequest.objects.filter(
        subject_kind=SUBJECT, subject_id=risk.pk, state=RequestState.OPEN
    ).update(state=RequestState.STALE)


def authors(risk: Risk) -> set[Any]:
    """Everybody who wrote a revision of it."""
    written = Evidence.objects.of_record(risk.pk).order_by().values_list("person_id", flat=True)
    return {person for person in written if person} | {risk.written_by_id}


def described(
    title: str,
    texts: Mapping[str, str],
    likelihood: int,
    impact: int,
    requirements: Iterable[str],
) -> dict[str, Any]:
    check_rating(likelihood, impact)
    return {
        "title": clean_name(title),
        **{name: check_text(str(texts.get(name, ""))) for name in TEXTS},
        "likelihood": likelihood,
        "impact": impact,
        "requirements": sorted({str(entry_of(one)["id"]) for one in requirements}),
    }


def check_rating(likelihood: int, impact: int) -> None:
    if likelihood not in LIKELIHOODS or impact not in IMPACTS:
        raise InvalidInput(
            "rating", "Rate likelihood and impact with whole numbers from 1 to 5.", "/likelihood"
        )


def check_residual(
    inherent: tuple[int, int], residual: tuple[int | None, int | None], pointer: str
) -> None:
    if any(rest is not None and rest > now for now, rest in zip(inherent, residual, strict=True)):
        raise InvalidInput(
            "residual",
            "What remains cannot be rated above the risk before treatment. Rate one of them anew.",
            pointer,
        )


def coming(day: date, pointer: str) -> date:
    if day <= timezone.now().date():
        raise InvalidInput("review", "Choose a day to come for the next review.", pointer)
    return day
