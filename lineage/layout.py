"""Give every node of a small graph a box and every edge a line, the same each time.

Left to right; the order in which nodes and edges are given does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from lineage.graph import Edge, Grade, Node
from lineage.layers import NumberEdge, layered, spaced
from lineage.text_width import text_width

LABEL_SIZE, SUBLABEL_SIZE = 14, 13
BOX_HEIGHT = 46.0
SMALLEST_WIDTH, LARGEST_WIDTH = 96.0, 192.0
PADDING = 12.0
COLUMN_GAP, ROW_GAP, LINE_HEIGHT, MARGIN = 38.0, 20.0, 8.0, 6.0
STRENGTH: dict[Grade, int] = {"observed": 0, "derived": 1, "asserted": 2}

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """Upper left corner and size in pixels."""

    node: Node
    x: float
    y: float
    width: float
    height: float = BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """Points from the source's box to the target's; straight between 2k and 2k+1 where k > 0."""

    edge: Edge
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """Nodes column by column, from the top; sizes in pixels."""

    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """A box or a place where a line passes a column: `middle` is its vertical centre."""

    column: int
    middle: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where rows and columns lie: the last step from numbers to pixels."""

    slots: dict[int, _Slot]
    chains: dict[NumberEdge, tuple[int, ...]]
    lefts: dict[int, float]
    widths: dict[int, float]

    def box(self, number: int, node: Node) -> PlacedNode:
        slot = self.slots[number]
        top = round(slot.middle - BOX_HEIGHT / 2, 1)
        return PlacedNode(node, self.lefts[slot.column], top, self.widths[slot.column])

    def line(self, pair: NumberEdge) -> tuple[Point, ...]:
        """From the right of one box through the dummies to the left of the other; the other way
        round for an edge that was turned to break a cycle."""
        forward = pair if pair in self.chains else pair[::-1]
        src, dst = forward
        points = [self._right(src), *self._through(self.chains[forward]), self._left(dst)]
        return tuple(points if forward == pair else points[::-1])

    def _through(self, dummies: tuple[int, ...]) -> list[Point]:
        return [end for dummy in dummies for end in (self._left(dummy), self._right(dummy))]

    def _left(self, number: int) -> Point:
        slot = self.slots[number]
        return self.lefts[slot.column], slot.middle

    def _right(self, number: int) -> Point:
        slot = self.slots[number]
        return round(self.lefts[slot.column] + self.widths[slot.column], 1), slot.middle


def place(nodes: Iterable[Node], edges: Iterable[Edge]) -> Placement:
    """Place the nodes and the edges among them.

    An edge to a node that is not given, or from a node to itself, is not drawn; of several
    between the same two nodes the best known is. Cycles are allowed: some edges point left.
    """
    listed = sorted(nodes, key=lambda node: node.id)
    number = {node.id: place for place, node in enumerate(listed)}
    drawn = _best_known(edges, number)
    pairs = {(number[edge.src], number[edge.dst]): edge for edge in drawn}
    slots, chains = _slots(len(listed), _without_cycles(len(listed), list(pairs)))
    widths = _column_widths(listed, slots)
    grid = _Grid(slots, chains, _column_lefts(widths), widths)
    boxes = [grid.box(number, node) for number, node in enumerate(listed)]
    lines = tuple(PlacedEdge(edge, grid.line(pair)) for pair, edge in sorted(pairs.items()))
    lowest = max((slot.middle for slot in slots.values()), default=0.0)
    return Placement(
        nodes=tuple(sorted(boxes, key=lambda box: (box.x, box.y))),
        edges=lines,
        width=max((box.x + box.width for box in boxes), default=0.0) + MARGIN,
        height=lowest + BOX_HEIGHT / 2 + MARGIN,
    )


def _best_known(edges: Iterable[Edge], number: dict[str, int]) -> list[Edge]:
    best: dict[tuple[str, str], Edge] = {}
    for edge in sorted(edges, key=lambda e: (STRENGTH[e.grade], e.recorded, e.valid_from)):
        if edge.src != edge.dst and edge.src in number and edge.dst in number:
            best.setdefault((edge.src, edge.dst), edge)
    return list(best.values())


