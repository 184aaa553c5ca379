"""Measurements held against a criterion: every attempt is kept and counted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .context import Context
from .decimals import COMPARATORS, FIELD_OF_USE, badness, decimal_or_none
from .instants import write_instant
from .log import JSON, Leaf, mapping
from .nodes import is_as_sure
from .plans import EXPLORATORY, PLANNED, REVOKED, SUPERSEDED, Criterion, PlanText

PASSES, FAILING, TOO_LITTLE, INVALID = "passes", "fails", "insufficient", "invalid"

# Labels of fewer rows may have been chosen to please: they can show a failure, never a pass.
LEAST_COVERAGE = Decimal("0.9")
_TOO_WEAK = "it was computed elsewhere, and a figure computed here is asked for"


@dataclass(frozen=True, eq=False)
class Attempt:
    """One measurement: what came of it (outcome), and whether it counts (standing)."""

    leaf: Leaf
    standing: str
    outcome: str
    reason: str = ""
    judged: Decimal | None = None
    is_weak: bool = False

    @property
    def counts_against(self) -> bool:
        """A failure counts even when the plan's approval or the key was taken back after the run."""
        return self.outcome == FAILING and self.standing in (PLANNED, REVOKED)

    @property
    def counts_for(self) -> bool:
        return self.outcome == PASSES and self.standing == PLANNED

    @property
    def value(self) -> JSON:
        return mapping(self.leaf.predicate.get("value"))


def attempts_at(
    criterion: Criterion,
    plan: PlanText | None,
    found: list[Leaf],
    context: Context,
    assurance: str = "",
) -> list[Attempt]:
    """Attempts at one criterion, in index order; without a plan (a baseline's own threshold) all
    are planned. What is less sure than `assurance` cannot pass."""
    mine = [leaf for leaf in found if criterion.asks_for(leaf.series)]
    return [_attempt(leaf, criterion, _standing(leaf, plan, context), assurance) for leaf in mine]


def outcomes_at(criterion: Criterion, found: list[Leaf]) -> list[str]:
    """What came of each measurement, held against a criterion that it was not made under."""
    return [
        judge(leaf.predicate, criterion)[0] for leaf in found if criterion.asks_for(leaf.series)
    ]


def _attempt(leaf: Leaf, criterion: Criterion, standing: str, assurance: str) -> Attempt:
    outcome, reason, judged = judge(leaf.predicate, criterion)
    if outcome == PASSES and assurance and not is_as_sure(leaf.basis, assurance):
        return Attempt(leaf, standing, TOO_LITTLE, _TOO_WEAK, None, is_weak=True)
    return Attempt(leaf, standing, outcome, reason, judged)


def _standing(leaf: Leaf, plan: PlanText | None, context: Context) -> str:
    standing = PLANNED if plan is None else _standing_under(leaf, plan)
    if standing != EXPLORATORY and is_superseded(leaf, context):
        return SUPERSEDED
    return REVOKED if standing == PLANNED and leaf.revoked else standing


def _standing_under(leaf: Leaf, plan: PlanText) -> str:
    if not plan.covers(leaf) or _is_on_other_data(leaf, plan):
        return EXPLORATORY
    return plan.standing_of(leaf)


def _is_on_other_data(leaf: Leaf, plan: PlanText) -> bool:
    """A test run on data the plan does not name; batches of production are always data of their
    own."""
    held = mapping(leaf.predicate.get("dataset")).get("digest")
    return leaf.scope_type != "deployment" and bool(plan.dataset) and plan.dataset not in str(held)


def is_superseded(leaf: Leaf, context: Context) -> bool:
    """A later measurement of the same series under the same plan corrects it, with a reason."""
    return any(
        one.type == "measurement"
        and one.index > leaf.index
        and one.series == leaf.series
        and one.scope_id == leaf.scope_id
        and one.predicate.get("plan") == leaf.predicate.get("plan")
        and context.clock.reached(one.produced)
        for one in context.log.replacements.get(leaf.id, ())
    )


