"""The monitor form: whether scheduled watching happens, and whether alerts are attended to."""

from __future__ import annotations

from datetime import datetime

from .alerts import alerts_at, judge_alerts
from .context import Context
from .instants import instant_or_none, later, moment, write_instant
from .log import JSON, Leaf, identity, text
from .nodes import FAILS, HOLDS, INSUFFICIENT, MISSING, Node, act, join_all
from .records import fits, in_effect, standing_records
from .words import SCOPE_WORDS, plain, plural

_LEAST_GRACE_SECONDS = 60


def judge_monitor(element: JSON, context: Context) -> Node:
    monitors = _active(element, context)
    if element["signal"] == "alerts":
        return _judge_attention(element, monitors, context)
    if not monitors:
        return _unwatched(element, context)
    members = [_judge_runs(element, leaf, context) for leaf in monitors]
    node = join_all(element["id"], element["label"], "monitor", members)
    node.details = {"signal": "behaviour"}
    if len(members) == 1:
        node.sentence = members[0].sentence
    return node


def _judge_attention(element: JSON, monitors: list[Leaf], context: Context) -> Node:
    """No alert at all proves nothing unless a monitor was there that could have raised one."""
    members = judge_alerts(element, alerts_at(context, element.get("at", "")), context)
    if not members and not monitors:
        return _unwatched(element, context)
    if not members and not any(_has_compared(leaf, context) for leaf in monitors):
        return _untried(element, monitors)
    if not members:
        node = Node(element["id"], element["label"], "monitor", HOLDS, "")
        node.sentence = f"No alert needed triage; {plural(len(monitors), 'active monitor')} could have raised one."
        node.evidence = [leaf.id for leaf in monitors]
        node.basis = "record"
    else:
        node = join_all(element["id"], element["label"], "monitor", members)
        node.sentence = (
            _first_trouble(members)
            or f"{plural(len(members), 'alert')} triaged in time or not yet due."
        )
    node.details = {"signal": "alerts", "lookBackDays": context.fresh_days}
    return node


def _has_compared(monitor: Leaf, context: Context) -> bool:
    return any(run.fields.get("status") == "completed" for run in _runs(monitor, context))


def _untried(element: JSON, monitors: list[Leaf]) -> Node:
    node = Node(element["id"], element["label"], "monitor", MISSING, "")
    node.sentence = "No run has been completed that could have raised an alert."
    node.evidence = [leaf.id for leaf in monitors]
    node.details = {"signal": "alerts"}
    what = "Make the monitor's scheduled run complete with data."
    node.waiting = [act(what, element.get("role", "developer"), "run", element["id"])]
    return node


def _first_trouble(members: list[Node]) -> str | None:
    trouble = [one for one in members if one.state == FAILS] or [
        one for one in members if one.state != HOLDS
    ]
    return trouble[0].sentence if trouble else None


def _active(element: JSON, context: Context) -> list[Leaf]:
    found = standing_records(
        context.log, "monitor", context.target, context.clock, element.get("at", "")
    )
    return [
        leaf for leaf in found if leaf.state == "active" and fits(leaf, element.get("where", {}))
    ]


def _unwatched(element: JSON, context: Context) -> Node:
    here = SCOPE_WORDS[context.target["type"]]
    node = Node(element["id"], element["label"], "monitor", MISSING, "")
    node.sentence = f"No active monitor is recorded for {here}."
    node.details = {"signal": element["signal"]}
    what = f"Set up and activate a monitor for {here}."
    node.waiting = [act(what, element.get("role", "owner"), "monitor", element["id"])]
    return node


def _judge_runs(element: JSON, monitor: Leaf, context: Context) -> Node:
    runs = _runs(monitor, context)
    newest = runs[-1] if runs else None
    terms = _terms_of(newest, monitor, context) if newest else monitor
    interval = terms.fields.get("intervalSeconds")
    if not isinstance(interval, int) or isinstance(interval, bool) or interval <= 0:
        return _node(
            element, monitor, INSUFFICIENT, "The monitor states no interval in seconds.", None, None
        )
    since = _slot(newest) if newest else _begin(monitor, context)
    due = later(since, seconds=interval + _grace(terms, interval))
    if newest is not None and newest.fields.get("status") != "completed":
        status = plain(text(newest.fields.get("status")) or "without status")
        sentence = f"The run scheduled for {moment(_slot(newest))} is {status}."
        return _node(element, monitor, FAILS, sentence, newest, due)
    if context.clock.aged(due):
        sentence = f"No run since {moment(since)}; the next was due by {moment(due)}."
        return _node(element, monitor, FAILS, sentence, newest, due)
    if newest is None:
        sentence = f"The first run is due by {moment(due)}; none has been made yet."
        return _node(element, monitor, MISSING, sentence, None, due)
    sentence = f"The run scheduled for {moment(_slot(newest))} completed; the next is due by {moment(due)}."
    return _node(element, monitor, HOLDS, sentence, newest, due)


def _runs(monitor: Leaf, context: Context) -> list[Leaf]:
    """The monitor's runs in effect, ordered by their slot."""
    own = text(monitor.record.get("id"))
    revisions = context.log.records("monitor-run")
    found = [
        in_effect(one, context.clock)
        for one in revisions
        if identity(one[-1].fields.get("monitor")) == own
    ]
    runs = [leaf for leaf in found if leaf is not None and context.clock.reached(_slot(leaf))]
    return sorted(runs, key=lambda leaf: (_slot(leaf), leaf.index))


def _terms_of(run: Leaf, monitor: Leaf, context: Context) -> Leaf:
    """The revision that the run ran under: a later one never moves the slot that was due then."""
    own = text(monitor.record.get("id"))
    for revisions in context.log.records("monitor"):
        for leaf in revisions if text(revisions[0].record.get("id")) == own else ():
            if leaf.record.get("revision") == run.fields.get("monitorRevision"):
                return leaf
    return monitor


def _slot(run: Leaf) -> datetime:
    return instant_or_none(run.fields.get("slot")) or run.starts


def _begin(monitor: Leaf, context: Context) -> datetime:
    live = instant_or_none(context.target["liveSince"])
    return max(live, monitor.starts) if live else monitor.starts


def _grace(monitor: Leaf, interval: int) -> int:
    grace = monitor.fields.get("graceSeconds")
    if isinstance(grace, int) and not isinstance(grace, bool) and grace >= 0:
        return grace
    return max(interval // 10, _LEAST_GRACE_SECONDS)


def _node(
    element: JSON, monitor: Leaf, state: str, sentence: str, run: Leaf | None, due: datetime | None
) -> Node:
    leaves = [leaf for leaf in (monitor, run) if leaf is not None]
    node = Node(
        id=f"{element['id']}.{monitor.record.get('id')}",
        label=text(monitor.fields.get("title")) or text(monitor.fields.get("name")) or "Monitor",
        form="monitor-runs",
        state=state,
        sentence=sentence,
        evidence=[leaf.id for leaf in leaves],
        basis="record",
        details={
            "monitor": monitor.record.get("id"),
            "status": run.fields.get("status") if run else None,
            "slot": run.fields.get("slot") if run else None,
            "nextDue": write_instant(due) if due else None,
        },
    )
    if state != HOLDS:
        what = "Make the monitor's scheduled run complete with data."
        node.waiting = [act(what, element.get("role", "developer"), "run", element["id"])]
    return node
