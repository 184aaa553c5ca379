from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from governance.evidence import dsse, statement
from governance.evidence.catalogue import find_evidence
from governance.evidence.models import Evidence
from governance.evidence.submission import Refused, log_refused, submit
from governance.identity.errors import Busy, DomainError, Forbidden, NotFound
from governance.identity.parsing import StrictJSONParser
from governance.identity.rest import Pages, View, as_domain_error
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


class EnvelopeParser(StrictJSONParser):
    """What is larger than any envelope is not parsed."""

    max_bytes = dsse.MAX_ENVELOPE_BYTES


class EvidenceList(View):
    parser_classes = (EnvelopeParser,)

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
        envelope: object = None
        try:
            envelope = sent_in(request)
            return self.take_in(request)
        except (Forbidden, Busy):
            # The one has an entry of its own, the other is no answer about the evidence.
            raise
        except DomainError as refusal:
            log_refused(refusal, envelope, by=self.principal(request))
            raise

    @once
    def take_in(self, request: Request) -> Response:
        found = submit(request.data, by=self.principal(request))
        return Response(Submitted(found).data, status=201)


def sent_in(request: Request) -> object:
    """The body of the request. Raises Refused where it cannot be read as JSON."""
    try:
        return request.data
    except (APIException, DomainError) as error:
        found = as_domain_error(error)
        assert found is not None  # both have one
        raise Refused(
            found.code, f"{found.sentence} Send one DSSE envelope as application/json."
        ) from None


class EvidenceDetail(View):
    @extend_schema(responses=EvidenceOutput)
    def get(self, request: Request, pk: str) -> Response:
        """A signed statement by its id or its short id (EV-1a2b3c4d)."""
        return Response(EvidenceOutput(find_evidence(pk, self.principal(request))).data)


class EvidenceEnvelope(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, pk: str) -> HttpResponse:
        """The signed DSSE envelope, byte for byte as it was stored."""
        found = find_evidence(pk, self.principal(request))
        return HttpResponse(bytes(found.envelope), content_type="application/json")


class Schemas(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        """The JSON Schema (2020-12) of a predicate type, of "statement", or of "common", which the others refer to."""
        if name not in (*statement.TYPES, "statement", "common"):
            known = ", ".join((*statement.TYPES, "statement", "common"))
            raise NotFound("not_found", f"There is no schema of this name. Known: {known}.")
        return Response(statement.schema(name))
