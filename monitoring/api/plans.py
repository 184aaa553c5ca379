from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.assessment.models import ApprovalRequest
from governance.evidence.revising import with_etag
from governance.identity.errors import InvalidInput
from governance.identity.principal import Principal
from governance.identity.rest import Pages, View, body_of, no_body
from governance.identity.rest_fields import StrictSerializer, TextField
from governance.identity.revisions import having_read, revision_named
from governance.registry.finders import find_release, find_system, find_version
from governance.registry.models import AISystem, ModelVersion, Release
from governance.work.idempotency import once
from monitoring import actions
from monitoring.actions.plans import PlanText
from monitoring.api.finders import find_dataset, find_plan, named_dataset
from monitoring.models import EvaluationPlan


class PlanTextInput(StrictSerializer):
    title = TextField(max_length=200)
    dataset = serializers.UUIDField(help_text="A registered dataset; its file may stay elsewhere.")
    labels = serializers.UUIDField(
        required=False, allow_null=True, help_text="Where the labels are in a file of their own."
    )
    criteria = serializers.ListField(
        child=serializers.DictField(),
        help_text="Each with id, theme, check, slice, comparator, threshold (a decimal as text), "
        "use (point, lower, upper) and minimumSample.",
    )
    rationale = TextField(max_length=4000)


class PlanInput(PlanTextInput):
    release = serializers.UUIDField(required=False, help_text="What the plan is about, or:")
    modelVersion = serializers.UUIDField(required=False)


class PlanOutput(serializers.ModelSerializer[EvaluationPlan]):
    system = serializers.UUIDField(source="system_id")
    release = serializers.UUIDField(source="release_id", allow_null=True)
    modelVersion = serializers.UUIDField(source="model_version_id", allow_null=True)
    subject = serializers.CharField(source="subject.digest")
    dataset = serializers.UUIDField(source="dataset_id")
    datasetDigest = serializers.CharField(source="dataset.sha256")
    labels = serializers.UUIDField(source="labels_id", allow_null=True)
    author = serializers.UUIDField(source="author_id")
    createdAt = serializers.DateTimeField(source="created_at")
    revisedAt = serializers.DateTimeField(source="revised_at")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = EvaluationPlan
        fields = (
            "id",
            "system",
            "release",
            "modelVersion",
            "subject",
            "title",
            "dataset",
            "datasetDigest",
            "labels",
            "criteria",
            "rationale",
            "author",
            "revision",
            "digest",
            "state",
            "createdAt",
            "revisedAt",
            "url",
        )


class ApprovalRequestInput(StrictSerializer):
    reason = TextField(required=False, allow_blank=True, max_length=4000)


class ApprovalRequestOutput(serializers.ModelSerializer[ApprovalRequest]):
    subjectKind = serializers.CharField(source="subject_kind")
    subject = serializers.UUIDField(source="subject_id")
    subjectDigest = serializers.CharField(source="subject_digest")
    createdAt = serializers.DateTimeField(source="created_at")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = ApprovalRequest
        fields = (
            "id",
            "subjectKind",
            "subject",
            "subjectDigest",
            "purpose",
            "title",
            "role",
            "state",
            "createdAt",
            "url",
        )


class EvaluationPlans(View):
    @extend_schema(responses=PlanOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Evaluation plans of this system, newest first."""
        system = find_system(pk, self.principal(request))
        pages = Pages()
        rows = EvaluationPlan.objects.filter(system=system).select_related(
            "release", "model_version", "dataset"
        )
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(PlanOutput(found, many=True).data)

    @extend_schema(request=PlanInput, responses={201: PlanOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Write a plan: which figures, on which rows, must come out how. Counts once approved."""
        by, body = self.principal(request), body_of(PlanInput(data=request.data))
        about = subject_of(find_system(pk, by), body, by)
        plan = actions.write_plan(about, text_of(body, by), by=by)
        return Response(PlanOutput(plan).data, status=201)


class EvaluationPlanDetail(View):
    @extend_schema(responses=PlanOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        found = find_plan(pk, self.principal(request))
        return with_etag(Response(PlanOutput(found).data), found.pk)

    @extend_schema(request=PlanTextInput, responses=PlanOutput)
    @once
    def put(self, request: Request, pk: UUID) -> Response:
        """Revise the plan: a draft again, with another digest; open approvals go stale. If-Match holds the ETag that was read."""
        by, body = self.principal(request), body_of(PlanTextInput(data=request.data))
        with having_read(pk, revision_named(request)):
            plan = actions.revise_plan(find_plan(pk, by), text_of(body, by), by=by)
        return with_etag(Response(PlanOutput(plan).data), plan.pk)


class PlanApprovalRequests(View):
    @extend_schema(request=ApprovalRequestInput, responses={201: ApprovalRequestOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask a compliance officer to decide about the plan's present text."""
        by, body = self.principal(request), body_of(ApprovalRequestInput(data=request.data))
        asked = actions.request_plan_approval(
            find_plan(pk, by), by=by, reason=body.get("reason", "")
        )
        return Response(ApprovalRequestOutput(asked).data, status=201)


class PlanWithdrawal(View):
    @extend_schema(request=None, responses=PlanOutput)
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Withdraw the plan: it asks for nothing any more; failures under it stand."""
        no_body(request)
        by = self.principal(request)
        return Response(PlanOutput(actions.withdraw_plan(find_plan(pk, by), by=by)).data)


def subject_of(system: AISystem, body: dict[str, Any], by: Principal) -> Release | ModelVersion:
    release, version = body.get("release"), body.get("modelVersion")
    if (release is None) == (version is None):
        raise InvalidInput("subject", "Name a release or a model version, one of the two.")
    about = find_release(release, by) if release else find_version(str(version), by)
    owner = about.system_id if isinstance(about, Release) else about.model.unit_id
    if owner != system.pk:
        raise InvalidInput("subject", f"{about} belongs to another AI system.")
    return about


def text_of(body: dict[str, Any], by: Principal) -> PlanText:
    return PlanText(
        title=body["title"],
        dataset=find_dataset(body["dataset"], by),
        labels=named_dataset(body, "labels", by),
        criteria=body["criteria"],
        rationale=body["rationale"],
    )
