"""How a caller says that work is no longer wanted."""

from __future__ import annotations

from typing import Protocol


class Cancel(Protocol):
    """Anything that can say so; threading.Event fits."""

    def is_set(self) -> bool: ...
