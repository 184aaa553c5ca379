"""The statement form: the word of a person in a role about this requirement."""

from __future__ import annotations

from datetime import datetime

from .acts import CONCLUSION, MANAGEMENT, NOT_SATISFIED, SATISFIED, current_acts
from .context import Context
from .instants import day, end_or_none, later, through, write_instant
from .log import JSON, Leaf
from .nodes import CONTESTED, FAILS, HOLDS, INSUFFICIENT, MISSING, STALE, Node, act
from .words import plain, plural

_HOLDING = ("met", SATISFIED)
_FAILING = ("not-met", NOT_SATISFIED)


def judge_statement(element: JSON, context: Context) -> Node:
    """The newest current statement of the role decides; two persons who differ make it contested.

    A management statement "not-met" is never outvoted; a favourable one that is out of date has no
    vote.
    """
    type_ = MANAGEMENT if element["kind"] == "management" else CONCLUSION
    said = [leaf for leaf in current_acts(context, type_) if leaf.role == element["role"]]
    if not said:
        return _missing(element)
    fresh = [leaf for leaf in said if _verdict(leaf) in _FAILING or not _is_stale(leaf, context)]
    if not fresh:
        return _stale(element, said[-1], context)
    failing = [leaf for leaf in fresh if _verdict(leaf) in _FAILING]
    if failing and (type_ == MANAGEMENT or len(failing) == len(fresh)):
        return _node(
            element,
            FAILS,
            f"{_who(failing[-1])} said {_words(failing[-1])}.",
            [failing[-1]],
            context,
        )
    if len({_verdict(leaf) for leaf in fresh}) > 1:
        return _contested(element, fresh, context)
    newest = fresh[-1]
    state = HOLDS if _verdict(newest) in _HOLDING else INSUFFICIENT
    return _node(element, state, f"{_who(newest)} said {_words(newest)}.", [newest], context)


def _missing(element: JSON) -> Node:
    noun = _noun(element)
    what = f"Record {noun} by the {plain(element['role'])} about this requirement."
    node = Node(element["id"], element["label"], "statement", MISSING, "")
    node.sentence = f"No {noun[2:]} by the {plain(element['role'])} counts here; an author of the subject cannot give it."
    if element["kind"] == "management":
        node.sentence = (
            f"No {noun[2:]} by the {plain(element['role'])} is recorded about this requirement."
        )
    node.details = {"role": element["role"], "freshUntil": None}
    node.waiting = [act(what, element["role"], _kind(element), element["id"])]
    return node


def _stale(element: JSON, leaf: Leaf, context: Context) -> Node:
    until = _fresh_until(leaf, context)
    ended = f" and counted until {through(until)}" if until else ""
    node = _node(element, STALE, f"{_who(leaf)} said {_words(leaf)}{ended}.", [leaf], context)
    what = f"Renew {_noun(element)} by the {plain(element['role'])}: the last one is out of date."
    node.waiting = [act(what, element["role"], _kind(element), element["id"])]
    return node


def _contested(element: JSON, said: list[Leaf], context: Context) -> Node:
    role = plain(element["role"])
    sentence = f"{plural(len(said), 'person')} in the role {role} differ; one conclusion must supersede the other."
    node = _node(element, CONTESTED, sentence, said, context)
    what = f"Settle the differing conclusions: supersede one with a reason, as {role}."
    node.waiting = [act(what, element["role"], _kind(element), element["id"])]
    return node


def _node(element: JSON, state: str, sentence: str, said: list[Leaf], context: Context) -> Node:
    until = _fresh_until(said[-1], context) if state in (HOLDS, STALE) else None
    waiting = []
    if state == INSUFFICIENT:
        what = f"Conclude satisfied or not satisfied, as {plain(element['role'])}."
        waiting = [act(what, element["role"], _kind(element), element["id"])]
    return Node(
        id=element["id"],
        label=element["label"],
        form="statement",
        state=state,
        sentence=sentence,
        evidence=[leaf.id for leaf in said],
        basis="statement",
        details={
            "role": element["role"],
            "said": [_shown(leaf) for leaf in said],
            "freshUntil": write_instant(until) if until else None,
        },
        waiting=waiting,
    )


def _shown(leaf: Leaf) -> JSON:
    return {
        "person": leaf.person,
        "verdict": _verdict(leaf),
        "on": write_instant(leaf.produced),
        "evidence": leaf.id,
    }


def _fresh_until(leaf: Leaf, context: Context) -> datetime | None:
    ends = [end_or_none(leaf.predicate.get("validUntil"))]
    if context.fresh_days is not None:
        ends.append(later(leaf.produced, days=context.fresh_days))
    known = [one for one in ends if one is not None]
    return min(known) if known else None


def _is_stale(leaf: Leaf, context: Context) -> bool:
    until = _fresh_until(leaf, context)
    return until is not None and context.clock.aged(until)


def _verdict(leaf: Leaf) -> str:
    return str(leaf.predicate.get("verdict"))


def _words(leaf: Leaf) -> str:
    return f"{plain(_verdict(leaf))} on {day(leaf.produced)}"


def _who(leaf: Leaf) -> str:
    return f"Person {leaf.person or 'unnamed'}, as {plain(leaf.role)},"


def _noun(element: JSON) -> str:
    return "a management statement" if element["kind"] == "management" else "a conclusion"


def _kind(element: JSON) -> str:
    return "statement" if element["kind"] == "management" else "conclusion"
