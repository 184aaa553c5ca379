from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.assessment.actions.approvals import request_approval
from governance.assessment.choices import Outcome, RequestState
from governance.assessment.models import Approval, ApprovalRequest
from governance.assessment.subjects import decides
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.choices import Role
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.principal import Principal
from governance.registry.models import DatasetVersion, ModelVersion, Release
from monitoring.choices import PlanState
from monitoring.criteria import read_criteria
from monitoring.models import EvaluationPlan
from monitoring.subjects import check_named, decided_signature, only_version, protected_of

PURPOSE = "evaluate-under"
RATIONALE_LIMIT = 4000


@dataclass(frozen=True)
class PlanText:
    """What a plan says; another text is another revision with another digest."""

    title: str
    dataset: DatasetVersion
    criteria: Sequence[Any]
    rationale: str
    labels: DatasetVersion | None = None


def write_plan(about: Release | ModelVersion, text: PlanText, *, by: Principal) -> EvaluationPlan:
    """A draft plan about a release or a model version, stated as a record. Counts once approved."""
    system = about.system if isinstance(about, Release) else about.model.unit.system
    by.require("plan.write", system.unit.path)
    plan = EvaluationPlan(
        system=system,
        release=about if isinstance(about, Release) else None,
        model_version=about if isinstance(about, ModelVersion) else None,
    )
    with transaction.atomic():
        put_text(plan, text, by)
        state_text(plan, by)
    return plan


def revise_plan(plan: EvaluationPlan, text: PlanText, *, by: Principal) -> EvaluationPlan:
    """Say something else from now on: a draft again. What ran before is judged by what it ran under."""
    by.require("plan.write", plan.system.unit.path)
    with transaction.atomic():
        requests = open_requests(plan)
        plan = EvaluationPlan.objects.select_for_update().get(pk=plan.pk)
        if plan.state == PlanState.WITHDRAWN:
            raise Conflict("plan_withdrawn", "This plan is withdrawn. Write a new one.")
        before = plan_fields(plan)
        put_text(plan, text, by)
        if plan_fields(plan) == before:
            raise InvalidInput("plan_unchanged", "This is what the plan says already.")
        requests.update(state=RequestState.STALE)
        state_text(plan, by)
    return plan


def withdraw_plan(plan: EvaluationPlan, *, by: Principal) -> EvaluationPlan:
    """Ask for nothing any more under this plan. Failures under it stay failures."""
    by.require("plan.write", plan.system.unit.path)
    with transaction.atomic():
        requests = open_requests(plan)
        plan = EvaluationPlan.objects.select_for_update().get(pk=plan.pk)
        if plan.state == PlanState.WITHDRAWN:
            raise Conflict("plan_withdrawn", "This plan is withdrawn already.")
        requests.update(state=RequestState.STALE)
        change_state(plan, PlanState.WITHDRAWN, by)
    return plan


def request_plan_approval(
    plan: EvaluationPlan, *, by: Principal, reason: str = ""
) -> ApprovalRequest:
    """Ask the compliance officers to decide about the present text; whoever wrote at it is barred."""
    by.require("approval.request", plan.system.unit.path)
    with transaction.atomic():
        plan = EvaluationPlan.objects.select_for_update().get(pk=plan.pk)
        if plan.state != PlanState.DRAFT:
            raise Conflict("plan_not_draft", f"This plan is {plan.get_state_display()} already.")
        return request_approval(
            scope=plan.system.scope,
            subject_kind="evaluation-plan",
            subject_id=plan.pk,
            subject_digest=plan.digest,
            purpose=PURPOSE,
            title=f"Evaluation plan: {plan.title}",
            url=plan.get_absolute_url(),
            role=Role.OFFICER,
            barred=authors_of(plan),
            by=by,
            reason=reason,
        )


@decides("evaluation-plan")
def plan_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    plan = EvaluationPlan.objects.select_for_update().get(pk=request.subject_id)
    if plan.digest != request.subject_digest or plan.state == PlanState.WITHDRAWN:
        return
    is_approval = Outcome(approval.outcome).is_approval
    state = PlanState.APPROVED if is_approval else PlanState.DRAFT
    if state != plan.state:
        change_state(plan, state, by)


def put_text(plan: EvaluationPlan, text: PlanText, by: Principal) -> None:
    version = only_version(plan.release) if plan.release else plan.model_version
    assert version is not None  # the plan is about one of the two
    if plan.release:
        decided_signature(version, plan.release)
    for dataset, pointer in ((text.dataset, "/dataset"), (text.labels, "/labels")):
        if dataset is not None:
            check_named(plan.system, dataset, pointer)
    if text.dataset.sha256 in version.training_data:
        raise InvalidInput(
            "training_data", "The model was trained on these rows. Name other rows.", "/dataset"
        )
    rationale = text.rationale.strip()
    if not rationale or len(rationale) > RATIONALE_LIMIT:
        raise InvalidInput("rationale", "Say why these criteria, in 1 to 4,000 characters.")
    plan.title = clean_name(text.title)
    plan.dataset, plan.labels = text.dataset, text.labels
    plan.criteria = read_criteria(text.criteria, protected_of(version))
    plan.rationale = rationale
    plan.author_id = by.person_id


def state_text(plan: EvaluationPlan, by: Principal) -> None:
    plan.state, plan.revised_at = PlanState.DRAFT, timezone.now()
    stated = state_plan(plan, by)
    assert stated.revision is not None  # a record has one
    plan.revision, plan.digest = stated.revision, stated.subjects[0]
    plan.save()


def change_state(plan: EvaluationPlan, state: str, by: Principal) -> None:
    plan.state = state
    plan.save(update_fields=["state"])
    state_plan(plan, by)


def state_plan(plan: EvaluationPlan, by: Principal) -> Evidence:
    return emit_record(
        "evaluation-plan",
        record_id=plan.pk,
        state=plan.state,
        fields=plan_fields(plan),
        scope=plan.scope,
        by=by,
        author=plan.author_id,
        subjects=[subject(str(plan.subject), plan.subject.digest)],
    )


def plan_fields(plan: EvaluationPlan) -> dict[str, Any]:
    """What the record says; two revisions with the same fields are the same text."""
    decision = plan.release.manifest["decision"] if plan.release else {}
    return {
        "title": plan.title,
        "subject": plan.subject.digest,
        "subjectKind": "release" if plan.release else "model-version",
        "subjectId": str(plan.subject.pk),
        "dataset": plan.dataset.sha256,
        "labels": plan.labels.sha256 if plan.labels else None,
        "criteria": plan.criteria,
        "cutOff": decision.get("cutOff"),
        "favourable": decision.get("favourable"),
        "rationale": plan.rationale,
    }


def open_requests(plan: EvaluationPlan) -> Any:
    """The requests about this plan, locked before the plan is, as a decision locks them."""
    rows = ApprovalRequest.objects.filter(subject_id=plan.pk, state=RequestState.OPEN)
    list(rows.select_for_update())
    return rows


def authors_of(plan: EvaluationPlan) -> set[UUID]:
    people = Evidence.objects.of_record(plan.pk).values_list("person_id", flat=True)
    return {person for person in people if person is not None}
