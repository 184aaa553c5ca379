"""What waits for the person who looks: decisions, alerts, opinions, findings, actions, reviews, requirements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.assessment.choices import ActionState, FindingState, RequestState
from governance.assessment.criteria import current_entries
from governance.assessment.models import (
    ApprovalRequest,
    Assignment,
    CorrectiveAction,
    Finding,
    Result,
)
from governance.evidence.models import Evidence
from governance.identity.principal import Principal
from governance.registry.choices import TierState
from governance.registry.models import AISystem, Deployment, Release
from governance.work.actions import REVIEW_NOTICE
from monitoring.listing import alerts_seen
from monitoring.states import AlertState
from risk.models import Risk

MOST = 50
Task = dict[str, Any]


def tasks_of(principal: Principal) -> Iterator[Task]:
    """What waits for this person, most urgent kinds first."""
    yield from decisions(principal)
    yield from open_alerts(principal)
    yield from opinions_due(principal)
    if principal.may_somewhere("system.confirm_tier"):
        yield from unconfirmed_tiers(principal)
    yield from owned_findings(principal)
    yield from owned_actions(principal)
    yield from reviews_due(principal)
    yield from assigned_requirements(principal)


def decisions(principal: Principal) -> Iterator[Task]:
    rows = ApprovalRequest.objects.visible_to(principal).filter(
        state=RequestState.OPEN, role__in=principal.roles
    )
    mine = rows.exclude(barred__contains=[principal.person_id]).select_related("requested_by")
    for request in mine[:MOST]:
        yield {
            "title": request.title,
            "url": request.get_absolute_url(),
            "tone": "wait",
            "words": "waits for your decision",
            "note": f"Asked by {request.requested_by}",
            "due": request.due_on or "",
        }


def open_alerts(principal: Principal) -> Iterator[Task]:
    """Alerts that nobody has triaged, of systems this person owns."""
    rows = alerts_seen(principal).filter(
        state=AlertState.OPEN, deployment__system__owner_id=principal.person_id
    )
    for alert in rows[:MOST]:
        yield {
            "title": f"Alert: {alert.title}",
            "url": alert.get_absolute_url(),
            "tone": "bad",
            "words": "triage overdue" if alert.is_overdue else "waits for triage",
            "note": str(alert.system),
            "due": alert.triage_by,
        }


def opinions_due(principal: Principal) -> Iterator[Task]:
    """Releases, live or the newest, of systems this person validates, without an opinion by them."""
    me = principal.person_id
    newest = Release.objects.filter(system__validator_id=me).order_by("system_id", "-number")
    live = Deployment.objects.live().filter(system__validator_id=me).values("release_id")
    chosen = Q(pk__in=newest.distinct("system_id").values("pk")) | Q(pk__in=live)
    given = Evidence.objects.visible_to(principal).records("opinion").filter(person_id=me)
    rows = Release.objects.visible_to(principal).filter(chosen).exclude(created_by_id=me)
    rows = rows.exclude(model_versions__registered_by=me).exclude(pk__in=given.values("scope_id"))
    for release in rows.select_related("system__unit")[:MOST]:
        yield {
            "title": f"Give your opinion on {release}",
            "url": reverse("opinion-give", args=[release.pk]),
            "tone": "wait",
            "words": "waits for your opinion",
            "note": "You are the validator of this AI system",
            "due": "",
        }


def unconfirmed_tiers(principal: Principal) -> Iterator[Task]:
    rows = AISystem.objects.visible_to(principal).filter(tier_state=TierState.PROPOSED)
    mine = rows.exclude(owner_id=principal.person_id).select_related("unit", "owner")
    for system in mine[:MOST]:
        yield {
            "title": f"Confirm the tier of {system}",
            "url": system.get_absolute_url(),
            "tone": "wait",
            "words": "waits for you",
            "note": f"{system.owner} proposes {system.get_tier_display()}",
            "due": "",
        }


def owned_findings(principal: Principal) -> Iterator[Task]:
    rows = Finding.objects.visible_to(principal).filter(owner_id=principal.person_id)
    mine = rows.exclude(state=FindingState.CLOSED).select_related("system__unit")
    for finding in mine[:MOST]:
        yield {
            "title": f"Finding: {finding.title}",
            "url": finding.get_absolute_url(),
            "tone": "warn",
            "words": f"{finding.get_severity_display()}, {finding.get_state_display()}",
            "note": str(finding.system),
            "due": finding.due_on,
        }


def owned_actions(principal: Principal) -> Iterator[Task]:
    rows = CorrectiveAction.objects.filter(
        finding__in=Finding.objects.visible_to(principal),
        owner_id=principal.person_id,
        state=ActionState.PLANNED,
    )
    for action in rows.select_related("finding__system__unit")[:MOST]:
        yield {
            "title": f"Action: {action.title}",
            "url": action.finding.get_absolute_url(),
            "tone": "bad" if action.is_overdue else "warn",
            "words": "overdue" if action.is_overdue else "planned",
            "note": f"{action.finding}, {action.finding.system}",
            "due": action.due_on,
        }


def reviews_due(principal: Principal) -> Iterator[Task]:
    """Systems and risks of this person whose review is due within the week, or was."""
    soon = timezone.now().date() + REVIEW_NOTICE
    systems = AISystem.objects.visible_to(principal).select_related("unit")
    mine = systems.filter(owner_id=principal.person_id, review_due_on__lte=soon)
    for system in mine.order_by("review_due_on")[:MOST]:
        yield review(str(system), system.get_absolute_url(), system.review_due_on)
    risks = Risk.objects.visible_to(principal).standing().select_related("system__unit")
    own = risks.filter(owner_id=principal.person_id, review_on__lte=soon)
    for risk in own.order_by("review_on")[:MOST]:
        yield review(str(risk), risk.get_absolute_url(), risk.review_on)


def review(what: str, url: str, due_on: Any) -> Task:
    late = due_on < timezone.now().date()
    return {
        "title": f"Review {what}",
        "url": url,
        "tone": "bad" if late else "wait",
        "words": "overdue" if late else "due soon",
        "note": "",
        "due": due_on,
    }


def assigned_requirements(principal: Principal) -> Iterator[Task]:
    """Requirements this person is to see to, less those that hold."""
    mine = Assignment.objects.filter(person_id=principal.person_id).select_related("unit")[:MOST]
    found = Result.objects.filter(
        unit_id__in=[row.unit_id for row in mine], requirement__in=[row.requirement for row in mine]
    )
    results = {(row.unit_id, row.requirement): row for row in found.order_by("-pk")}
    for row in mine:
        result = results.get((row.unit_id, row.requirement))
        if result is not None and result.determination == "satisfied":
            continue
        yield {
            "title": f"{row.requirement} at {row.unit}",
            "url": page_of(row),
            "tone": result.tone if result else "none",
            "words": result.words if result else "not determined",
            "note": "You are to see that this holds",
            "due": row.due_on or "",
        }


def page_of(row: Assignment) -> str:
    """Where the assigned requirement is answered: the system's why page, else the unit's, else the requirement's."""
    name = row.requirement.replace(" ", "-")
    if row.unit.kind == "system":
        return reverse("why", args=[row.unit_id, name])
    entry = current_entries().get(row.requirement)
    if entry is not None and entry["scope"] == row.unit.kind:
        return reverse("unit-why", args=[row.unit_id, name])
    return reverse("requirement", args=[name])
