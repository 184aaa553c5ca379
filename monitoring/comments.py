"""Alerts are commented on."""

from __future__ import annotations

from governance.identity.principal import Principal
from governance.registry.comments import read_id
from governance.work.commentable import Place, commentable
from monitoring.finders import find_alert


@commentable("alert")
def alert(object_id: str, principal: Principal) -> Place:
    found = find_alert(read_id(object_id), principal)
    return Place(found.system.unit, found.get_absolute_url())
