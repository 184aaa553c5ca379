from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.evidence import dsse
from governance.evidence.catalogue import find_evidence
from governance.evidence.models import Evidence
from governance.identity.rest import Pages, View


class EvidenceOutput(serializers.ModelSerializer[Evidence]):
    shortId = serializers.CharField(source="short_id")
    logIndex = serializers.IntegerField(source="log_index", allow_null=True)
    payloadSha256 = serializers.CharField(source="payload_sha256")
    producedAt = serializers.DateTimeField(source="produced_at")

    class Meta:
        model = Evidence
        fields = (
            "id",
            "shortId",
            "type",
            "kind",
            "slice",
            "subjects",
            "assurance",
            "producedAt",
            "logIndex",
            "payloadSha256",
            "statement",
        )


class EvidencePages(Pages):
    ordering = "-number"


class EvidenceList(View):
    @extend_schema(responses=EvidenceOutput(many=True))
    def get(self, request: Request) -> Response:
        """Signed statements that you can see, newest first; `?type=` and `?kind=` narrow the list."""
        rows = Evidence.objects.visible_to(self.principal(request)).with_index()
        for name in ("type", "kind"):
            if name in request.query_params:
                rows = rows.filter(**{name: request.query_params[name][:60]})
        pages = EvidencePages()
        found = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(EvidenceOutput(found, many=True).data)


class EvidenceDetail(View):
    @extend_schema(responses=EvidenceOutput)
    def get(self, request: Request, pk: str) -> Response:
        """A signed statement by its id or its short id (EV-1a2b3c4d)."""
        return Response(EvidenceOutput(find_evidence(pk, self.principal(request))).data)


class EvidenceEnvelope(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, pk: str) -> Response:
        """The signed DSSE envelope, as it was stored."""
        return Response(
            dsse.read_envelope(bytes(find_evidence(pk, self.principal(request)).envelope))
        )
