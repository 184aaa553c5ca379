from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.rest import Pages, View, body_of
from governance.identity.rest_fields import StrictSerializer, TextField
from governance.registry.finders import find_system
from governance.work.idempotency import once
from monitoring import actions
from monitoring.finders import find_alert
from monitoring.models import Alert


class NoteInput(StrictSerializer):
    note = TextField(max_length=4000, help_text="What was found.")


class ReasonInput(StrictSerializer):
    reason = TextField(max_length=4000, help_text="Why nothing is left to be done.")


class AlertOutput(serializers.ModelSerializer[Alert]):
    system = serializers.UUIDField(source="deployment.system_id")
    deployment = serializers.UUIDField(source="deployment_id")
    monitor = serializers.UUIDField(source="monitor_id", allow_null=True)
    about = serializers.CharField(source="subject")
    firstBatch = serializers.UUIDField(source="first_batch_id", allow_null=True)
    lastBatch = serializers.UUIDField(source="last_batch_id", allow_null=True)
    openedAt = serializers.DateTimeField(source="opened_at")
    seenAt = serializers.DateTimeField(source="seen_at")
    triageBy = serializers.DateTimeField(source="triage_by")
    triagedAt = serializers.DateTimeField(source="triaged_at", allow_null=True)
    triageNote = serializers.CharField(source="triage_note")
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)
    closeReason = serializers.CharField(source="close_reason")
    overdue = serializers.BooleanField(source="is_overdue")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Alert
        fields = (
            "id",
            "system",
            "deployment",
            "monitor",
            "kind",
            "theme",
            "about",
            "title",
            "state",
            "count",
            "evidence",
            "firstBatch",
            "lastBatch",
            "openedAt",
            "seenAt",
            "triageBy",
            "triagedAt",
            "triageNote",
            "closedAt",
            "closeReason",
            "overdue",
            "url",
        )


class AlertPages(Pages):
    ordering = "-opened_at"


class SystemAlerts(View):
    @extend_schema(responses=AlertOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Alerts of this system's deployments, newest first."""
        system = find_system(pk, self.principal(request))
        pages = AlertPages()
        rows = Alert.objects.filter(deployment__system=system).select_related("deployment")
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(AlertOutput(found, many=True).data)


class AlertDetail(View):
    @extend_schema(responses=AlertOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(AlertOutput(find_alert(pk, self.principal(request))).data)


class AlertTriage(View):
    @extend_schema(request=NoteInput, responses=AlertOutput)
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Say what was found when the alert was looked at."""
        by, body = self.principal(request), body_of(NoteInput(data=request.data))
        return Response(
            AlertOutput(actions.triage_alert(find_alert(pk, by), body["note"], by=by)).data
        )


class AlertClosing(View):
    @extend_schema(request=ReasonInput, responses=AlertOutput)
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Close a triaged alert, with the reason."""
        by, body = self.principal(request), body_of(ReasonInput(data=request.data))
        return Response(
            AlertOutput(actions.close_alert(find_alert(pk, by), body["reason"], by=by)).data
        )