def judge(predicate: JSON, criterion: Criterion) -> tuple[str, str, Decimal | None]:
    """Hold one measurement against a criterion: outcome, reason, and the number that was
    compared."""
    run, held = mapping(predicate.get("run")), mapping(predicate.get("value"))
    if run.get("status") != "completed" or not held:
        return INVALID, str(run.get("reason") or "the run gave no value"), None
    value, lower, upper = (decimal_or_none(held.get(name)) for name in ("value", "lower", "upper"))
    if value is None or (lower is not None and upper is not None and lower > upper):
        return INVALID, "its value or interval is no number", None
    if criterion.problem:
        return TOO_LITTLE, f"the criterion cannot be used: {criterion.problem}", None
    count = _sample(predicate)
    if count < criterion.minimum_sample:
        return (
            TOO_LITTLE,
            f"it rests on {count} cases, and at least {criterion.minimum_sample} are needed",
            None,
        )
    judged = {"point": value, "lower": lower, "upper": upper}[criterion.use]
    if judged is None:
        return TOO_LITTLE, f"it gives no {criterion.use} bound, which the criterion judges", None
    if not COMPARATORS[criterion.comparator](judged, Decimal(criterion.threshold)):
        return FAILING, "", judged
    gap = _unlabelled(predicate)
    return (TOO_LITTLE, gap, None) if gap else (PASSES, "", judged)


def _unlabelled(predicate: JSON) -> str:
    """What is wrong where labels came for too few of the rows; nothing where they came for enough."""
    dataset = mapping(predicate.get("dataset"))
    rows, labelled = dataset.get("rows"), mapping(dataset.get("labels")).get("rows")
    if not isinstance(rows, int) or not isinstance(labelled, int):
        return ""
    if labelled >= LEAST_COVERAGE * rows:
        return ""
    return f"labels came for {labelled} of {rows} rows, and nine in ten are needed"


def _sample(predicate: JSON) -> int:
    for part in ("value", "sample"):
        count = mapping(predicate.get(part)).get("n")
        if isinstance(count, int) and not isinstance(count, bool):
            return count
    return 0


def worst(attempts: list[Attempt], criterion: Criterion) -> Attempt:
    """The attempt furthest on the wrong side (the first such one)."""
    threshold = Decimal(criterion.threshold)
    return max(attempts, key=lambda one: _badness(one, criterion, threshold))


def _badness(one: Attempt, criterion: Criterion, threshold: Decimal) -> Decimal:
    return badness(
        one.judged if one.judged is not None else threshold, criterion.comparator, threshold
    )


def tally(attempts: list[Attempt]) -> dict[str, int]:
    """Counts for the reader: every attempt under the plan, and exploratory ones beside them."""
    planned = [one for one in attempts if one.standing != EXPLORATORY]
    rare = {
        "computedElsewhere": sum(one.is_weak for one in planned),
        "byRevokedKey": sum(one.leaf.revoked for one in planned),
    }
    return {
        **{name: count for name, count in rare.items() if count},
        "attempts": len(planned),
        "failing": sum(one.outcome == FAILING for one in planned),
        "invalid": sum(one.outcome == INVALID for one in planned),
        "superseded": sum(one.standing == SUPERSEDED for one in planned),
        "exploratory": len(attempts) - len(planned),
    }


def shown_value(one: Attempt, criterion: Criterion) -> JSON:
    """The figures of one attempt as the statement holds them (decimals stay strings)."""
    observed = mapping(one.leaf.predicate.get("observed"))
    figures = {
        name: one.value.get(name)
        for name in ("metric", "unit", "value", "lower", "upper", "level", "n")
    }
    judged = one.value.get(FIELD_OF_USE[criterion.use]) if criterion.use in FIELD_OF_USE else None
    return {**figures, "judged": judged, "from": observed.get("from"), "to": observed.get("to")}


def observed_period(leaf: Leaf) -> tuple[str, str]:
    """(end, begin) of what was observed: later periods sort later."""
    observed = mapping(leaf.predicate.get("observed"))
    begin = observed.get("from")
    return write_instant(leaf.starts), begin if isinstance(begin, str) else ""
