"""The door for producers, at the address where OpenLineage clients look for it, and the answer for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from governance.identity.errors import InvalidInput
from governance.identity.models import Token, Unit
from governance.identity.principal import Principal
from governance.identity.rest import View
from governance.registry.finders import find_system, find_unit
from lineage.actions import Receipt, receive_events
from lineage.asking import instant_asked, size_asked, units_seen
from lineage.event_checks import EVENT_BYTES
from lineage.intake import BATCH_BYTES, check_depth, check_size, check_type, split_batch
from lineage.showing import as_json
from lineage.story import story_of
from lineage.upstream import Moment

OUTCOME_STATUS = {"accepted": 201, "duplicate": 200, "refused": 400}
UNIT = OpenApiParameter(
    "unit", OpenApiTypes.UUID, description="Unit; your token's, where left out."
)
ASKED = [
    OpenApiParameter("system", OpenApiTypes.UUID, required=True),
    OpenApiParameter("at", str, description="Instant or day (UTC); now, where left out."),
    OpenApiParameter(
        "known", str, description="Size of the log, instant or day; now, where left out."
    ),
]


class Lineage(View):
    @extend_schema(parameters=ASKED, responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """What was live in a system at an instant, as known then, and what made it."""
        principal, asked = self.principal(request), request.query_params
        system = find_system(_uuid(asked.get("system", ""), "system"), principal)
        moment = Moment(instant_asked(asked.get("at", "")), size_asked(asked.get("known", "")))
        return Response(as_json(story_of(system, moment, units_seen(principal, system))))

    @extend_schema(
        parameters=[UNIT], request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        """Keep one OpenLineage event (2-0-2). Sending the same bytes again changes nothing."""
        by = self.principal(request)
        unit = _unit(request, by)
        body = _body(request, EVENT_BYTES)
        check_type(request.content_type or "", request.headers.get("Content-Encoding", ""))
        check_depth(body)
        (receipt,) = receive_events(unit, [body], by=by)
        if receipt.outcome == "refused":
            problems = _problems(receipt)
            first = problems[0]
            raise InvalidInput(
                "event_refused",
                f"{first['pointer'] or 'Event'}: {first['detail']}",
                problems=problems,
            )
        return Response({"outcome": receipt.outcome, "sha256": receipt.sha256}, status=201)


class LineageBatch(View):
    @extend_schema(
        parameters=[UNIT],
        request={"application/x-ndjson": OpenApiTypes.STR, "application/json": OpenApiTypes.OBJECT},
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Keep many events, one a line or as an array. Each is judged by itself: see `events`."""
        by = self.principal(request)
        unit = _unit(request, by)
        body = _body(request, BATCH_BYTES)
        encoding = request.headers.get("Content-Encoding", "")
        media_type = check_type(request.content_type or "", encoding, lines=True)
        receipts = receive_events(unit, split_batch(body, media_type), by=by)
        outcomes = [one.outcome for one in receipts]
        return Response(
            {
                "received": len(receipts),
                "accepted": outcomes.count("accepted"),
                "duplicates": outcomes.count("duplicate"),
                "refused": outcomes.count("refused"),
                "events": [_item(number, one) for number, one in enumerate(receipts)],
            }
        )


def _unit(request: Request, by: Principal) -> Unit:
    """The unit named, if it is in sight; else the token's. Raises NotFound, Forbidden or InvalidInput."""
    named = request.query_params.get("unit", "")
    if named:
        unit = find_unit(_uuid(named, "unit"), by)
    elif by.token_id is not None:
        unit = Token.objects.select_related("unit").get(pk=by.token_id).unit
    else:
        raise InvalidInput("unit", "Name the unit that the events belong to: ?unit=ID.", "/unit")
    by.require("lineage.post", unit.path)
    return unit


def _body(request: Request, limit: int) -> bytes:
    """The request's bytes; raises TooLarge before more than the limit is read."""
    inner = request._request
    check_size(int(inner.META.get("CONTENT_LENGTH") or 0), limit)
    body: bytes = inner.read(limit + 1)
    check_size(len(body), limit)
    return body


def _uuid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput("uuid", f"Send '{name}' as a UUID.", f"/{name}") from error


def _problems(receipt: Receipt) -> list[dict[str, str]]:
    return [{"pointer": fault.pointer, "detail": fault.sentence} for fault in receipt.faults]


def _item(number: int, receipt: Receipt) -> dict[str, Any]:
    item: dict[str, Any] = {
        "index": number,
        "status": OUTCOME_STATUS[receipt.outcome],
        "outcome": receipt.outcome,
        "sha256": receipt.sha256,
    }
    return item | ({"errors": _problems(receipt)} if receipt.faults else {})
