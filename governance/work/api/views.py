from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.errors import NotFound
from governance.identity.rest import View
from governance.work.models import Job


class JobOutput(serializers.ModelSerializer[Job]):
    createdAt = serializers.DateTimeField(source="created_at")
    finishedAt = serializers.DateTimeField(source="finished_at")

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "attempt",
            "progress",
            "result",
            "error",
            "createdAt",
            "finishedAt",
        )


class JobDetail(View):
    @extend_schema(responses=JobOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far a piece of work is."""
        job = Job.objects.visible_to(self.principal(request)).filter(pk=pk).first()
        if job is None:
            raise NotFound("not_found", f"No job that you can see has the id {pk}.")
        return Response(JobOutput(job).data)
