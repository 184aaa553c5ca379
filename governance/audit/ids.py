from __future__ import annotations

import uuid

from uuid6 import uuid7


def new_id() -> uuid.UUID:
    """A UUIDv7 as the standard library's type: sorts by time of creation."""
    return uuid.UUID(int=uuid7().int)
