"""Whether a requirement applies to a target at an instant, and which exception is in force."""

from __future__ import annotations

from datetime import datetime

from .approvals import standing_approval
from .context import Context
from .instants import (
    end_or_none,
    instant_or_none,
    last_day,
    later,
    write_date,
    write_instant,
)
from .log import JSON, Leaf, identity, sequence, text
from .nodes import Node
from .records import WITHDRAWN, in_effect

APPLICABLE, NOT_APPLICABLE, NOT_YET_DUE, INHERITED = (
    "applicable",
    "not-applicable",
    "not-yet-due",
    "inherited",
)
_OVER = (WITHDRAWN, "revoked", "closed", "expired", "rejected", "refused", "ended")


def applicability_of(context: Context) -> str:
    if tailoring_of(context) is not None:
        return NOT_APPLICABLE
    return APPLICABLE if _is_due(context) else NOT_YET_DUE


def _is_due(context: Context) -> bool:
    """Design and pre-deployment outcomes are due at once; later ones some days after going live."""
    due = context.entry["due"]
    if not isinstance(due, dict):
        return True
    live = instant_or_none(context.target["liveSince"])
    if live is None:
        return False
    return context.clock.aged(later(live, days=due["post-deployment-days"]))


def due_at(context: Context) -> str | None:
    """When a post-deployment outcome falls due; null when it is due at once or nothing is live
    yet."""
    due, live = context.entry["due"], instant_or_none(context.target["liveSince"])
    if not isinstance(due, dict) or live is None:
        return None
    return write_instant(later(live, days=due["post-deployment-days"]))


def tailoring_of(context: Context) -> Leaf | None:
    """The approved record, of this scope or one above it, that takes the requirement out; or
    None."""
    for leaf in _decisions("tailoring", context):
        is_out = leaf.fields.get("decision", NOT_APPLICABLE) == NOT_APPLICABLE
        if (
            is_out
            and leaf.fields.get("requirement") == context.requirement
            and _is_valid(leaf, context)
        ):
            return leaf
    return None


def tailoring_node(context: Context) -> Node | None:
    leaf = tailoring_of(context)
    if leaf is None:
        return None
    approval = standing_approval(context.log, leaf, context.clock)
    evidence = [one.id for one in (leaf, approval) if one is not None]
    sentence = (
        f"Tailored out as not applicable by person {leaf.author}, approved by a second person."
    )
    return Node("tailoring", "Tailoring", "tailoring", "holds", sentence, evidence, leaf.basis)


def exception_of(context: Context) -> JSON | None:
    """The newest approved exception in force for this requirement and target; it changes no
    determination."""
    for leaf in _decisions("exception", context):
        named = [text(one) for one in sequence(leaf.fields.get("requirements"))]
        expires = end_or_none(leaf.fields.get("expires"))
        if context.requirement not in named or expires is None or context.clock.reached(expires):
            continue
        if _is_valid(leaf, context):
            return _shown(leaf, expires, context)
    return None


def _shown(leaf: Leaf, expires: datetime, context: Context) -> JSON:
    approval = standing_approval(context.log, leaf, context.clock)
    return {
        "id": leaf.record.get("id"),
        "expires": write_instant(expires),
        "until": write_date(last_day(expires)),
        "evidence": [one.id for one in (leaf, approval) if one is not None],
    }


def _decisions(kind: str, context: Context) -> list[Leaf]:
    """Records of a kind, in effect, whose scope is the target or one above it; newest first."""
    found = [
        in_effect(revisions, context.clock)
        for revisions in context.log.records(kind)
        if _any_here(revisions, context)
    ]
    here = [
        leaf
        for leaf in found
        if leaf is not None and leaf.state not in _OVER and _is_here(leaf, context)
    ]
    return sorted(here, key=lambda leaf: -leaf.index)


def _any_here(revisions: list[Leaf], context: Context) -> bool:
    return any(_is_here(leaf, context) for leaf in revisions)


def _is_here(leaf: Leaf, context: Context) -> bool:
    target = context.target
    named = identity(leaf.fields.get("scope") or leaf.fields.get("target")) or leaf.scope_id
    return named in (target["id"], target["release"], target["system"], *target["path"])


def _is_valid(leaf: Leaf, context: Context) -> bool:
    """Approved by a second person, and not past its own validity."""
    until = end_or_none(leaf.predicate.get("validUntil"))
    if until is not None and context.clock.reached(until):
        return False
    return standing_approval(context.log, leaf, context.clock) is not None
