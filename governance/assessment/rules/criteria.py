"""One criterion, judged: in tests the worst attempt holds, in production the worst of the latest
period."""

from __future__ import annotations

from datetime import datetime

from .attempts import (
    FAILING,
    INVALID,
    PASSES,
    TOO_LITTLE,
    Attempt,
    observed_period,
    shown_value,
    tally,
    worst,
)
from .context import Context
from .decimals import WORDS, rounded
from .instants import day_of, later, through, write_instant
from .log import JSON
from .nodes import FAILS, HOLDS, INSUFFICIENT, MISSING, STALE, Node, act, surest, weakest
from .plans import EXPLORATORY, PLANNED, REVOKED, Criterion, PlanText
from .words import plural, quoted

Period = tuple[str, str]
_NO_SECOND_TRY = "The figure does not hold: make another release, or ask for an exception."


def judge_tests(
    node_id: str,
    criterion: Criterion,
    plan: PlanText | None,
    attempts: list[Attempt],
    others: list[str],
    context: Context,
) -> Node:
    """All attempts on the subject count: a later pass does not hide a failure.

    `others` are outcomes of the same model under another release: counted and told, never decisive.
    """
    return _told(_tested(node_id, criterion, plan, attempts, context), others)


def _told(node: Node, others: list[str]) -> Node:
    failing = others.count(FAILING)
    node.details.update({"otherReleases": len(others), "otherReleasesFailing": failing})
    if failing:
        counted = f"{failing} of {plural(len(others), 'attempt')}"
        node.sentence += f" The same model failed it under another release, in {counted}."
    return node


def _tested(
    node_id: str,
    criterion: Criterion,
    plan: PlanText | None,
    attempts: list[Attempt],
    context: Context,
) -> Node:
    against = [one for one in attempts if one.counts_against]
    if against:
        return _judged(node_id, criterion, plan, attempts, FAILS, against)
    passing = [one for one in attempts if one.counts_for]
    if not passing:
        return _unjudged(node_id, criterion, plan, attempts)
    node = _judged(node_id, criterion, plan, attempts, HOLDS, passing)
    return _aged(node, passing, context)


def judge_production(
    node_id: str,
    criterion: Criterion,
    plan: PlanText | None,
    attempts: list[Attempt],
    context: Context,
) -> Node:
    """Behaviour over time may recover: the latest judged period decides, earlier failures are
    listed.

    A later period without a valid measurement never covers for a pass, and never hides a failure.
    """
    periods = _by_period([one for one in attempts if one.standing in (PLANNED, REVOKED)])
    judged = [
        key for key in periods if any(one.counts_for or one.counts_against for one in periods[key])
    ]
    if not judged:
        return _unjudged(node_id, criterion, plan, attempts)
    latest = periods[judged[-1]]
    against = [one for one in latest if one.counts_against]
    deciding = against or [one for one in latest if one.counts_for]
    node = _judged(node_id, criterion, plan, attempts, FAILS if against else HOLDS, deciding)
    node.details["earlierFailing"] = [
        _shown_period(periods[key]) for key in judged[:-1] if _fell(periods[key])
    ]
    node.sentence = f"In production until {day_of(judged[-1][0])}, {node.sentence}"
    if against:
        return node
    if list(periods)[-1] != judged[-1]:
        return _uncovered(node, periods)
    return _aged(node, deciding, context)


def _by_period(attempts: list[Attempt]) -> dict[Period, list[Attempt]]:
    found: dict[Period, list[Attempt]] = {}
    for one in attempts:
        found.setdefault(observed_period(one.leaf), []).append(one)
    return {key: found[key] for key in sorted(found)}


def _fell(attempts: list[Attempt]) -> bool:
    return any(one.counts_against for one in attempts)


def _shown_period(attempts: list[Attempt]) -> JSON:
    end, begin = observed_period(attempts[0].leaf)
    return {
        "from": begin,
        "to": end,
        "evidence": [one.leaf.id for one in attempts if one.counts_against],
    }


def _uncovered(node: Node, periods: dict[Period, list[Attempt]]) -> Node:
    last = list(periods)[-1]
    node.state = INSUFFICIENT
    node.evidence = [one.leaf.id for one in periods[last]]
    node.sentence = f"The latest period in production, until {day_of(last[0])}, has no measurement that can be judged."
    node.waiting = [
        act(
            "Measure the latest period in production again, with labels.",
            "developer",
            "measurement",
            node.id,
        )
    ]
    return node


def _judged(
    node_id: str,
    criterion: Criterion,
    plan: PlanText | None,
    attempts: list[Attempt],
    state: str,
    deciding: list[Attempt],
) -> Node:
    shown = worst(deciding, criterion)
    bases = [one.leaf.basis for one in deciding]
    node = _bare(node_id, criterion, plan, attempts, state)
    node.sentence = f"{_figure(shown, criterion)} {_threshold(criterion, plan)}{_counts(attempts)}."
    node.evidence = [one.leaf.id for one in deciding]
    node.basis = surest(bases) if state == FAILS else weakest(bases)
    if state == FAILS:
        node.waiting = [act(_NO_SECOND_TRY, "owner", "release", node.id)]
    node.details.update(shown_value(shown, criterion))
    return node


