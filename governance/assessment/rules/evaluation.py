"""The result of a requirement at a scope: a pure function of signed statements, a log size and an
instant."""

from __future__ import annotations

from datetime import datetime

from .acts import conclusion_of, not_met
from .applicability import (
    INHERITED,
    NOT_APPLICABLE,
    applicability_of,
    due_at,
    exception_of,
    tailoring_node,
)
from .canonical import digest
from .context import Context
from .grammar import parse_entry
from .instants import Clock, day, instant_or_none, parse_instant, write_instant
from .log import JSON, Leaf, Log, Statements, read_log
from .metric_form import judge_metric
from .monitor_form import judge_monitor
from .nodes import FAILS, HOLDS, INSUFFICIENT, Node, act, join_all, join_any
from .record_form import judge_record
from .statement_form import judge_statement

_FORMS = {
    "metric": judge_metric,
    "record": judge_record,
    "monitor": judge_monitor,
    "statement": judge_statement,
}
_DETERMINATION = {HOLDS: "satisfied", FAILS: "not-satisfied"}
_MAX_BOUNDARIES = 64


def evaluate(
    entry: JSON, target: JSON, statements: Statements, at: str, log_size: int | None = None
) -> JSON:
    """Judge one baseline entry at a target.

    `entry`: id, scope, due, fresh_days, rule. `target`: from `target_from`. `statements`: Indexed
    dicts in any order, or a Log from `read_log`. `at`: RFC 3339 UTC. With `log_size` N only
    statements of index < N count. Returns canonical-JSON-able fields; the same arguments give the
    same bytes. Raises RuleError for an entry outside the grammar, ValueError for a target of
    another scope than the entry's, InstantError for a bad time, StatementError for statements that
    cannot be read.
    """
    parse_entry(entry)
    if entry["scope"] != target["type"]:
        raise ValueError(
            f"{entry['id']} is answered at scope {entry['scope']}, not {target['type']}: "
            "evaluate it there and inherit the result."
        )
    log, instant = read_log(statements, log_size), parse_instant(at)
    result, ahead = _at(entry, target, log, instant)
    return {
        **result,
        "entryDigest": digest(entry),
        "logSize": log.size,
        "effectiveAt": write_instant(instant),
        "changesAt": _next_change(entry, target, log, result, ahead),
    }


def _at(entry: JSON, target: JSON, log: Log, instant: datetime) -> tuple[JSON, list[datetime]]:
    """The result at an instant without its frame, and the later instants it looked at."""
    clock = Clock(instant, instant_or_none(target["until"]))
    context = Context(entry, target, log, clock)
    applicability = applicability_of(context)
    root = _overruled(_judge(entry["rule"], context, "rule"), context)
    tailored = tailoring_node(context)
    determination = _DETERMINATION.get(root.state, "not-determined")
    result = {
        "requirement": entry["id"],
        "target": {key: target[key] for key in ("type", "id", "digests")},
        "provider": None,
        "applicability": applicability,
        "dueAt": due_at(context),
        "determination": determination,
        "reason": root.state if determination == "not-determined" else None,
        "basis": root.basis,
        "conclusion": conclusion_of(context, determination),
        "exception": exception_of(context),
        "why": _tree(tailored, root),
        "waitingFor": [] if applicability == NOT_APPLICABLE else _distinct(root.waiting),
    }
    return result, sorted(clock.ahead)


def _judge(rule: JSON, context: Context, place: str) -> Node:
    if "form" in rule:
        return _vouched(_FORMS[rule["form"]](rule, context), context)
    join = "all" if "all" in rule else "any"
    members = [_judge(one, context, f"{place}.{number}") for number, one in enumerate(rule[join])]
    label = rule.get("label", "All of these" if join == "all" else "One of these")
    return (join_all if join == "all" else join_any)(place, label, join, members)


def _vouched(node: Node, context: Context) -> Node:
    """Nothing holds on a statement whose key is revoked: somebody must say it again."""
    if node.state != HOLDS or context.log.disowned.isdisjoint(node.evidence):
        return node
    node.state = INSUFFICIENT
    node.sentence += " A key that signed this has been revoked."
    what = f"Record {node.label} again: the key that signed it has been revoked."
    node.waiting = [act(what, "owner", "record", node.id)]
    return node


def _overruled(root: Node, context: Context) -> Node:
    """A management statement that the requirement is not met wins over everything else."""
    against = not_met(context)
    if not against:
        return root
    members = [*[_word_against(leaf) for leaf in against], root]
    node = join_all("not-met", "Stated as not met", "all", members)
    node.sentence = members[0].sentence
    return node


def _word_against(leaf: Leaf) -> Node:
    who = f"Person {leaf.person or 'unnamed'}, as {leaf.role}, stated on {day(leaf.produced)}"
    return Node(
        id=f"not-met.{leaf.id}",
        label="Management statement: not met",
        form="statement",
        state=FAILS,
        sentence=f"{who} that this is not met; it stands until superseded.",
        evidence=[leaf.id],
        basis="statement",
        details={"person": leaf.person, "role": leaf.role, "on": write_instant(leaf.produced)},
    )


def _tree(tailored: Node | None, root: Node) -> JSON:
    if tailored is None:
        return root.as_json()
    tailored.elements = [root]
    return tailored.as_json()


def _distinct(waiting: list[JSON]) -> list[JSON]:
    """Each act once, though several elements wait for it."""
    first: dict[tuple[str, str], JSON] = {}
    for one in waiting:
        first.setdefault((one["what"], one["role"]), one)
    return list(first.values())


def _next_change(
    entry: JSON, target: JSON, log: Log, result: JSON, ahead: list[datetime]
) -> str | None:
    """The first later instant at which the result differs with no new statement; null if it never
    does.

    Only instants that a judgement looked at can change it, so it is enough to judge again at each
    of them.
    """
    for _ in range(_MAX_BOUNDARIES):
        if not ahead:
            return None
        instant = ahead[0]
        later_result, ahead = _at(entry, target, log, instant)
        if later_result != result:
            return write_instant(instant)
    return write_instant(instant)


def inherit(result: JSON, provider_target: JSON, target: JSON) -> JSON:
    """The view of a lower scope on a result of the responsible scope: same determination, and who
    can mend it.

    What is not applicable or not yet due above is so below; else applicability and basis are
    "inherited".
    """
    is_applicable = result["applicability"] in ("applicable", INHERITED)
    provider: dict[str, object] = {key: provider_target[key] for key in ("type", "id")}
    provider["owner"] = provider_target.get("owner")
    return {
        **result,
        "target": {key: target[key] for key in ("type", "id", "digests")},
        "provider": provider,
        "applicability": INHERITED if is_applicable else result["applicability"],
        "basis": INHERITED if result["basis"] is not None else None,
    }
