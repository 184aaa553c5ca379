"""The record form: what the platform's own records say at the target's scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .approvals import approvals_of, content_author, content_digests, standing_approval
from .asking import asked, completion, errand, failure, wanted
from .context import Context
from .instants import day, end_or_none, later, through, write_instant
from .log import JSON, Leaf
from .nodes import FAILS, HOLDS, INSUFFICIENT, MISSING, STALE, Node, act, basis_of, state_of_all
from .records import WITHDRAWN, fits, is_filled, listed, same_value, standing_records
from .words import SCOPE_WORDS, field_words, listing, plain, plural, quoted


@dataclass
class _Judged:
    """One record against the element: why it falls short, and what would mend it."""

    leaf: Leaf
    state: str = HOLDS
    problem: str = ""
    approval: Leaf | None = None
    fresh_until: datetime | None = None
    waiting: list[JSON] = field(default_factory=list)


def judge_record(element: JSON, context: Context) -> Node:
    """Judge the newest revision in effect of each record the element asks about."""
    found = [leaf for leaf in _population(element, context) if fits(leaf, element.get("where", {}))]
    judged = [_judge(leaf, element, context) for leaf in found]
    failing = [one for one in judged if one.state == FAILS]
    if failing:
        return _node(element, FAILS, _problems(failing), failing, judged)
    if element.get("each"):
        return _each(element, judged, context)
    return _enough(element, judged, context)


def _population(element: JSON, context: Context) -> list[Leaf]:
    found = standing_records(
        context.log, element["kind"], context.target, context.clock, element.get("at", "")
    )
    return [
        leaf for leaf in found if leaf.state != WITHDRAWN or WITHDRAWN in element.get("states", ())
    ]


def _judge(leaf: Leaf, element: JSON, context: Context) -> _Judged:
    refused = _failing_field(leaf, element.get("fails", {}))
    if refused:
        problem, what = failure(leaf.kind, *refused)
        return _short(leaf, FAILS, problem, what, element)
    states = element.get("states", ())
    if states and leaf.state not in states:
        problem = f"it is {plain(leaf.state)}, not {' or '.join(plain(one) for one in states)}"
        what = f"Bring the {plain(leaf.kind)} into the state {quoted(plain(states[0]))}."
        return _short(leaf, INSUFFICIENT, problem, what, element)
    empty = [name for name in element.get("complete", ()) if not is_filled(leaf.fields.get(name))]
    if empty:
        names = listing([field_words(name) for name in empty])
        what = completion(leaf.kind, names)
        return _short(leaf, INSUFFICIENT, f"it lacks {names}", what, element)
    return _judge_approval(leaf, element, context)


def _judge_approval(leaf: Leaf, element: JSON, context: Context) -> _Judged:
    if not element.get("approved"):
        return _judge_age(_Judged(leaf), element, context)
    role = element.get("approver", "")
    approval = standing_approval(context.log, leaf, context.clock, role)
    if approval is not None:
        return _judge_age(_Judged(leaf, approval=approval), element, context)
    state, problem = _unapproved(leaf, context, role)
    what = f"Approve the {plain(leaf.kind)} in its present revision."
    return _Judged(
        leaf, state, problem, waiting=[act(what, role or "officer", "approval", element["id"])]
    )


def _unapproved(leaf: Leaf, context: Context, role: str) -> tuple[str, str]:
    digests, authors = content_digests(context.log, leaf), [content_author(context.log, leaf)]
    given = approvals_of(context.log, digests, authors, context.clock, role)
    if given and given[-1].withdrawn is not None:
        back = given[-1].withdrawn
        words = f"its approval was {back.predicate['outcome']} on {day(back.produced)}"
        return INSUFFICIENT, words
    if given and given[-1].ends is not None:
        return STALE, f"its approval counted until {through(given[-1].ends)}"
    revisions = context.log.revisions(leaf.kind, str(leaf.record.get("id")))
    earlier = [one for one in revisions if one.index < leaf.index]
    if any(standing_approval(context.log, one, context.clock, role) for one in earlier):
        return STALE, "it was changed after its approval, and the present text is not approved"
    by = f" by the {plain(role)}" if role else ""
    return INSUFFICIENT, f"it is not approved{by} (an author's own approval does not count)"


def _judge_age(judged: _Judged, element: JSON, context: Context) -> _Judged:
    leaf = judged.leaf
    ends = [end_or_none(leaf.predicate.get("validUntil"))]
    if context.fresh_days is not None:
        ends.append(later(leaf.starts, days=context.fresh_days))
    known = [one for one in ends if one is not None]
    judged.fresh_until = min(known) if known else None
    if judged.fresh_until is None or not context.clock.aged(judged.fresh_until):
        return judged
    judged.state = STALE
    judged.problem = f"it counted until {through(judged.fresh_until)}"
    what = f"Review the {plain(leaf.kind)} and record a new revision."
    judged.waiting = [act(what, element.get("role", "owner"), "record", element["id"])]
    return judged


def _short(leaf: Leaf, state: str, problem: str, what: str, element: JSON) -> _Judged:
    return _Judged(
        leaf,
        state,
        problem,
        waiting=[act(what, element.get("role", "owner"), "record", element["id"])],
    )


def _each(element: JSON, judged: list[_Judged], context: Context) -> Node:
    least = element.get("min", 1)
    if len(judged) < least:
        return _too_few(element, judged, context, least)
    if not judged:
        sentence = (
            f"There is no {asked(element)} at {_where(element, context)}, so none falls short."
        )
        return _node(element, HOLDS, sentence, [], judged)
    bad = [one for one in judged if one.state != HOLDS]
    if not bad:
        sentence = f"Each of {plural(len(judged), plain(element['kind']))} conforms."
        return _node(element, HOLDS, sentence, judged, judged)
    fall = "falls" if len(bad) == 1 else "fall"
    sentence = f"{len(bad)} of {plural(len(judged), plain(element['kind']))} {fall} short: {_reasons(bad)}."
    return _node(element, state_of_all([one.state for one in bad]), sentence, bad, judged)


def _enough(element: JSON, judged: list[_Judged], context: Context) -> Node:
    least = element.get("min", 1)
    good = [one for one in judged if one.state == HOLDS]
    if len(good) >= least:
        return _node(element, HOLDS, _held(good, element), good, judged)
    if len(judged) < least:
        return _too_few(element, judged, context, least)
    aged = [one for one in judged if one.state in (HOLDS, STALE)]
    state = STALE if len(aged) >= least else INSUFFICIENT
    bad = [one for one in judged if one.state == state]
    return _node(element, state, _problems(bad), bad, judged)


def _too_few(element: JSON, judged: list[_Judged], context: Context, least: int) -> Node:
    held = f"{len(judged)} of {least} recorded" if judged else "none is recorded"
    where = _where(element, context)
    sentence = f"{where[0].upper()}{where[1:]} needs {wanted(element, least)}; {held}."
    node = _node(element, MISSING, sentence, [], judged)
    what = errand(element, least, context.requirement)
    node.waiting = [act(what, element.get("role", "owner"), "record", element["id"])]
    return node


def _node(
    element: JSON, state: str, sentence: str, deciding: list[_Judged], judged: list[_Judged]
) -> Node:
    fresh = [one.fresh_until for one in deciding if one.fresh_until is not None]
    leaves = [leaf for one in deciding for leaf in (one.leaf, one.approval) if leaf is not None]
    members = [Node("", "", "", one.state, "", basis=one.leaf.basis) for one in deciding]
    return Node(
        id=element["id"],
        label=element["label"],
        form="record",
        state=state,
        sentence=sentence,
        evidence=[leaf.id for leaf in leaves],
        basis=basis_of(state, members) or ("record" if state == HOLDS else None),
        details={
            "kind": element["kind"],
            "needed": element.get("min", 1),
            "conforming": sum(one.state == HOLDS for one in judged),
            "records": [_shown_record(one) for one in judged],
            "freshUntil": write_instant(min(fresh)) if fresh else None,
        },
        waiting=[one for each in deciding for one in each.waiting] if state != HOLDS else [],
    )


def _shown_record(one: _Judged) -> JSON:
    return {
        "id": one.leaf.record.get("id"),
        "revision": one.leaf.record.get("revision"),
        "state": one.state,
        "recordState": one.leaf.state,
        "problem": one.problem or None,
        "evidence": one.leaf.id,
        "approval": one.approval.id if one.approval else None,
    }


def _failing_field(leaf: Leaf, fails: JSON) -> tuple[str, Any] | None:
    for name in sorted(fails):
        held = leaf.fields.get(name)
        if any(same_value(held, value) for value in listed(fails[name])):
            return name, held
    return None


def _held(good: list[_Judged], element: JSON) -> str:
    newest = good[-1]
    approved = f", approved {day(newest.approval.produced)}" if newest.approval else ""
    since = f"revision {newest.leaf.record.get('revision')} of {day(newest.leaf.starts)}{approved}"
    if len(good) == 1:
        return f"A conforming {plain(element['kind'])} is on record ({since})."
    return f"{len(good)} conforming records of kind {plain(element['kind'])} are held (the newest: {since})."


def _problems(bad: list[_Judged]) -> str:
    return f"The {plain(bad[0].leaf.kind)} on record is not enough: {_reasons(bad)}."


def _reasons(bad: list[_Judged]) -> str:
    return "; ".join(dict.fromkeys(one.problem for one in bad))


def _where(element: JSON, context: Context) -> str:
    level = element.get("at", context.target["type"])
    return SCOPE_WORDS[level] if level == context.target["type"] else f"its {level}"
