"""The metric form: measurements of the target, against criteria of approved plans or a baseline's
threshold."""

from __future__ import annotations

from typing import Optional

from .alerts import open_alerts
from .attempts import attempts_at, outcomes_at
from .context import Context
from .criteria import judge_production, judge_tests
from .log import JSON, Leaf, hex_digest
from .nodes import (
    CONTESTED,
    FAILS,
    HOLDS,
    MISSING,
    STALE,
    WORKER,
    Node,
    act,
    basis_of,
    join_all,
    state_of_all,
)
from .plans import EXPLORATORY, Criterion, PlanText, in_force, plans_of, read_criterion
from .words import SCOPE_WORDS, plural, quoted

Held = tuple[Criterion, Optional[PlanText], bool]


def judge_metric(element: JSON, context: Context) -> Node:
    """Judge every criterion the element stands for; with `watch`, an open alert puts it under
    review."""
    plans = plans_of(context) if "theme" in element else []
    criteria = _criteria(element, plans)
    if not any(is_asked for _, _, is_asked in criteria):
        members = [_no_criterion(element, plans, context)]
    else:
        members = []
    for criterion, plan, is_asked in criteria:
        members += _nodes(element, criterion, plan, is_asked, plans, context)
    node = join_all(element["id"], element["label"], "metric", members)
    node.details = {"theme": element.get("theme"), "data": _data(element, context)}
    if "assurance" in element:
        node.details["assurance"] = element["assurance"]
    if len(members) == 1:
        node.sentence = members[0].sentence
    return _watched(node, element, context)


def _criteria(element: JSON, plans: list[PlanText]) -> list[Held]:
    """Criteria with their plan; those no longer asked for are kept, for the failures under them."""
    if "theme" not in element:
        return [(read_criterion(element), None, True)]
    asked = in_force(plans)
    return [(one, plan, plan in asked) for plan in plans for one in plan.criteria(element["theme"])]


def _nodes(
    element: JSON,
    criterion: Criterion,
    plan: PlanText | None,
    is_asked: bool,
    plans: list[PlanText],
    context: Context,
) -> list[Node]:
    data = _data(element, context)
    own = _node_id(element, criterion, plan)
    nodes = []
    if data != "production":
        found = _own(_tests(context), plan, plans)
        tried = attempts_at(criterion, plan, found, context, element.get("assurance", ""))
        others = outcomes_at(criterion, _elsewhere(context))
        nodes.append(judge_tests(own, criterion, plan, tried, others, context))
    if data != "test":
        nodes += _production(own, criterion, plan, element, plans, context)
    if is_asked:
        return nodes
    failing = [one for one in nodes if one.state == FAILS]
    for one in failing:
        one.sentence += " This text of the plan is no longer in force; a failure under it stands."
    return failing


def _production(
    own: str,
    criterion: Criterion,
    plan: PlanText | None,
    element: JSON,
    plans: list[PlanText],
    context: Context,
) -> list[Node]:
    """A node per deployment. Beside a test, production only shows what it confirms or refutes."""
    nodes, data = [], _data(element, context)
    for deployment in context.target["deployments"]:
        found = _own(_observed_at(deployment, context), plan, plans)
        attempts = attempts_at(criterion, plan, found, context, element.get("assurance", ""))
        node = judge_production(f"{own}@{deployment}", criterion, plan, attempts, context)
        node.details["deployment"] = deployment
        if data == "production" or node.state in (HOLDS, FAILS):
            nodes.append(node)
    if nodes or data == "both":
        return nodes
    return [judge_production(own, criterion, plan, [], context)]


def _own(found: list[Leaf], plan: PlanText | None, plans: list[PlanText]) -> list[Leaf]:
    """Measurements under this text, and those under no approved text at all (exploratory)."""
    if plan is None:
        return found
    others = [one for one in plans if one is not plan]
    return [
        leaf
        for leaf in found
        if plan.covers(leaf)
        or not any(one.covers(leaf) and one.standing_of(leaf) != EXPLORATORY for one in others)
    ]


def _tests(context: Context) -> list[Leaf]:
    target = context.target
    found = [leaf for leaf in _measurements(context) if leaf.scope_type != "deployment"]
    if target["type"] in ("release", "deployment"):
        return found
    return found + [
        leaf
        for leaf in context.log.measurements_at(target["type"], target["id"])
        if leaf not in found and context.clock.reached(leaf.starts)
    ]


