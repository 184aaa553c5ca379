from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.evidence import dsse, statement
from governance.evidence.catalogue import find_evidence
from governance.evidence.models import Evidence
from governance.evidence.submission import Refused, log_refused, submit
from governance.identity.errors import NotFound
from governance.identity.rest import Pages, View
from governance.work.idempotency import once


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
            "keyid",
            "statement",
        )


class Submitted(serializers.ModelSerializer[Evidence]):
    shortId = serializers.CharField(source="short_id")
    payloadSha256 = serializers.CharField(source="payload_sha256")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("id", "shortId", "type", "assurance", "payloadSha256", "keyid", "url")

    def get_url(self, found: Evidence) -> str:
        return reverse("evidence", args=[found.id])


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

    @extend_schema(request=dict, responses={201: Submitted})
    def post(self, request: Request) -> Response:
        """Hand in a DSSE envelope of a measurement or drift statement that a pipeline computed and signed.

        The key is registered for the token's account. What is refused is kept nowhere; the log says that it was.
        """
        try:
            return self.take_in(request)
        except Refused as refusal:
            log_refused(refusal, request.data, by=self.principal(request))
            raise

    @once
    def take_in(self, request: Request) -> Response:
        found = submit(request.data, by=self.principal(request))
        return Response(Submitted(found).data, status=201)


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


class Schemas(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        """The JSON Schema (2020-12) of a predicate type, of "statement", or of "common", which the others refer to."""
        if name not in (*statement.TYPES, "statement", "common"):
            known = ", ".join((*statement.TYPES, "statement", "common"))
            raise NotFound("not_found", f"There is no schema of this name. Known: {known}.")
        return Response(statement.schema(name))
