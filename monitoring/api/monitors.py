from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.evidence.revising import with_etag
from governance.identity.principal import Principal
from governance.identity.rest import Pages, View, body_of, no_body
from governance.identity.rest_fields import StrictSerializer, TextField
from governance.identity.revisions import having_read, revision_named
from governance.registry.finders import find_system
from governance.work.idempotency import once
from monitoring import actions
from monitoring.actions.monitors import MonitorText
from monitoring.finders import find_deployment, find_monitor, find_rows, find_run
from monitoring.models import Monitor, MonitorRun
from monitoring.states import MonitorState
from monitoring.terms import FIELDS


class ColumnInput(StrictSerializer):
    name = TextField(max_length=200)
    kind = TextField(help_text="numeric or categorical")


class MonitorTextInput(StrictSerializer):
    name = TextField(max_length=200)
    reference = serializers.UUIDField(help_text="A registered dataset whose file is here.")
    columns = serializers.ListField(
        child=ColumnInput(), required=False, help_text="Every column of the model, where left out."
    )
    rule = serializers.DictField(
        child=TextField(),
        required=False,
        help_text="alpha, psiFloor, effectFloor, minimumRows: decimals as text.",
    )
    intervalSeconds = serializers.IntegerField()
    graceSeconds = serializers.IntegerField(required=False)
    triageSeconds = serializers.IntegerField(required=False)


class MonitorInput(MonitorTextInput):
    deployment = serializers.UUIDField(
        required=False, help_text="What is live in production, where left out."
    )


class MonitorStateInput(StrictSerializer):
    state = serializers.ChoiceField(MonitorState.choices)
    reason = TextField(max_length=2000)


class MonitorOutput(serializers.ModelSerializer[Monitor]):
    system = serializers.UUIDField(source="deployment.system_id")
    scope = serializers.DictField(source="scope.as_json", help_text="Of statements about it.")
    deployment = serializers.UUIDField(source="deployment_id")
    release = serializers.UUIDField(source="deployment.release_id")
    reference = serializers.UUIDField(source="reference_id")
    referenceDigest = serializers.CharField(source="reference.sha256")
    intervalSeconds = serializers.IntegerField(source="interval_seconds")
    graceSeconds = serializers.IntegerField(source="grace_seconds")
    triageSeconds = serializers.IntegerField(source="triage_seconds")
    nextAt = serializers.DateTimeField(source="schedule.next_at")
    createdAt = serializers.DateTimeField(source="created_at")
    endedAt = serializers.DateTimeField(source="ended_at", allow_null=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Monitor
        fields = (
            "id",
            "system",
            "scope",
            "deployment",
            "release",
            "name",
            "reference",
            "referenceDigest",
            "columns",
            "rule",
            "intervalSeconds",
            "graceSeconds",
            "triageSeconds",
            "state",
            "revision",
            "digest",
            "nextAt",
            "createdAt",
            "endedAt",
            "url",
        )


class MonitorRunOutput(serializers.ModelSerializer[MonitorRun]):
    monitor = serializers.UUIDField(source="monitor_id")
    scheduled = serializers.BooleanField(source="is_scheduled")
    batch = serializers.UUIDField(source="batch_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)
    evidence = serializers.UUIDField(source="evidence_id", allow_null=True)
    record = serializers.UUIDField(source="record_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)

    class Meta:
        model = MonitorRun
        fields = (
            "id",
            "monitor",
            "slot",
            "scheduled",
            "batch",
            "job",
            "status",
            "reason",
            "drifted",
            "evidence",
            "record",
            "createdAt",
            "finishedAt",
        )


class RunPages(Pages):
    ordering = "-slot"


class SystemMonitors(View):
    @extend_schema(responses=MonitorOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Monitors of this system's deployments, newest first."""
        system = find_system(pk, self.principal(request))
        pages = Pages()
        rows = Monitor.objects.with_parts().filter(deployment__system=system)
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(MonitorOutput(found, many=True).data)

    @extend_schema(request=MonitorInput, responses={201: MonitorOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Watch a live deployment from now on."""
        by, body = self.principal(request), body_of(MonitorInput(data=request.data))
        system = find_system(pk, by)
        deployment = find_deployment(system, body.get("deployment"), by)
        monitor = actions.set_up_monitor(deployment, text_of(body, by), by=by)
        return Response(MonitorOutput(monitor).data, status=201)


class MonitorDetail(View):
    @extend_schema(responses=MonitorOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        found = find_monitor(pk, self.principal(request))
        return with_etag(Response(MonitorOutput(found).data), found.pk)

    @extend_schema(request=MonitorTextInput, responses=MonitorOutput)
    @once
    def put(self, request: Request, pk: UUID) -> Response:
        """Revise the monitor: another rule, reference or interval from now on. If-Match holds the ETag that was read."""
        by, body = self.principal(request), body_of(MonitorTextInput(data=request.data))
        with having_read(pk, revision_named(request)):
            monitor = actions.revise_monitor(find_monitor(pk, by), text_of(body, by), by=by)
        return with_etag(Response(MonitorOutput(monitor).data), monitor.pk)


class MonitorStates(View):
    @extend_schema(request=MonitorStateInput, responses=MonitorOutput)
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Pause, resume or end the monitor, with a reason."""
        by, body = self.principal(request), body_of(MonitorStateInput(data=request.data))
        found = find_monitor(pk, by)
        monitor = actions.change_monitor(found, body["state"], body["reason"], by=by)
        return Response(MonitorOutput(monitor).data)


class MonitorRuns(View):
    @extend_schema(responses=MonitorRunOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Slots of this monitor and what came of each, newest first."""
        monitor = find_monitor(pk, self.principal(request))
        pages = RunPages()
        rows = MonitorRun.objects.filter(monitor=monitor)
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(MonitorRunOutput(found, many=True).data)

    @extend_schema(request=None, responses={202: MonitorRunOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Run a slot now with the next batch that waits: 202, then ask for the run until it has ended."""
        no_body(request)
        by = self.principal(request)
        run = actions.run_monitor_now(find_monitor(pk, by), by=by)
        return Response(MonitorRunOutput(run).data, status=202)


class MonitorRunDetail(View):
    @extend_schema(responses=MonitorRunOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(MonitorRunOutput(find_run(pk, self.principal(request))).data)


def text_of(body: dict[str, Any], by: Principal) -> MonitorText:
    return MonitorText(
        name=body["name"],
        reference=find_rows(body["reference"], by),
        terms={name: body[name] for name in FIELDS if name in body},
    )
