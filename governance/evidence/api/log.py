"""What a stranger needs to check the log by hand: keys, an entry's bytes, its proof, a signed checkpoint."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from governance.audit.models import Checkpoint
from governance.audit.proofs import proof_of
from governance.evidence.logbook import find_leaf
from governance.identity.errors import Conflict, InvalidInput, NotFound
from governance.identity.rest import View

PLAIN = "text/plain; charset=utf-8"
SIZE = OpenApiParameter("size", int, description="Size of a signed checkpoint; else the newest.")


class LogEntry(View):
    @extend_schema(responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, index: int) -> HttpResponse:
        """The entry's bytes exactly as they were hashed."""
        leaf = find_leaf(index, self.principal(request))
        return HttpResponse(bytes(leaf.body), content_type="application/json")


class LogProof(View):
    @extend_schema(parameters=[SIZE], responses={(200, "text/plain"): str})
    def get(self, request: Request, index: int) -> HttpResponse:
        """That the entry is included under a signed checkpoint (c2sp.org/tlog-proof)."""
        leaf = find_leaf(index, self.principal(request))
        proof = proof_of(leaf, checkpoint_of(request))
        if proof is None:
            raise Conflict("not_covered", "This checkpoint does not cover the entry.")
        return HttpResponse(proof.text, content_type=PLAIN)


class LogCheckpoint(View):
    @extend_schema(parameters=[SIZE], responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        """A signed head of the log (c2sp.org/tlog-checkpoint)."""
        return HttpResponse(checkpoint_of(request).note, content_type=PLAIN)


def checkpoint_of(request: Request) -> Checkpoint:
    """The checkpoint of the size that is asked for, else the newest."""
    asked = request.query_params.get("size", "")
    if asked and not (asked.isdecimal() and len(asked) < 19):
        raise InvalidInput("size", "Give the size of a checkpoint as a whole number.", "/size")
    rows = Checkpoint.objects.order_by("-id")
    found = (rows.filter(size=int(asked)) if asked else rows).first()
    if found is None:
        raise NotFound("not_found", "No checkpoint of this size was signed.")
    return found
