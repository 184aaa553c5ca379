from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from governance.identity.models import Unit


@dataclass(frozen=True)
class Scope:
    """Where a statement belongs: the node's type and id, and the unit that decides who sees it."""

    type: str
    id: UUID
    unit: Unit
    between: tuple[UUID, ...] = ()

    @property
    def path(self) -> list[str]:
        """Ids from the organisation down to this node; `between` lie below the unit."""
        above = self.unit.path_ids
        if above[-1] == str(self.id):
            return above
        return [*above, *map(str, self.between), str(self.id)]

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "id": str(self.id), "path": self.path}


def unit_scope(unit: Unit) -> Scope:
    return Scope(unit.kind, unit.pk, unit)
