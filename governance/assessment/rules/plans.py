"""Evaluation plans: the criteria people approved, text by text.

A text is what a plan's revisions with the same fields say. A run counts for the text it names, so a
criterion changed after the run is another criterion.
"""

from __future__ import annotations

from dataclasses import dataclass

from .approvals import Approval, approvals_of, content_author, content_digests
from .context import Context
from .decimals import COMPARATORS, USES, decimal_or_none
from .log import JSON, Leaf, hex_digest, mapping, sequence, text
from .records import WITHDRAWN, in_effect, names_digest_of

PLANNED, REVOKED, EXPLORATORY, SUPERSEDED = "planned", "revoked", "exploratory", "superseded"


@dataclass(frozen=True)
class Criterion:
    """What a measurement is held against. `problem` says why it cannot be used, or is empty."""

    id: str
    label: str
    check: str
    slice: str
    comparator: str
    threshold: str
    use: str
    minimum_sample: int
    problem: str = ""

    def asks_for(self, series: JSON) -> bool:
        """Whether a series is of this criterion; a batch of production is judged as the whole."""
        if series.get("check") != self.check:
            return False
        held = series.get("slice")
        return held == self.slice or (self.slice == "all" and text(held).startswith("batch:"))


@dataclass(frozen=True, eq=False)
class PlanText:
    """One text of a plan with its approvals; `leaf` is the newest revision that says it."""

    leaf: Leaf
    digests: frozenset[str]
    approvals: list[Approval]
    is_withdrawn: bool

    @property
    def title(self) -> str:
        return (
            text(self.leaf.fields.get("title"))
            or text(self.leaf.fields.get("name"))
            or "evaluation plan"
        )

    @property
    def dataset(self) -> str:
        return hex_digest(self.leaf.fields.get("dataset"))

    @property
    def approval(self) -> Leaf | None:
        """The first approval that still stands."""
        return next((one.leaf for one in self.approvals if one.withdrawn is None), None)

    def standing_of(self, measurement: Leaf) -> str:
        """planned, revoked (approved for the run, taken back since), or exploratory (not approved
        before it)."""
        before = [one for one in self.approvals if one.stood_for(measurement)]
        if not before:
            return EXPLORATORY
        return PLANNED if any(one.withdrawn is None for one in before) else REVOKED

    def covers(self, measurement: Leaf) -> bool:
        return hex_digest(mapping(measurement.predicate.get("plan")).get("digest")) in self.digests

    def criteria(self, theme: str) -> list[Criterion]:
        found = [mapping(one) for one in sequence(self.leaf.fields.get("criteria"))]
        return [read_criterion(one) for one in found if one.get("theme") == theme]


def plans_of(context: Context) -> list[PlanText]:
    """Every text of every plan about the target, oldest first."""
    texts = []
    for revisions in context.log.records("evaluation-plan"):
        texts += _texts(revisions, context)
    return sorted(texts, key=lambda one: one.leaf.index)


def _texts(revisions: list[Leaf], context: Context) -> list[PlanText]:
    if not any(_is_about(leaf, context.target) for leaf in revisions):
        return []
    newest = in_effect(revisions, context.clock)
    by_text: dict[str, Leaf] = {}
    for leaf in revisions:
        if context.clock.reached(leaf.starts) and _is_about(leaf, context.target):
            by_text[context.log.fields_digest(leaf)] = leaf
    is_withdrawn = newest is not None and newest.state == WITHDRAWN
    return [_text_of(leaf, context, is_withdrawn) for leaf in by_text.values()]


def _text_of(leaf: Leaf, context: Context, is_withdrawn: bool) -> PlanText:
    digests = content_digests(context.log, leaf)
    author = content_author(context.log, leaf)
    approvals = approvals_of(context.log, digests, [author], context.clock)
    return PlanText(leaf, frozenset(digests), approvals, is_withdrawn)


def _is_about(leaf: Leaf, target: JSON) -> bool:
    if names_digest_of(leaf, target):
        return True
    unbound = not hex_digest(leaf.fields.get("subject"))
    return unbound and leaf.scope_type == target["type"] and leaf.scope_id == target["id"]


def in_force(texts: list[PlanText]) -> list[PlanText]:
    """Per plan, the newest text whose approval stands; a withdrawn plan asks for nothing any
    more."""
    newest: dict[str, PlanText] = {}
    for one in texts:
        if one.approval is not None and not one.is_withdrawn:
            newest[text(one.leaf.record.get("id"))] = one
    return list(newest.values())


def read_criterion(held: JSON) -> Criterion:
    """Read a criterion of a plan or of a baseline element; what cannot be used says so in
    `problem`."""
    minimum = held.get("minimumSample", 0)
    return Criterion(
        id=text(held.get("id")),
        label=text(held.get("label")),
        check=text(held.get("check")),
        slice=text(held.get("slice")) or "all",
        comparator=text(held.get("comparator")),
        threshold=str(held.get("threshold")),
        use=text(held.get("use")) or "point",
        minimum_sample=minimum if isinstance(minimum, int) else 0,
        problem=_problem(held),
    )


def _problem(held: JSON) -> str:
    if held.get("comparator") not in COMPARATORS:
        return f"its comparator is none of {', '.join(COMPARATORS)}"
    if decimal_or_none(held.get("threshold")) is None:
        return "its threshold is no decimal"
    if (held.get("use") or "point") not in USES:
        return f"its use is none of {', '.join(USES)}"
    if not isinstance(held.get("minimumSample", 0) or 0, int):
        return "its minimum sample is no whole number"
    return ""
