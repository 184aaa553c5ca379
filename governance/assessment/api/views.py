from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.assessment.posture import Row, counts, posture
from governance.identity.rest import View
from governance.registry.finders import find_release_of, find_system

RELEASE = OpenApiParameter(
    "release",
    UUID,
    description="Judge at this release; without it, at the one live in production, else the newest.",
)


class ResultOutput(serializers.Serializer[Row]):
    requirement = serializers.CharField()
    title = serializers.CharField()
    scope = serializers.CharField()
    state = serializers.CharField()
    words = serializers.CharField()
    result = serializers.JSONField(source="body", allow_null=True)


class PostureOutput(serializers.Serializer[dict[str, Any]]):
    counts = serializers.DictField(child=serializers.IntegerField())
    results = ResultOutput(many=True)


class SystemResults(View):
    @extend_schema(parameters=[RELEASE], responses=PostureOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """Every requirement of the baseline at this system: five fields and why. Counts, no percentage."""
        principal = self.principal(request)
        system, asked = find_system(pk, principal), request.query_params.get("release")
        release = find_release_of(system, asked, principal) if asked else None
        rows = posture(system, release.pk if release else None)
        return Response(PostureOutput({"counts": counts(rows), "results": rows}).data)
