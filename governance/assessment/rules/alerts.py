"""Alerts as records: which are open, and whether they were triaged in time.

An alert that fires proves that monitoring works; only one that nobody triages in time is a failure.
"""

from __future__ import annotations

from datetime import datetime

from .context import Context
from .instants import day, instant_or_none, later, moment
from .log import JSON, Leaf, text
from .nodes import FAILS, HOLDS, INSUFFICIENT, Node, act
from .records import standing_records

OPEN_STATES = ("open", "triaged")


def alerts_at(context: Context, level: str = "") -> list[Leaf]:
    """Alerts of the target (or of `level` of it) that had opened, ordered by opening."""
    found = standing_records(context.log, "alert", context.target, context.clock, level)
    opened = [leaf for leaf in found if context.clock.reached(_opened(leaf))]
    return sorted(opened, key=lambda leaf: (_opened(leaf), leaf.index))


def open_alerts(themes: list[str] | None, context: Context) -> list[Leaf]:
    """Open or triaged alerts on the target's deployments about one of `themes` (None: any) or
    about none."""
    found = [leaf for leaf in alerts_at(context, "deployment") if leaf.state in OPEN_STATES]
    return [leaf for leaf in found if _is_about(leaf, themes)]


def _is_about(leaf: Leaf, themes: list[str] | None) -> bool:
    theme = text(leaf.fields.get("theme")) or "any"
    return themes is None or theme == "any" or "any" in themes or theme in themes


def judge_alerts(element: JSON, alerts: list[Leaf], context: Context) -> list[Node]:
    """A node per alert that still matters: open, or triaged late within the look-back."""
    nodes = [_judge(element, leaf, context) for leaf in alerts]
    return [node for node in nodes if node is not None]


def _judge(element: JSON, leaf: Leaf, context: Context) -> Node | None:
    due = instant_or_none(leaf.fields.get("triageBy"))
    if due is None:
        return _node(element, leaf, INSUFFICIENT, "names no time by which it is to be triaged")
    triaged = instant_or_none(leaf.fields.get("triagedAt"))
    if triaged is not None and context.clock.reached(triaged):
        return _judge_triaged(element, leaf, due, triaged, context)
    if not context.clock.reached(due):
        return _node(element, leaf, HOLDS, f"is open and to be triaged by {moment(due)}")
    if leaf.state in OPEN_STATES:
        return _node(element, leaf, FAILS, f"was to be triaged by {moment(due)} and is not")
    return _within(
        element,
        leaf,
        due,
        context,
        f"was closed without triage, which was due by {moment(due)}",
    )


def _judge_triaged(
    element: JSON, leaf: Leaf, due: datetime, triaged: datetime, context: Context
) -> Node | None:
    if triaged > due:
        words = f"was triaged on {day(triaged)}, too late: it was due by {moment(due)}"
        return _within(element, leaf, due, context, words)
    if _is_past(due, context):
        return None
    return _node(element, leaf, HOLDS, f"was triaged in time, on {day(triaged)}")


def _within(element: JSON, leaf: Leaf, due: datetime, context: Context, words: str) -> Node | None:
    return None if _is_past(due, context) else _node(element, leaf, FAILS, words)


def _is_past(due: datetime, context: Context) -> bool:
    """Whether the look-back (the entry's fresh_days) no longer reaches it."""
    return context.fresh_days is not None and context.clock.aged(
        later(due, days=context.fresh_days)
    )


def _node(element: JSON, leaf: Leaf, state: str, words: str) -> Node:
    node = Node(
        id=f"{element['id']}.{leaf.record.get('id')}",
        label=text(leaf.fields.get("title")) or f"Alert of {day(_opened(leaf))}",
        form="alert",
        state=state,
        sentence=f"The alert of {day(_opened(leaf))} {words}.",
        evidence=[leaf.id],
        basis=leaf.basis,
        details={
            "alert": leaf.record.get("id"),
            "alertState": leaf.state,
            "openedAt": leaf.fields.get("openedAt"),
            "triageBy": leaf.fields.get("triageBy"),
            "triagedAt": leaf.fields.get("triagedAt"),
        },
    )
    if leaf.state == "open" and leaf.fields.get("triagedAt") is None:
        node.waiting = [act("Triage the open alert.", "owner", "alert", element["id"])]
    return node


def _opened(leaf: Leaf) -> datetime:
    return instant_or_none(leaf.fields.get("openedAt")) or leaf.starts
