"""What persons have said of a requirement: management statements and conclusions that are
current."""

from __future__ import annotations

from .approvals import content_author
from .context import Context
from .log import JSON, Leaf, hex_digest, sequence, text
from .records import names_digest_of

MANAGEMENT, CONCLUSION = "management-statement", "conclusion"
SATISFIED, NOT_SATISFIED = "satisfied", "not-satisfied"
# The second and third line: nobody judges in these roles what he made himself.
INDEPENDENT = ("validator", "auditor")


def current_acts(context: Context, kind: str) -> list[Leaf]:
    """The newest statement of each person in each role about this requirement here, in index order.

    What was superseded with a reason by a later one in the same role, and what somebody said in an
    independent role about his own work, is left out.
    """
    here = [
        leaf
        for leaf in context.log.acts.get((kind, context.requirement), ())
        if _is_here(leaf, context)
    ]
    if not here:
        return []
    authors = authors_of(context) if kind == CONCLUSION else frozenset()
    said = [
        leaf for leaf in here if _may_judge(leaf, authors) and context.clock.reached(leaf.produced)
    ]
    newest: dict[tuple[str, str], Leaf] = {(leaf.role, leaf.person): leaf for leaf in said}
    standing = [leaf for leaf in newest.values() if not _is_superseded(leaf, said, context)]
    return sorted(standing, key=lambda leaf: leaf.index)


def _is_here(leaf: Leaf, context: Context) -> bool:
    target = context.target
    if leaf.scope_type == target["type"] and leaf.scope_id == target["id"]:
        return True
    return hex_digest(leaf.about.get("subject")) in target["digests"]


def _is_superseded(leaf: Leaf, said: list[Leaf], context: Context) -> bool:
    replacements = context.log.replacements.get(leaf.id, ())
    return any(
        one.index > leaf.index and one.role == leaf.role and one in said for one in replacements
    )


def _may_judge(leaf: Leaf, authors: frozenset[str]) -> bool:
    if leaf.role not in INDEPENDENT:
        return True
    return leaf.person not in authors and leaf.person not in sequence(leaf.predicate.get("barred"))


def authors_of(context: Context) -> frozenset[str]:
    """Persons who wrote the target: authors of its release and model versions, or of the system."""
    log, target = context.log, context.target
    written = list(log.revisions("system", target["id"]))
    if target["release"]:
        written = log.revisions("release", target["release"])
        models = [leaf for revisions in log.records("model-version") for leaf in revisions]
        written += [leaf for leaf in models if names_digest_of(leaf, target)]
    named = [text(one) for leaf in written for one in sequence(leaf.fields.get("authors"))]
    return frozenset([*(content_author(log, leaf) for leaf in written), *named])


def not_met(context: Context) -> list[Leaf]:
    """Management statements that this requirement is not met: they stand until superseded, and
    never age."""
    return [
        leaf
        for leaf in current_acts(context, MANAGEMENT)
        if leaf.predicate.get("verdict") == "not-met"
    ]


def conclusion_of(context: Context, determination: str) -> JSON:
    """The assessor's conclusion beside a determination: the newest of an independent role, else
    the newest."""
    current = current_acts(context, CONCLUSION)
    independent = [leaf for leaf in current if leaf.role in INDEPENDENT]
    if not current:
        return {
            "state": "none",
            "by": None,
            "role": None,
            "verdict": None,
            "evidence": [],
            "reasonDigest": None,
        }
    leaf = (independent or current)[-1]
    verdict = leaf.predicate.get("verdict")
    return {
        "state": "agrees" if verdict == determination else "differs",
        "by": leaf.person or None,
        "role": leaf.role or None,
        "verdict": verdict,
        "evidence": [leaf.id],
        "reasonDigest": leaf.predicate.get("reasonDigest"),
    }
