"""What people can comment on: a room registers how its thing is found by who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from governance.identity.models import Unit
from governance.identity.principal import Principal


@dataclass(frozen=True)
class Place:
    """Where a comment belongs: the unit that decides who sees it, and the page it stands on."""

    unit: Unit
    url: str


Finder = Callable[[str, Principal], Place]

COMMENTABLE: dict[str, Finder] = {}


def commentable(kind: str) -> Callable[[Finder], Finder]:
    """Decorator: `find(id, principal)` gives the place; raises NotFound for what is not to be seen."""

    def add(find: Finder) -> Finder:
        COMMENTABLE[kind] = find
        return find

    return add
