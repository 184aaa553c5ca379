"""Approvals, gate decisions and evaluations of what was live, as nodes beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from governance.assessment.choices import Outcome
from governance.evidence.choices import PredicateType
from governance.gates.models import GateDecision, Verdict
from lineage.graph import Edge, Grade, Node
from lineage.records import Statement, instant_of
from lineage.things import Flow, Thing, address, content_id

if TYPE_CHECKING:
    from lineage.story import Live


def add_acts(
    flow: Flow, acts: Sequence[Statement], live: Sequence[Live], people: dict[str, str]
) -> list[str]:
    """Add the acts about each release that was live; returns what is missing, in sentences."""
    remarks: list[str] = []
    for each in live:
        digest, where = each.release.fields["digest"], each.deployment.fields["environment"]
        own = {digest, *(model.fields["digest"] for model in each.models)}
        about = [one for one in acts if own & set(one.subjects)]
        _add_evaluations(flow, each, about)
        approved = _add_approvals(flow, each, about, people)
        decided = _add_gate(flow, each, about)
        label = f"release {each.release.fields['number']}"
        if not approved:
            remarks.append(f"No approval of {label} is on record.")
        if not decided:
            remarks.append(
                f"No gate decision on {label} for {where} is on record before it went live."
            )
    return list(dict.fromkeys(remarks))


def _add_approvals(
    flow: Flow, each: Live, acts: Sequence[Statement], people: dict[str, str]
) -> bool:
    """The last answer to each request; True when one of them approves."""
    newest = {one.predicate["request"]: one for one in acts if one.type == PredicateType.APPROVAL}
    for one in newest.values():
        predicate = one.predicate
        outcome = Outcome(predicate["outcome"])
        node = Node(
            id=f"approval:{one.id}",
            kind="approval",
            label="approved, conditions"
            if outcome == Outcome.CONDITIONS
            else str(outcome.label).lower(),
            sublabel=f"{predicate['role']}",
            url=address("approval", predicate["request"]),
        )
        thing = Thing(
            node,
            "asserted",
            detail=f"for {predicate['purpose']}, {one.at:%Y-%m-%d %H:%M} UTC",
            by=people.get(predicate["person"], ""),
            recorded=one.index,
            evidence=one.id,
        )
        _join(flow, thing, f"release:{each.release.record}", one, "asserted")
    return any(Outcome(one.predicate["outcome"]).is_approval for one in newest.values())


def _add_gate(flow: Flow, each: Live, acts: Sequence[Statement]) -> bool:
    """The last decision for this environment before the deployment began; True when there is one."""
    begun = instant_of(each.deployment.fields["from"])
    where = each.deployment.fields["environment"]
    before = [
        one
        for one in acts
        if one.type == PredicateType.GATE_DECISION
        and one.predicate["environment"] == where
        and instant_of(one.predicate["effectiveAt"]) <= begun
    ]
    for one in before[-1:]:
        row = GateDecision.objects.filter(evidence_id=one.id).first()
        node = Node(
            id=f"gate:{one.id}",
            kind="gate-decision",
            label=f"gate: {str(Verdict(one.predicate['verdict']).label).lower()}",
            sublabel=f"{one.at:%Y-%m-%d}",
            url=address("gate-decision", row.pk) if row else "",
        )
        thing = Thing(
            node,
            "computed",
            detail=f"for {where}, {one.at:%Y-%m-%d %H:%M} UTC",
            by="rule engine",
            recorded=one.index,
            evidence=one.id,
        )
        _join(flow, thing, each.node_id, one, "observed")
    return bool(before)


def _add_evaluations(flow: Flow, each: Live, acts: Sequence[Statement]) -> None:
    """One node for each evaluation run, joined to the data it was made on."""
    runs: dict[str, list[Statement]] = defaultdict(list)
    for one in acts:
        if one.type == PredicateType.MEASUREMENT:
            runs[one.predicate["run"]["id"]].append(one)
    for run, found in runs.items():
        first = found[0]
        is_here = first.predicate["assurance"] == "computed-here"
        node = Node(
            id=f"evaluation:{run}",
            kind="evaluation",
            label="evaluation",
            sublabel=f"{len(found)} measurement{'s' if len(found) > 1 else ''}",
        )
        thing = Thing(
            node,
            "computed" if is_here else "asserted",
            detail=f"{node.sublabel}, {first.at:%Y-%m-%d %H:%M} UTC",
            by="this platform" if is_here else "computed elsewhere",
            recorded=first.index,
            evidence=first.id,
        )
        _join(
            flow,
            thing,
            f"release:{each.release.record}",
            first,
            "observed" if is_here else "asserted",
        )
        for digest in {
            one.predicate["dataset"]["digest"] for one in found if one.predicate["dataset"]
        }:
            data = content_id(digest)
            if data in flow.things:
                flow.edges.append(Edge(data, node.id, "observed", first.index, first.at))


def _join(flow: Flow, thing: Thing, to: str, one: Statement, grade: Grade) -> None:
    flow.edges.append(Edge(flow.add(thing), to, grade, one.index, one.at))
