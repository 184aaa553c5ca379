"""Cursors of REST lists, read strictly: a place in the order of the list, and steps beyond it."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from governance.identity.calendar import is_known_instant
from governance.identity.errors import InvalidInput

MOST_STEPS = 1000
LONGEST = 200
BIGGEST_NUMBER = 2**63 - 1


class StrictCursors(CursorPagination):
    """Cursor pages whose cursor is read as what the list is ordered by; any other is refused."""

    offset_cutoff = MOST_STEPS

    def get_ordering(
        self, request: Request, queryset: models.QuerySet[Any], view: Any
    ) -> tuple[str, ...]:
        """Called first of all by `paginate_queryset`: the field that a cursor must be a value of."""
        names = super().get_ordering(request, queryset, view)
        self.ordered_by = queryset.model._meta.get_field(names[0].lstrip("-"))
        return names

    def decode_cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get(self.cursor_query_param)
        if not text:
            return None
        try:
            return read_cursor(text, self.ordered_by)
        except ValueError as error:
            raise InvalidInput(
                "cursor",
                "This is no cursor of this list. Follow the links 'next' and 'previous' of an "
                "answer, or leave the cursor out for the first page.",
                "/cursor",
            ) from error


def read_cursor(text: str, field: Any) -> Cursor:
    """The cursor that DRF wrote; raises ValueError for what it did not write."""
    if len(text) > LONGEST:
        raise ValueError("too long")
    parts = parse_qs(b64decode(text, validate=True).decode("ascii"), keep_blank_values=True)
    if not parts or not set(parts) <= {"o", "r", "p"} or any(len(v) > 1 for v in parts.values()):
        raise ValueError("unknown parts")
    given = {name: values[0] for name, values in parts.items()}
    return Cursor(
        offset=whole_number(given.get("o", "0"), MOST_STEPS),
        reverse=bool(whole_number(given.get("r", "0"), 1)),
        # DRF keeps a place as text, whatever its stubs say.
        position=position(given["p"], field) if "p" in given else None,  # type: ignore[arg-type]
    )


def whole_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most):
        raise ValueError("not such a number")
    return int(text)


def position(text: str, field: Any) -> str:
    """The place as text again, once it is known to be a value of the field."""
    if isinstance(field, models.DateTimeField):
        return str(instant(text))
    return str(whole_number(text, BIGGEST_NUMBER))


def instant(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or not is_aware(found) or not is_known_instant(found):
        raise ValueError("no instant")
    return found
