"""What of the registry people can comment on, and the comments on a system's overview."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from governance.identity.errors import NotFound
from governance.identity.principal import Principal
from governance.registry.finders import find_release, find_system
from governance.registry.models import AISystem
from governance.registry.pages import system_card
from governance.work.commentable import Place, commentable


def read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("not_found", "There is nothing with this id to comment on.") from None


@commentable("ai-system")
def system(object_id: str, principal: Principal) -> Place:
    found = find_system(read_id(object_id), principal)
    return Place(found.unit, found.get_absolute_url())


@commentable("release")
def release(object_id: str, principal: Principal) -> Place:
    found = find_release(read_id(object_id), principal)
    return Place(found.system.unit, found.get_absolute_url())


@system_card("comments", 900, "registry/card_comments.html", column="side")
def comments_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    return {"system": system}