def _elsewhere(context: Context) -> list[Leaf]:
    """Tests of the same model under another release: they decide nothing here, and are told."""
    digests = context.target["digests"]
    found = {
        leaf.index: leaf for digest in digests for leaf in context.log.measured.get(digest, ())
    }
    return [
        leaf
        for _, leaf in sorted(found.items())
        if leaf.scope_type != "deployment"
        and hex_digest(leaf.series.get("target")) not in digests
        and context.clock.reached(leaf.starts)
    ]


def _observed_at(deployment: str, context: Context) -> list[Leaf]:
    found = _measurements(context)
    return [
        leaf for leaf in found if leaf.scope_type == "deployment" and leaf.scope_id == deployment
    ]


def _measurements(context: Context) -> list[Leaf]:
    """Measurements of the target's digests, in index order, whose observation has ended."""
    found = [
        leaf
        for digest in context.target["digests"]
        for leaf in context.log.measurements.get(digest, ())
    ]
    return sorted(
        (leaf for leaf in found if context.clock.reached(leaf.starts)), key=lambda leaf: leaf.index
    )


def _data(element: JSON, context: Context) -> str:
    default = "production" if context.target["type"] == "deployment" else "both"
    return str(element.get("data", default))


def _node_id(element: JSON, criterion: Criterion, plan: PlanText | None) -> str:
    if plan is None:
        return f"{element['id']}.{criterion.check}"
    record = plan.leaf.record
    return f"{element['id']}.{record.get('id')}.{record.get('revision')}.{criterion.id or criterion.check}"


def _no_criterion(element: JSON, plans: list[PlanText], context: Context) -> Node:
    theme = element["theme"]
    here = SCOPE_WORDS[context.target["type"]]
    node = Node(element["id"] + ".plan", "Approved evaluation plan", "criterion", MISSING, "")
    node.sentence = f"No approved evaluation plan about {here} has a criterion of theme {theme}."
    node.waiting = [_ask_for_plan(element, plans)]
    drafted = [one for plan in plans for one in plan.criteria(theme)]
    tried = [
        leaf for leaf in _measurements(context) if any(one.asks_for(leaf.series) for one in drafted)
    ]
    node.details = {
        "plan": None,
        "attempts": 0,
        "failing": 0,
        "exploratory": len(tried),
        "freshUntil": None,
    }
    if tried:
        node.sentence += f" Exploratory attempts, which count for nothing: {len(tried)}."
    return node


def _ask_for_plan(element: JSON, plans: list[PlanText]) -> JSON:
    theme = element["theme"]
    drafts = [one for one in plans if not one.is_withdrawn and one.criteria(theme)]
    if drafts:
        what = f"Approve the evaluation plan {quoted(drafts[-1].title)}, then run it."
        return act(what, "officer", "approval", element["id"])
    if not element.get("measured", True):
        what = f"No worker measures {theme} yet: this stays not determined until one does."
        return act(what, "administrator", WORKER, element["id"])
    what = f"Write an evaluation plan with a criterion of theme {theme}, have it approved, then run it."
    return act(what, "owner", "plan", element["id"])


def _watched(node: Node, element: JSON, context: Context) -> Node:
    watch = element.get("watch", False)
    if not watch or node.state not in (HOLDS, STALE):
        return node
    themes = (
        watch if isinstance(watch, list) else [element["theme"]] if "theme" in element else None
    )
    alerts = open_alerts(themes, context)
    if not alerts:
        return node
    node.elements.append(_review(element, alerts))
    node.state = state_of_all([one.state for one in node.elements])
    node.sentence = node.elements[-1].sentence
    node.evidence += [leaf.id for leaf in alerts]
    node.basis = basis_of(CONTESTED, node.elements)
    node.waiting = [*node.waiting, *node.elements[-1].waiting]
    return node


def _review(element: JSON, alerts: list[Leaf]) -> Node:
    sentence = f"Under review: {plural(len(alerts), 'alert')} open in production, and labels have not decided yet."
    return Node(
        id=element["id"] + ".watch",
        label="Alerts in production",
        form="watch",
        state=CONTESTED,
        sentence=sentence,
        evidence=[leaf.id for leaf in alerts],
        basis=alerts[0].basis,
        details={"alerts": [str(leaf.record.get("id")) for leaf in alerts]},
        waiting=[act("Investigate and close the open alerts.", "owner", "alert", element["id"])],
    )
