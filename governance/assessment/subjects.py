"""Kinds of things that are approved: what happens when one is decided, and what its question shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from governance.assessment.models import Approval, ApprovalRequest
    from governance.identity.principal import Principal

Decided = Callable[["ApprovalRequest", "Approval", "Principal"], None]

Shown = Callable[["ApprovalRequest", "Principal"], dict[str, Any]]

SUBJECTS: dict[str, Decided] = {}
QUESTION_CARDS: dict[str, tuple[str, Shown]] = {}


def decides(kind: str) -> Callable[[Decided], Decided]:
    """Decorator: call this, inside the transaction of the decision, for subjects of this kind."""

    def add(function: Decided) -> Decided:
        SUBJECTS[kind] = function
        return function

    return add


def question_card(kind: str, template: str) -> Callable[[Shown], Shown]:
    """Decorator: this builds the context of `template` on the page of a question about this kind."""

    def add(function: Shown) -> Shown:
        QUESTION_CARDS[kind] = (template, function)
        return function

    return add
