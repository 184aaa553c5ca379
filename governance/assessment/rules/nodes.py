"""The why-tree: what an element's state is, which evidence says so, and how states combine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .log import JSON

HOLDS, FAILS = "holds", "fails"
MISSING, INSUFFICIENT, STALE, CONTESTED = "missing", "insufficient", "stale", "contested"
UNDETERMINED = (CONTESTED, INSUFFICIENT, STALE, MISSING)
# The act of a platform that measures more than this one does.
WORKER = "worker"
_NEAREST = (HOLDS, CONTESTED, STALE, INSUFFICIENT, MISSING, FAILS)
# From the surest to the least sure.
ASSURANCE = ("computed-here", "computed-elsewhere", "record", "statement")
_STATE_WORDS = {
    HOLDS: "holds",
    FAILS: "fails",
    MISSING: "missing",
    INSUFFICIENT: "insufficient",
    STALE: "stale",
    CONTESTED: "under review",
}


@dataclass
class Node:
    """One element of the why-tree. `waiting` are the acts that would fill what is missing."""

    id: str
    label: str
    form: str
    state: str
    sentence: str
    evidence: list[str] = field(default_factory=list)
    basis: str | None = None
    details: JSON = field(default_factory=dict)
    waiting: list[JSON] = field(default_factory=list)
    elements: list[Node] = field(default_factory=list)

    def as_json(self) -> JSON:
        return {
            "id": self.id,
            "label": self.label,
            "form": self.form,
            "state": self.state,
            "sentence": self.sentence,
            "evidence": list(self.evidence),
            "basis": self.basis,
            "details": self.details,
            "elements": [one.as_json() for one in self.elements],
        }


def act(what: str, role: str, kind: str, element: str) -> JSON:
    """Something a person or a pipeline can do: `act` is approval, record, statement, conclusion,
    ..."""
    return {"what": what, "role": role, "act": kind, "element": element}


def state_of_all(states: Sequence[str]) -> str:
    """A conjunction: one failure fails it; else the first of contested, insufficient, stale,
    missing."""
    if not states:
        return MISSING
    if FAILS in states:
        return FAILS
    return next((one for one in UNDETERMINED if one in states), HOLDS)


def state_of_any(states: Sequence[str]) -> str:
    """A disjunction: the state nearest to holding."""
    return next((one for one in _NEAREST if one in states), MISSING)


def weakest(bases: Iterable[str | None]) -> str | None:
    known = [_rank(one) for one in bases if one]
    return ASSURANCE[max(known)] if known else None


def surest(bases: Iterable[str | None]) -> str | None:
    known = [_rank(one) for one in bases if one]
    return ASSURANCE[min(known)] if known else None


def is_as_sure(basis: str, least: str) -> bool:
    """Whether evidence of this assurance is at least as sure as `least`."""
    return _rank(basis) <= _rank(least)


def _rank(basis: str) -> int:
    return ASSURANCE.index(basis) if basis in ASSURANCE else len(ASSURANCE) - 1


def basis_of(state: str, deciding: Sequence[Node]) -> str | None:
    """What the state rests on: holding is as sure as its weakest part, failing as its surest
    failing part."""
    bases = [one.basis for one in deciding if one.state == state]
    return surest(bases) if state == FAILS else weakest(bases)


def join_all(name: str, label: str, form: str, members: list[Node]) -> Node:
    state = state_of_all([one.state for one in members])
    failing_first = sorted(members, key=lambda one: one.state != FAILS)
    waiting = [act for one in failing_first for act in one.waiting]
    return _joined(name, label, form, state, members, members, waiting, "All of these must hold")


def join_any(name: str, label: str, form: str, members: list[Node]) -> Node:
    state = state_of_any([one.state for one in members])
    nearest = [one for one in members if one.state == state][:1]
    waiting = [] if state == HOLDS or not nearest else _nearest_acts(nearest[0], state, members)
    deciding = members if state == FAILS else nearest
    return _joined(name, label, form, state, members, deciding, waiting, "One of these must hold")


def _nearest_acts(first: Node, state: str, members: Sequence[Node]) -> list[JSON]:
    """What the nearest alternative waits for; where only a worker could fill it, the others too."""
    if any(one["act"] != WORKER for one in first.waiting):
        return first.waiting
    return [act for one in members if one.state == state for act in one.waiting]


def _joined(
    name: str,
    label: str,
    form: str,
    state: str,
    members: list[Node],
    deciding: Sequence[Node],
    waiting: list[JSON],
    rule: str,
) -> Node:
    return Node(
        id=name,
        label=label,
        form=form,
        state=state,
        sentence=f"{rule}: {_tally(members)}.",
        evidence=_evidence(one for one in deciding if one.state == state),
        basis=basis_of(state, deciding),
        waiting=list(waiting),
        elements=members,
    )


def _evidence(nodes: Iterable[Node]) -> list[str]:
    return list(dict.fromkeys(one for node in nodes for one in node.evidence))


def _tally(members: Sequence[Node]) -> str:
    counts: dict[str, int] = {}
    for state in _NEAREST:
        count = sum(one.state == state for one in members)
        if count:
            counts[state] = count
    return (
        ", ".join(f"{count} {_verb(state, count)}" for state, count in counts.items())
        or "nothing is asked"
    )


def _verb(state: str, count: int) -> str:
    if state == HOLDS:
        return "holds" if count == 1 else "hold"
    if state == FAILS:
        return "fails" if count == 1 else "fail"
    return f"{'is' if count == 1 else 'are'} {_STATE_WORDS[state]}"
