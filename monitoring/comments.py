"""Comments on alerts."""

from __future__ import annotations

from governance.identity.errors import NotFound
from governance.identity.principal import Principal
from governance.work.commentable import Place, commentable
from monitoring.finders import find_alert
from monitoring.listing import is_uuid


@commentable("alert")
def alert_place(pk: str, principal: Principal) -> Place:
    if not is_uuid(pk):
        raise NotFound("not_found", f"No alert that you can see has the id {pk[:40]}.")
    found = find_alert(pk, principal)
    return Place(found.system.unit, found.get_absolute_url())