def _aged(node: Node, passing: list[Attempt], context: Context) -> Node:
    until = _fresh_until(passing, context)
    node.details["freshUntil"] = write_instant(until) if until else None
    if until is None or not context.clock.aged(until):
        return node
    node.state = STALE
    node.sentence = f"{node.sentence} It counted until {through(until)}."
    node.waiting = [
        act(
            "Run the approved plan again: its last measurement is out of date.",
            "developer",
            "measurement",
            node.id,
        )
    ]
    return node


def _fresh_until(passing: list[Attempt], context: Context) -> datetime | None:
    if context.fresh_days is None:
        return None
    return later(max(one.leaf.starts for one in passing), days=context.fresh_days)


def _unjudged(
    node_id: str, criterion: Criterion, plan: PlanText | None, attempts: list[Attempt]
) -> Node:
    planned = [one for one in attempts if one.standing == PLANNED]
    short = [one for one in planned if one.outcome == TOO_LITTLE]
    node = _bare(node_id, criterion, plan, attempts, INSUFFICIENT if short else MISSING)
    node.evidence = [one.leaf.id for one in short]
    node.basis = weakest([one.leaf.basis for one in short])
    if short:
        node.details.update(shown_value(short[-1], criterion))
    node.sentence = _why_unjudged(criterion, plan, attempts, short)
    what = f"Measure {_name(criterion)} under {_plan_words(plan)}, and submit the measurement."
    if short and short[-1].is_weak:
        what = f"Measure {_name(criterion)} on this platform, under {_plan_words(plan)}."
    node.waiting = [act(what, "developer", "measurement", node_id)]
    return node


def _why_unjudged(
    criterion: Criterion, plan: PlanText | None, attempts: list[Attempt], short: list[Attempt]
) -> str:
    name = _name(criterion)
    if short:
        return f"{name} is measured, but {short[-1].reason}."
    gone = [one for one in attempts if one.standing == REVOKED and one.outcome == PASSES]
    if any(one.leaf.revoked for one in gone):
        return f"{name} was measured, but the key that signed the measurement has been revoked."
    if gone:
        return f"{name} was measured, but the approval of its plan has been revoked since."
    invalid = sum(one.outcome == INVALID for one in attempts if one.standing == PLANNED)
    if invalid:
        return f"{name}: {plural(invalid, 'run')} under {_plan_words(plan)} gave no valid figure."
    exploratory = sum(one.standing == EXPLORATORY for one in attempts)
    tried = (
        f" (exploratory attempts, which count for nothing: {exploratory})" if exploratory else ""
    )
    return f"{name} has not been measured under {_plan_words(plan)}{tried}."


def _bare(
    node_id: str, criterion: Criterion, plan: PlanText | None, attempts: list[Attempt], state: str
) -> Node:
    return Node(
        id=node_id,
        label=criterion.label or _name(criterion),
        form="criterion",
        state=state,
        sentence="",
        details={
            "check": criterion.check,
            "slice": criterion.slice,
            "comparator": criterion.comparator,
            "threshold": criterion.threshold,
            "use": criterion.use,
            "minimumSample": criterion.minimum_sample,
            "plan": _shown_plan(plan),
            "freshUntil": None,
            **tally(attempts),
        },
    )


def _shown_plan(plan: PlanText | None) -> JSON | None:
    if plan is None:
        return None
    approval = plan.approval
    return {
        "id": plan.leaf.record.get("id"),
        "revision": plan.leaf.record.get("revision"),
        "evidence": plan.leaf.id,
        "approval": approval.id if approval else None,
    }


def _figure(one: Attempt, criterion: Criterion) -> str:
    held = one.value
    shown = {
        name: rounded(held.get(name), criterion.threshold) for name in ("value", "lower", "upper")
    }
    interval = (
        f" ({shown['lower']} to {shown['upper']})"
        if held.get("lower") and held.get("upper")
        else ""
    )
    judged = "" if criterion.use == "point" else f", judged by its {criterion.use} bound,"
    return f"{_name(criterion)} is {shown['value']}{interval}{judged}"


def _threshold(criterion: Criterion, plan: PlanText | None) -> str:
    asked = f"where {WORDS[criterion.comparator]} {criterion.threshold}"
    return f"{asked} was approved before the run" if plan else f"{asked} is asked by the baseline"


def _counts(attempts: list[Attempt]) -> str:
    counts = tally(attempts)
    words = [
        f"{counts[name]} {name}" for name in ("failing", "invalid", "superseded") if counts[name]
    ]
    if counts.get("byRevokedKey"):
        words.append(f"{counts['byRevokedKey']} signed by a revoked key")
    if counts.get("computedElsewhere"):
        words.append(f"{counts['computedElsewhere']} computed elsewhere")
    if counts["exploratory"]:
        words.append(f"{counts['exploratory']} exploratory beside them")
    return f" ({', '.join([plural(counts['attempts'], 'attempt'), *words])})"


def _plan_words(plan: PlanText | None) -> str:
    if plan is None:
        return "the baseline's own threshold"
    return f"the approved plan {quoted(plan.title)} (revision {plan.leaf.record.get('revision')})"


def _name(criterion: Criterion) -> str:
    name = criterion.check.replace("_", " ").replace("-", " ")
    return name if criterion.slice == "all" else f"{name} by {criterion.slice}"
