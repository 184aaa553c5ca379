"""What makes a signature usable is known above this room, by what runs models; it hands its judgement in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from governance.identity.errors import InvalidInput

Said = Mapping[str, Any]
Problem = dict[str, str]


class Judge(Protocol):
    """Every problem at once, as {pointer, detail}; none where an evaluation can use it."""

    def of_signature(self, signature: Said, inspection: Said) -> list[Problem]: ...

    def of_decision(self, decision: Said, signature: Said) -> list[Problem]: ...


_judges: list[Judge] = []


def judges_signatures(make: Callable[[], Judge]) -> Callable[[], Judge]:
    """Registers the judge of signatures; there is one."""
    _judges[:] = [make()]
    return make


def check_signature(signature: Any, inspection: Said) -> None:
    """Raises InvalidInput with every reason why no evaluation could use this signature."""
    if not isinstance(signature, Mapping):
        raise refused([{"pointer": "", "detail": "It is a JSON object with named fields."}])
    if problems := _judges[0].of_signature(signature, inspection):
        raise refused(problems)


def refused(problems: Sequence[Problem]) -> InvalidInput:
    return InvalidInput(
        "signature",
        "The signature cannot be used and nothing was registered. Mend what is listed "
        "(docs/reference/signature.md) and register the file again.",
        "/signature",
        [{**one, "pointer": f"/signature{one['pointer']}"} for one in problems],
    )


def check_decision(decision: Any, signatures: Sequence[Said]) -> None:
    """Raises InvalidInput unless the decision fits at least one of the release's models."""
    if not isinstance(decision, Mapping):
        return
    found = [_judges[0].of_decision(decision, signature) for signature in signatures]
    if found and all(found):
        listed = [{**one, "pointer": f"/decision{one['pointer']}"} for one in found[0]]
        raise InvalidInput(
            "decision",
            "The decision does not fit the model and no release was made.",
            "/decision",
            listed,
        )
