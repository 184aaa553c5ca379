from __future__ import annotations

from django.http import StreamingHttpResponse

from governance.identity.errors import NotFound
from governance.identity.sessions import SignedInRequest, refusal_of
from governance.identity.tables import TABLES, stream


def table_csv(request: SignedInRequest, table: str) -> StreamingHttpResponse:
    """The table a page shows, under the same filters, for as many rows as there are."""
    chosen = TABLES.get(table)
    if chosen is None:
        raise NotFound("not_found", f"There is no table '{table}'. Use the CSV link of a page.")
    if not request.principal.may_somewhere(chosen.action):
        raise refusal_of(chosen.action)
    rows = chosen.rows(request.principal, request.GET)
    response = StreamingHttpResponse(stream(chosen, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{chosen.slug}.csv"'
    response["Cache-Control"] = "no-store"
    return response
