from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.principal import Principal
from governance.identity.rest import Pages, View, body_of
from governance.identity.rest_fields import InstantField, StrictSerializer, TextField
from governance.registry.finders import find_system, find_upload
from governance.registry.models import DatasetVersion, Upload
from governance.work.idempotency import once
from monitoring import actions
from monitoring.actions.batches import Delivery
from monitoring.finders import find_batch, find_deployment, find_rows
from monitoring.models import Batch


class RowsInput(StrictSerializer):
    upload = serializers.UUIDField(required=False, help_text="An admitted upload of kind dataset.")
    dataset = serializers.UUIDField(required=False, help_text="Or a dataset that is registered.")


class BatchInput(RowsInput):
    name = TextField(max_length=200)
    observedFrom = InstantField(help_text="Begin of the period, included.")
    observedUntil = InstantField(help_text="End of the period.")
    replay = serializers.BooleanField(required=False, default=False)
    key = TextField(
        required=False, default="id", max_length=120, help_text="Column that tells rows apart."
    )
    note = TextField(required=False, default="", allow_blank=True, max_length=2000)
    deployment = serializers.UUIDField(
        required=False, help_text="What is live in production, where left out."
    )


class BatchOutput(serializers.ModelSerializer[Batch]):
    system = serializers.UUIDField(source="deployment.system_id")
    deployment = serializers.UUIDField(source="deployment_id")
    dataset = serializers.UUIDField(source="dataset_id")
    digest = serializers.CharField(source="dataset.sha256")
    rows = serializers.IntegerField(source="dataset.rows")
    key = serializers.CharField(source="key_column")
    replay = serializers.BooleanField(source="is_replay")
    observedFrom = serializers.DateTimeField(source="observed_from")
    observedUntil = serializers.DateTimeField(source="observed_until")
    labels = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Batch
        fields = (
            "id",
            "system",
            "deployment",
            "sequence",
            "name",
            "dataset",
            "digest",
            "rows",
            "key",
            "replay",
            "note",
            "observedFrom",
            "observedUntil",
            "state",
            "labels",
            "results",
            "createdAt",
            "url",
        )

    @extend_schema_field(dict[str, str])
    def get_labels(self, batch: Batch) -> dict[str, Any]:
        coverage = batch.coverage
        return {
            "state": batch.labels_state,
            "digest": batch.labels.sha256 if batch.labels else None,
            "rows": batch.labelled_rows,
            "coverage": None if coverage is None else f"{coverage:.6f}",
            "reason": batch.labels_reason or None,
            "job": str(batch.labels_job_id) if batch.labels_job_id else None,
        }


class SystemBatches(View):
    @extend_schema(responses=BatchOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Batches delivered for this system, newest first."""
        system = find_system(pk, self.principal(request))
        pages = Pages()
        rows = Batch.objects.with_parts().filter(deployment__system=system)
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(BatchOutput(found, many=True).data)

    @extend_schema(request=BatchInput, responses={201: BatchOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Deliver rows that the live deployment decided about. The same rows give the same batch."""
        by, body = self.principal(request), body_of(BatchInput(data=request.data))
        system = find_system(pk, by)
        batch = actions.deliver_batch(
            find_deployment(system, body.get("deployment"), by),
            Delivery(
                name=body["name"],
                observed=(body["observedFrom"], body["observedUntil"]),
                is_replay=body["replay"],
                key_column=body["key"],
                note=body["note"],
            ),
            by=by,
            **named_rows(body, by),
        )
        return Response(BatchOutput(batch).data, status=201)


class BatchDetail(View):
    @extend_schema(responses=BatchOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """A batch, how far its labels are, and its figures with the ids of their evidence."""
        return Response(BatchOutput(find_batch(pk, self.principal(request))).data)


class BatchLabels(View):
    @extend_schema(request=RowsInput, responses={202: BatchOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Deliver the labels of a batch: 202, then ask for the batch until they are measured or refused."""
        by, body = self.principal(request), body_of(RowsInput(data=request.data))
        batch = actions.deliver_labels(find_batch(pk, by), by=by, **named_rows(body, by))
        return Response(BatchOutput(batch).data, status=202)


def named_rows(body: dict[str, Any], by: Principal) -> dict[str, Any]:
    upload: Upload | None = find_upload(body["upload"], by) if "upload" in body else None
    dataset: DatasetVersion | None = find_rows(body["dataset"], by) if "dataset" in body else None
    return {"upload": upload, "dataset": dataset}
