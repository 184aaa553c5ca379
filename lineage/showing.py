"""The story as a page shows it: a drawing that stays readable, rows of a table, what is and is not known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lineage.graph import Graph, Node
from lineage.layout import place
from lineage.story import Story
from lineage.svg import KIND_WORDS, render
from lineage.things import KNOWN_WORDS, Thing, address

DRAWN = 60
LISTED = 500
STRIP = 16
STRIP_STEPS = 4
ACTS = frozenset({"approval", "gate-decision", "evaluation"})
HEAD = ("node", "kind", "name", "digest", "produced_by", "how_known", "first_recorded", "evidence")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def drawing(story: Story) -> dict[str, Any]:
    """The drawing of what is nearest to what was live; `hidden` nodes stand in the table only."""
    names = [one.node.id for one in story.things[:DRAWN]]
    words = f"{len(names)} boxes, from what was live back to where it came from; the table below lists the same."
    title = f"What was live in {story.system}, and what made it"
    return {"svg": _svg(story, names, title, words), "hidden": len(story.things) - len(names)}


def strip(story: Story) -> SafeString | None:
    """The last steps to what is live, without decisions and evaluations; None when nothing is live."""
    backbone = story.graph.part(_backbone(story.graph))
    starts = [each.node_id for each in story.live]
    near = {
        name for start in starts for name in backbone.reach(start, "upstream", STRIP_STEPS).depths
    }
    names = [one.node.id for one in story.things if one.node.id in near][:STRIP]
    if not names:
        return None
    title = f"What is live in {story.system}, and what made it"
    return _svg(story, names, title, "The chain of releases, model versions, runs and data.")


def _svg(story: Story, names: Collection[str], title: str, words: str) -> SafeString:
    part = story.graph.part(names)
    placement = place([_drawn(node) for node in part.nodes.values()], part.edges)
    focus = story.live[0].node_id if story.live else ""
    picture = render(placement, title, words, focus=focus, live=_backbone(part))
    return mark_safe(picture)  # noqa: S308 (render escapes every text)


def _backbone(graph: Graph) -> set[str]:
    return {name for name, node in graph.nodes.items() if node.kind not in ACTS}


def _drawn(node: Node) -> Node:
    shown = replace(node, url=_url(node))
    return replace(shown, kind="source") if node.is_declared_source else shown


def _url(node: Node) -> str:
    """A run's address is made only where it is shown: a closure may hold thousands of runs."""
    if node.kind != "job-run":
        return node.url
    return address("lineage-run", node.id.removeprefix("run:"))


def rows(story: Story) -> list[dict[str, Any]]:
    return [row(one) for one in story.things]


def row(thing: Thing) -> dict[str, Any]:
    node = thing.node
    return {
        "label": node.label,
        "url": _url(node),
        "sub": thing.detail or ("" if thing.digest else node.sublabel),
        "kind": "source" if node.is_declared_source else KIND_WORDS[node.kind],
        "name": thing.name if thing.name != node.label else "",
        "digest": thing.digest,
        "by": thing.by,
        "known": KNOWN_WORDS[thing.known],
        "recorded": thing.recorded,
        "evidence": thing.evidence,
    }


def csv_rows(story: Story) -> list[list[str]]:
    """The table with its head; text that a spreadsheet would run as a formula gets an apostrophe."""
    listed = [list(HEAD)]
    for one in rows(story):
        values = [
            f"{one['label']} {one['sub']}".strip(), one["kind"], one["name"], one["digest"], one["by"],
            one["known"], one["recorded"], one["evidence"],
        ]  # fmt: skip
        listed.append([_cell(value) for value in values])
    return listed


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def as_json(story: Story) -> dict[str, Any]:
    """The answer for programs: the moment, nodes, edges, how completely each release is traced."""
    return {
        "system": str(story.system.pk),
        "at": story.moment.at,
        "logSize": story.moment.log_size,
        "live": [each.deployment.record for each in story.live],
        "complete": story.is_complete,
        "traces": [
            {
                "release": label,
                "traced": one.known,
                "total": one.total,
                "gaps": [
                    {"node": gap.id, "name": gap.label, "reason": gap.reason} for gap in one.gaps
                ],
            }
            for label, one in story.traces
        ],
        "unended": [one.node.id for one in story.unended],
        "contradictions": [one.sentence for one in story.contradictions],
        "remarks": list(story.remarks),
        "nodes": [_node_json(one) for one in story.things],
        "edges": [
            {"from": edge.src, "to": edge.dst, "grade": edge.grade, "recorded": edge.recorded}
            for edge in story.graph.edges
        ],
    }


def _node_json(thing: Thing) -> dict[str, Any]:
    return {
        "id": thing.node.id,
        "kind": thing.node.kind,
        "label": thing.node.label,
        "name": thing.name or None,
        "digest": thing.digest or None,
        "producedBy": thing.by or None,
        "known": thing.known,
        "state": thing.state or None,
        "recorded": thing.recorded,
        "evidence": str(thing.evidence) if thing.evidence else None,
    }


def context_of(story: Story) -> dict[str, Any]:
    """What lineage/story.html needs."""
    listed = [row(one) for one in story.things[:LISTED]]
    return {
        "story": story,
        "drawing": drawing(story) if story.live else None,
        "rows": listed,
        "unlisted": len(story.things) - len(listed),
        "total": len(story.things),
        "traces": [trace_words(label, one) for label, one in story.traces],
        "grades": [
            {"words": KNOWN_WORDS[grade], "count": number}
            for grade, number in sorted(story.grades.items())
        ],
    }


def trace_words(label: str, one: Any) -> dict[str, Any]:
    return {
        "label": label,
        "tone": "good" if one.is_complete else "warn",
        "words": "complete" if one.is_complete else "incomplete",
        "known": one.known,
        "total": one.total,
        "gaps": one.gaps,
    }
