"""Kinds of things that are approved: an upper app registers what happens when one is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.assessment.models import Approval, ApprovalRequest
    from governance.identity.principal import Principal

Decided = Callable[["ApprovalRequest", "Approval", "Principal"], None]

SUBJECTS: dict[str, Decided] = {}


def decides(kind: str) -> Callable[[Decided], Decided]:
    """Decorator: call this, inside the transaction of the decision, for subjects of this kind."""

    def add(function: Decided) -> Decided:
        SUBJECTS[kind] = function
        return function

    return add
