from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.assessment.posture import Row, counts, posture
from governance.identity.rest import View
from governance.registry.finders import find_system


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
    @extend_schema(responses=PostureOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """Every requirement of the baseline at this system: five fields and why. Counts, no percentage."""
        rows = posture(find_system(pk, self.principal(request)))
        return Response(PostureOutput({"counts": counts(rows), "results": rows}).data)
