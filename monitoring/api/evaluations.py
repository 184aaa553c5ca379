from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.rest import Pages, View, body_of
from governance.identity.rest_fields import StrictSerializer
from governance.registry.finders import find_release
from governance.work.idempotency import once
from monitoring import actions
from monitoring.api.finders import find_evaluation, find_plan, named_dataset
from monitoring.choices import Device
from monitoring.evaluated import judged_results
from monitoring.models import EvaluationRun


class EvaluationInput(StrictSerializer):
    plan = serializers.UUIDField(
        required=False, allow_null=True, help_text="An approved plan; without one: exploratory."
    )
    dataset = serializers.UUIDField(
        required=False, allow_null=True, help_text="Needed without a plan; a plan names its own."
    )
    labels = serializers.UUIDField(required=False, allow_null=True)
    device = serializers.ChoiceField(Device.choices, required=False, default=Device.CPU)


class Progress(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class EvaluationOutput(serializers.ModelSerializer[EvaluationRun]):
    system = serializers.UUIDField(source="release.system_id")
    release = serializers.UUIDField(source="release_id")
    plan = serializers.SerializerMethodField()
    dataset = serializers.SerializerMethodField()
    labels = serializers.UUIDField(source="labels_id", allow_null=True)
    job = serializers.UUIDField(source="job_id")
    state = serializers.CharField(source="shown_state.value")
    progress = Progress()
    evidence = serializers.UUIDField(source="evidence_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    startedAt = serializers.DateTimeField(source="started_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = EvaluationRun
        fields = (
            "id",
            "system",
            "release",
            "plan",
            "dataset",
            "labels",
            "device",
            "attempt",
            "job",
            "state",
            "reason",
            "progress",
            "results",
            "evidence",
            "createdAt",
            "startedAt",
            "finishedAt",
            "url",
        )

    @extend_schema_field(dict[str, str])
    def get_plan(self, run: EvaluationRun) -> dict[str, Any] | None:
        if run.plan_id is None:
            return None
        return {"id": str(run.plan_id), "revision": run.plan_revision, "digest": run.plan_digest}

    @extend_schema_field(dict[str, str])
    def get_dataset(self, run: EvaluationRun) -> dict[str, Any]:
        held = run.dataset
        return {"id": str(held.pk), "name": held.name, "digest": held.sha256, "rows": held.rows}


class EvaluationJudged(EvaluationOutput):
    """With what the plan asks of each figure and whether it holds."""

    results = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_results(self, run: EvaluationRun) -> list[dict[str, Any]]:
        return judged_results(run)


class ReleaseEvaluations(View):
    @extend_schema(responses=EvaluationOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Every attempt to measure this release, newest first."""
        release = find_release(pk, self.principal(request))
        pages = Pages()
        rows = EvaluationRun.objects.with_parts().filter(release=release)
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(EvaluationOutput(found, many=True).data)

    @extend_schema(request=EvaluationInput, responses={202: EvaluationOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Measure this release in a worker: 202, then ask for the evaluation until it has ended."""
        by, body = self.principal(request), body_of(EvaluationInput(data=request.data))
        named = body.get("plan")
        run = actions.start_evaluation(
            find_release(pk, by),
            named_dataset(body, "dataset", by),
            find_plan(named, by) if named else None,
            labels=named_dataset(body, "labels", by),
            device=body["device"],
            by=by,
        )
        return Response(EvaluationOutput(run).data, status=202)


class EvaluationDetail(View):
    @extend_schema(responses=EvaluationJudged)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far an evaluation is, and its figures with their evidence and what the plan asks of each."""
        return Response(EvaluationJudged(find_evaluation(pk, self.principal(request))).data)
