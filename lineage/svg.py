"""Draw a placed graph as SVG that a reader, a screen reader and a strict CSP can live with.

Classes only: `flow`, `fit-…`, `node`, `focus`, `edge`, `live`, `sub`. A dashed line is asserted by a
person, a dotted one derived from equal digests; a rounded box is an act: a run, a decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from itertools import pairwise
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from lineage.graph import Grade, NodeKind
from lineage.layout import (
    LABEL_SIZE,
    PADDING,
    SUBLABEL_SIZE,
    PlacedEdge,
    PlacedNode,
    Placement,
    Point,
)
from lineage.text_width import fitted

KIND_WORDS: dict[NodeKind, str] = {
    "source": "source",
    "dataset": "dataset",
    "job-run": "run",
    "model-version": "model version",
    "release": "release",
    "deployment": "deployment",
    "approval": "approval",
    "gate-decision": "gate decision",
    "evaluation": "evaluation",
}
DASHES: dict[Grade, str] = {"observed": "", "derived": "2 3", "asserted": "7 4"}
ACTS = frozenset({"job-run", "approval", "gate-decision", "evaluation"})
ARROW = 5.0


def render(
    placement: Placement,
    title: str,
    desc: str,
    *,
    focus: str = "",
    live: Collection[str] = (),
) -> str:
    """The SVG element. `focus` is the node asked about; an edge is live between `live` nodes.

    The element's role is img, or group where nodes are links: an img hides its links from
    screen readers. Raises ValueError without a title.
    """
    if not title.strip():
        raise ValueError("A drawing needs a title that says what it shows.")
    width, height = _number(placement.width), _number(placement.height)
    mark = hashlib.sha256(f"{title}\0{desc}\0{placement!r}".encode()).hexdigest()[:10]
    role = "group" if any(placed.node.url for placed in placement.nodes) else "img"
    names = {placed.node.id: placed.node.label for placed in placement.nodes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{_classes(placement)}" role="{role}" '
        f'aria-labelledby="flow-{mark}-title flow-{mark}-desc" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f'<title id="flow-{mark}-title">{_text(title)}</title>',
        f'<desc id="flow-{mark}-desc">{_text(desc)}</desc>',
        '<g aria-hidden="true">',
        *(_edge(placed, names, live) for placed in placement.edges),
        "</g>",
        *(_node(placed, focus) for placed in placement.nodes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _classes(placement: Placement) -> str:
    """`flow`, and the width of its frame from which the drawing may shrink to fit and stay readable."""
    widest = ((320, "fit-s"), (900, "fit-m"), (1400, "fit-l"))
    fits = next((name for limit, name in widest if placement.width <= limit), "")
    return f"flow {fits}".strip()


def _node(placed: PlacedNode, focus: str) -> str:
    node = placed.node
    room = placed.width - 2 * PADDING
    x, middle = placed.x + PADDING, placed.y + placed.height / 2
    words = ", ".join(part for part in (node.label, node.sublabel) if part)
    lines = [
        f"<title>{_text(f'{KIND_WORDS[node.kind]}: {words}')}</title>",
        _box(placed, node.id == focus),
        _line_of_text(fitted(node.label, LABEL_SIZE, room), x, middle - 4, ""),
    ]
    if node.sublabel:
        shown = fitted(node.sublabel, SUBLABEL_SIZE, room)
        lines.append(_line_of_text(shown, x, middle + 14, "sub"))
    else:
        lines[-1] = _line_of_text(fitted(node.label, LABEL_SIZE, room), x, middle + 5, "")
    inside = "".join(lines)
    if not node.url:
        return f"<g>{inside}</g>"
    return f"<a href={quoteattr(_address(node.url))}>{inside}</a>"


def _box(placed: PlacedNode, is_focus: bool) -> str:
    classes = "node focus" if is_focus else "node"
    corner = 20 if placed.node.kind in ACTS else 5
    return (
        f'<rect class="{classes}" x="{_number(placed.x)}" y="{_number(placed.y)}" '
        f'width="{_number(placed.width)}" height="{_number(placed.height)}" rx="{corner}"/>'
    )


def _line_of_text(text: str, x: float, y: float, css_class: str) -> str:
    classes = f' class="{css_class}"' if css_class else ""
    return f'<text{classes} x="{_number(x)}" y="{_number(y)}">{_text(text)}</text>'


def _edge(placed: PlacedEdge, names: dict[str, str], live: Collection[str]) -> str:
    edge = placed.edge
    classes = "edge live" if edge.src in live and edge.dst in live else "edge"
    dashes = DASHES[edge.grade]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    words = f"{names[edge.src]} to {names[edge.dst]}, {edge.grade}"
    line = f'<path class="{classes}"{dash} d="{_path(placed.points)}">'
    arrow = f'<path class="{classes}" d="{_arrow(placed.points)}"/>'
    return f"{line}<title>{_text(words)}</title></path>{arrow}"


def _path(points: tuple[Point, ...]) -> str:
    """Curves in the gaps between columns, straight lines through the columns."""
    steps = [f"M{_pair(points[0])}"]
    for place, (start, end) in enumerate(pairwise(points)):
        if place % 2:
            steps.append(f"L{_pair(end)}")
            continue
        middle = (start[0] + end[0]) / 2
        steps.append(f"C{_pair((middle, start[1]))} {_pair((middle, end[1]))} {_pair(end)}")
    return " ".join(steps)


def _arrow(points: tuple[Point, ...]) -> str:
    x, y = points[-1]
    back = x - ARROW if points[-2][0] < x else x + ARROW
    return f"M{_pair((back, y - ARROW * 0.8))} L{_pair((x, y))} L{_pair((back, y + ARROW * 0.8))}"


def _address(url: str) -> str:
    """Links lead to this site or to http(s) addresses, nowhere else."""
    if urlsplit(url).scheme not in {"", "http", "https"}:
        raise ValueError(f"A node's url must be a path or an http(s) address, not {url[:80]!r}.")
    return url


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    """Escaped; characters that XML cannot hold are shown as the replacement character."""
    storable = "".join(c if c.isprintable() or c in " \n" else "\ufffd" for c in text)
    return escape(storable)
