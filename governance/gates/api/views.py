from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.assessment.naming import with_names
from governance.audit.queries import log_size
from governance.gates import actions
from governance.gates.models import GateDecision
from governance.gates.rolling_back import roll_back
from governance.identity.rest import Pages, View, body_of
from governance.identity.rest_fields import StrictSerializer
from governance.registry.api.serializers import DeploymentRecorded
from governance.registry.choices import Environment
from governance.registry.finders import find, find_release, find_system
from governance.work.idempotency import once


class GateInput(StrictSerializer):
    release = serializers.UUIDField()
    dryRun = serializers.BooleanField(
        required=False, default=False, help_text="Weigh and answer; leave no receipt."
    )


class RollbackInput(StrictSerializer):
    environment = serializers.ChoiceField(Environment.choices)


class GateOutput(serializers.ModelSerializer[GateDecision]):
    release = serializers.UUIDField(source="release_id")
    system = serializers.UUIDField(source="system_id")
    policy = serializers.CharField(source="policy_id")
    logSize = serializers.IntegerField(source="log_size")
    evidence = serializers.UUIDField(source="evidence_id")
    decidedAt = serializers.DateTimeField(source="decided_at")
    reasons = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = GateDecision
        fields = (
            "id",
            "system",
            "release",
            "environment",
            "verdict",
            "reasons",
            "policy",
            "logSize",
            "evidence",
            "decidedAt",
            "url",
        )

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_reasons(self, decision: GateDecision) -> list[dict[str, Any]]:
        """In the words of the receipt, with people by name; the receipt itself knows them by id."""
        named: list[dict[str, Any]] = with_names(decision.reasons)
        return named


class GateWeighed(serializers.Serializer[dict[str, object]]):
    verdict = serializers.CharField()
    reasons = serializers.ListField(child=serializers.DictField())
    policy = serializers.CharField()
    logSize = serializers.IntegerField()


class DecisionPages(Pages):
    ordering = "-decided_at"


class GateDecisions(View):
    @extend_schema(responses=GateOutput(many=True))
    def get(self, request: Request, environment: str) -> Response:
        """Decisions of this gate that you can see, newest first."""
        pages = DecisionPages()
        rows = GateDecision.objects.visible_to(self.principal(request))
        found = pages.paginate_queryset(rows.filter(environment=environment), request)
        return pages.get_paginated_response(GateOutput(found, many=True).data)

    @extend_schema(request=GateInput, responses={201: GateOutput, 200: GateWeighed})
    @once
    def post(self, request: Request, environment: str) -> Response:
        """May this release go there? A signed receipt with every reason; 200 without one for a dry run."""
        by, body = self.principal(request), body_of(GateInput(data=request.data))
        release = find_release(body["release"], by)
        if body["dryRun"]:
            by.require("gate.ask", release.system.unit.path)
            size = log_size()
            word, reasons, policy = actions.weigh(release, environment, size)
            weighed = {
                "verdict": word,
                "reasons": with_names([reason.as_json() for reason in reasons]),
                "policy": policy.digest,
                "logSize": size,
            }
            return Response(GateWeighed(weighed).data)
        decision = actions.ask_gate(release, environment, by=by)
        return Response(GateOutput(decision).data, status=201)


class GateDecisionDetail(View):
    @extend_schema(responses=GateOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(
            GateOutput(find(GateDecision.objects.all(), pk, self.principal(request))).data
        )


class Rollback(View):
    @extend_schema(request=RollbackInput, responses={201: DeploymentRecorded})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Put the release that was live before back into service, if the gate's policy lets it go back."""
        by, body = self.principal(request), body_of(RollbackInput(data=request.data))
        deployment = roll_back(find_system(pk, by), body["environment"], by=by)
        return Response(DeploymentRecorded(deployment).data, status=201)