def _without_cycles(count: int, edges: list[NumberEdge]) -> list[NumberEdge]:
    """The edges with those turned round that would close a cycle, found depth first."""
    targets = defaultdict(list)
    for src, dst in sorted(edges):
        targets[src].append(dst)
    turned: set[NumberEdge] = set()
    state = [0] * count
    for root in range(count):
        stack = [(root, iter(targets[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            node, waiting = stack[-1]
            target = next(waiting, None)
            if target is None:
                state[node] = 2
                stack.pop()
            elif state[target] == 1:
                turned.add((node, target))
            elif not state[target]:
                state[target] = 1
                stack.append((target, iter(targets[target])))
    return sorted({(b, a) if (a, b) in turned else (a, b) for a, b in edges})


def _slots(
    count: int, edges: list[NumberEdge]
) -> tuple[dict[int, _Slot], dict[NumberEdge, tuple[int, ...]]]:
    """Slots of nodes and dummies, connected parts below each other."""
    slots: dict[int, _Slot] = {}
    chains: dict[NumberEdge, tuple[int, ...]] = {}
    top, next_dummy = MARGIN, count
    for part in _parts(count, edges):
        inside = {node: i for i, node in enumerate(part)}
        found = layered(len(part), [(inside[a], inside[b]) for a, b in edges if a in inside])
        dummies = sorted(set(found.layer) - set(range(len(part))))
        name = dict(enumerate(part)) | {d: next_dummy + i for i, d in enumerate(dummies)}
        next_dummy += len(dummies)
        middles, top = _middles(found.layer, found.row, len(part), top)
        slots |= {name[i]: _Slot(found.layer[i], middle) for i, middle in middles.items()}
        for (a, b), chain in found.chains.items():
            chains[name[a], name[b]] = tuple(name[dummy] for dummy in chain)
    return slots, chains


def _parts(count: int, edges: list[NumberEdge]) -> list[list[int]]:
    """Connected parts, each in order, by their smallest number."""
    near = defaultdict(set)
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    parts: list[list[int]] = []
    seen: set[int] = set()
    for node in range(count):
        if node in seen:
            continue
        part, waiting = {node}, [node]
        while waiting:
            new = near[waiting.pop()] - part
            part |= new
            waiting.extend(new)
        seen |= part
        parts.append(sorted(part))
    return parts


def _middles(
    layer: dict[int, int], row: dict[int, float], count: int, top: float
) -> tuple[dict[int, float], float]:
    """Vertical centres in pixels, below `top`, no two in a column too close; the new top."""
    columns = defaultdict(list)
    for node in sorted(layer, key=lambda node: (row[node], node)):
        columns[layer[node]].append(node)
    middles: dict[int, float] = {}
    for column in columns.values():
        sizes = [BOX_HEIGHT if node < count else LINE_HEIGHT for node in column]
        wanted = [row[node] * (BOX_HEIGHT + ROW_GAP) for node in column]
        gaps = [(a + b) / 2 + ROW_GAP for a, b in pairwise(sizes)]
        middles.update(zip(column, spaced(wanted, gaps), strict=True))
    shift = top + BOX_HEIGHT / 2 - min(middles.values())
    moved = {node: round(middle + shift, 1) for node, middle in middles.items()}
    return moved, max(moved.values()) + BOX_HEIGHT / 2 + ROW_GAP


def _column_widths(nodes: list[Node], slots: dict[int, _Slot]) -> dict[int, float]:
    """Each column is as wide as its longest text, within limits."""
    widths = dict.fromkeys(sorted({slot.column for slot in slots.values()}), SMALLEST_WIDTH)
    for place, node in enumerate(nodes):
        text = max(text_width(node.label, LABEL_SIZE), text_width(node.sublabel, SUBLABEL_SIZE))
        column = slots[place].column
        widths[column] = max(widths[column], min(ceil(text + 2 * PADDING), LARGEST_WIDTH))
    return widths


def _column_lefts(widths: dict[int, float]) -> dict[int, float]:
    lefts, left = {}, MARGIN
    for column, width in widths.items():
        lefts[column] = round(left, 1)
        left += width + COLUMN_GAP
    return lefts
